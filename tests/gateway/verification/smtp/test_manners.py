"""The bar of the classifier, held over invented replies in the manner of named servers.

`manners.jsonl` names the server of each reply. They are made up: where a server has a fixed text it is that text,
and the rest is in its manner; none is out of a collection. `leadgate verify replies` reads the file too.
"""

import json
from pathlib import Path

import pytest

from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.scoreboard import Sample, Scoreboard, score

REFUSED, UNKNOWN = ReplyMeaning.REFUSED_US, ReplyMeaning.NO_SUCH_MAILBOX
WRITTEN = Path(__file__).with_name("manners.jsonl").read_text(encoding="utf-8").splitlines()
LINES = [json.loads(line) for line in WRITTEN]
SERVERS = sorted({line["server"] for line in LINES})


def _scored(server: str = "") -> Scoreboard:
    return score(
        Sample(line=number, reply=line["reply"], expected=ReplyMeaning(line["expected"]))
        for number, line in enumerate(LINES, start=1)
        if server in {"", line["server"]}
    )


def test_the_table_is_wide_enough_to_be_a_bar() -> None:
    """At least 74 refusals and 52 missing mailboxes, no two of a server alike, by at least 25 server families."""
    board = _scored()
    assert len(SERVERS) >= 25
    assert len({(line["server"], line["reply"]) for line in LINES}) == len(LINES)
    assert board.expected(REFUSED) >= 74
    assert board.expected(UNKNOWN) >= 52
    assert board.expected(REFUSED) + board.expected(UNKNOWN) == len(LINES)


def test_the_bar_is_held() -> None:
    """At most 1 in 74 refusals is called a missing mailbox, and at least 50 in 52 missing mailboxes are recognised."""
    board = _scored()
    assert board.called(REFUSED, UNKNOWN) * 74 <= board.expected(REFUSED)
    assert board.called(UNKNOWN, UNKNOWN) * 52 >= board.expected(UNKNOWN) * 50


@pytest.mark.parametrize("server", SERVERS)
def test_no_server_is_always_misread(server: str) -> None:
    """The bar is not held by many servers at the cost of one: each is understood at least once either way."""
    board = _scored(server)
    assert board.called(UNKNOWN, UNKNOWN) > 0
    assert board.called(REFUSED, UNKNOWN) < board.expected(REFUSED)
