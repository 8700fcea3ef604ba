"""The scoreboard counts what it says, and `leadgate verify replies` prints it or says which lines it cannot read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.scoreboard import Sample, score
from tests.support.logs import put_back

LINES = [
    ("550 5.1.1 User unknown", "no_such_mailbox"),
    ("550 No such user", "no_such_mailbox"),
    ("550 no", "no_such_mailbox"),
    ("550 5.1.1 gone", "refused_us"),
    ("550 5.7.1 blocked using zen.spamhaus.org", "refused_us"),
    ("552 5.2.2 full", "mailbox_full"),
]
WRITTEN = "".join(json.dumps({"reply": reply, "expected": expected, "source": "x"}) + "\n" for reply, expected in LINES)


def _run(*words: str, given: str | bytes | None = None) -> tuple[int, str, str]:
    with put_back():
        done = CliRunner().invoke(app, ["verify", "replies", *words], input=given)
    return done.exit_code, done.stdout, done.stderr


def test_the_scoreboard_counts() -> None:
    """The two figures, the confusion and the wrong ones follow from the samples; no reply is among them."""
    samples = [
        Sample(line=line, reply=reply, expected=ReplyMeaning(expected))
        for line, (reply, expected) in enumerate(LINES, start=1)
    ]
    board = score(samples)
    assert board.called(ReplyMeaning.REFUSED_US, ReplyMeaning.NO_SUCH_MAILBOX) == 1
    assert board.called(ReplyMeaning.THROTTLED, ReplyMeaning.UNCLEAR) == 0
    assert board.to_json() == {
        "replies": 6,
        "right": 4,
        "refusals": {"replies": 2, "called_no_such_mailbox": 1},
        "unknown": {"replies": 3, "recognised": 2},
        "confusion": {
            "no_such_mailbox": {"no_such_mailbox": 2, "unclear": 1},
            "mailbox_full": {"mailbox_full": 1},
            "refused_us": {"no_such_mailbox": 1, "refused_us": 1},
        },
        "wrong": [
            {"line": 3, "expected": "no_such_mailbox", "found": "unclear", "by": "basic_code", "phrase": "550"},
            {"line": 4, "expected": "refused_us", "found": "no_such_mailbox", "by": "enhanced_code", "phrase": "5.1.1"},
        ],
    }
    assert "User unknown" not in repr(board)


def test_the_command_prints_it(tmp_path: Path) -> None:
    """A table per meaning, and the two figures as n in N."""
    file = tmp_path / "replies.jsonl"
    file.write_text(WRITTEN, encoding="utf-8")
    code, said, _ = _run(str(file))
    assert code == 0
    assert "Refusals of us called no_such_mailbox: 1 in 2." in said
    assert "Real no_such_mailbox recognised: 2 in 3." in said
    assert "Right in all: 4 in 6." in said
    assert [line.split() for line in said.splitlines() if line.startswith("refused_us")] == [
        ["refused_us", "2", "1", "no_such_mailbox", "1"]
    ]


def test_the_command_reads_standard_input_and_writes_json() -> None:
    """`-` reads standard input; lines wrong by the classifier are named by number, empty ones count."""
    code, said, _ = _run("-", "--json", given="\n" + WRITTEN)
    assert code == 0
    board = json.loads(said)
    assert board["unknown"] == {"replies": 3, "recognised": 2}
    assert [each["line"] for each in board["wrong"]] == [4, 5]
    assert _run("-", given="\ufeff" + WRITTEN)[0] == 0, "with the mark that some systems write before UTF-8"
    code, _, said = _run("-", given=WRITTEN.encode() + b"\xff\n")
    assert (code, "Standard input is not in UTF-8" in said) == (1, True), said


@pytest.mark.parametrize(
    ("placed", "found"),
    [
        ({"host": "mfsmax.docomo.ne.jp", "stage": "data"}, "unclear"),
        ({"host": "MFSMAX.docomo.ne.jp.", "stage": "rcpt"}, "no_such_mailbox"),
        ({"stage": "mail"}, "refused_us"),
        ({"host": None, "stage": None}, "no_such_mailbox"),
        ({}, "no_such_mailbox"),
    ],
)
def test_a_line_may_say_who_replied_and_to_what(placed: dict[str, str | None], found: str) -> None:
    """Servers that answer filtered mail with "unknown user" are known by name and stage, which few replies hold."""
    line = {"reply": "550 Unknown user x@y.example", "expected": "accepted", **placed}
    code, said, _ = _run("-", "--json", given=json.dumps(line))
    assert code == 0
    assert json.loads(said)["confusion"] == {"accepted": {found: 1}}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nope", "it is not JSON."),
        ("[" * 100_000, "it is not JSON."),
        ("[1]", "it is not an object."),
        ('{"expected": "unclear"}', "`reply` must be what the server said."),
        ('{"reply": 550, "expected": "unclear"}', "`reply` must be what the server said."),
        ('{"reply": " ", "expected": "unclear"}', "`reply` must be what the server said."),
        ('{"reply": "550 secret", "expected": "user_unknown"}', "`expected` must be one of accepted, no_such_mailbox"),
        ('{"reply": "550 secret", "expected": ["unclear"]}', "`expected` must be one of accepted, no_such_mailbox"),
        ('{"reply": "550 secret", "expected": "unclear", "host": 1}', "`host` must be the name of the server."),
        ('{"reply": "550 secret", "expected": "unclear", "stage": "RCPT"}', "`stage` must be one of connect, helo"),
        ('{"reply": "550 secret", "expected": "unclear", "stage": [1]}', "`stage` must be one of connect, helo"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, why: str) -> None:
    """The error says which line and what is wrong, prints no reply, and there is no scoreboard."""
    code, said, complaint = _run("-", given=f"{WRITTEN}{line}\n")
    assert (code, said) == (1, "")
    assert "Standard input: 1 line cannot be read." in complaint
    assert f"line 7: {why}" in complaint
    assert "secret" not in complaint


def test_many_bad_lines_are_told_by_the_first() -> None:
    """A file of another kind does not fill the screen."""
    code, _, complaint = _run("-", given="x\n" * 500)
    assert code == 1
    assert "500 lines cannot be read. The first 10:" in complaint
    assert complaint.count("line ") == 10


def test_a_file_without_replies_is_an_error(tmp_path: Path) -> None:
    """No replies make no scoreboard; the error says what a line looks like."""
    code, _, complaint = _run("-", given="\n \n")
    assert code == 1
    assert "Standard input holds no replies: write lines like" in complaint
    code, _, complaint = _run(str(tmp_path / "none.jsonl"))
    assert code == 1
    assert "none.jsonl: No such file or directory." in complaint
