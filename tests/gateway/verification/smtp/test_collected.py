"""The classifier on real bounce replies that others have collected, where such a file is at hand."""

import json
import os
from pathlib import Path

import pytest

from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.reply import Stage
from gateway.verification.smtp.scoreboard import Sample, score

FILE = os.environ.get("LEADGATE_TEST_REPLIES")


@pytest.mark.skipif(FILE is None, reason="LEADGATE_TEST_REPLIES names no file of collected replies")
def test_collected_replies_are_read_well_enough() -> None:
    """At most 1 in 74 refusals is called a missing mailbox, and at least 50 in 52 missing mailboxes are recognised.

    LEADGATE_TEST_REPLIES names a file of JSON lines as `leadgate verify replies` takes it. Nothing collected by others
    is kept in this tree. Such sets, each with the reasons that its collectors gave:

    - Sisimai's bounce mails, with the reason of each in the tests of its parser: https://github.com/sisimai/set-of-emails
      and https://github.com/sisimai/p5-sisimai (BSD 2-Clause). Take the replies that came with a code; `userunknown`
      is `no_such_mailbox`; `authfailure`, `badreputation`, `blocked`, `contenterror`, `notcompliantrfc`,
      `policyviolation`, `rejected`, `requireptr`, `securityerror`, `spamdetected` and `virusdetected` are `refused_us`.
    - The fixtures of Crisp's bounce parser, named for their reasons: https://github.com/crisp-oss/email-bounce-parser
    - The corpus of Mail::DeliveryStatus::BounceParser: https://github.com/rjbs/Mail-DeliveryStatus-BounceParser
    """
    lines = Path(str(FILE)).read_text(encoding="utf-8").splitlines()
    board = score(
        Sample(
            line=number,
            reply=data["reply"],
            expected=ReplyMeaning(data["expected"]),
            host=data.get("host") or "",
            stage=Stage(data["stage"]) if data.get("stage") else None,
        )
        for number, data in ((number, json.loads(line)) for number, line in enumerate(lines, start=1) if line.strip())
    )
    refused, unknown = ReplyMeaning.REFUSED_US, ReplyMeaning.NO_SUCH_MAILBOX
    assert board.expected(refused) >= 74 and board.expected(unknown) >= 50, "too few to tell"  # noqa: PT018 - one claim
    assert board.called(refused, unknown) * 74 <= board.expected(refused)
    assert board.called(unknown, unknown) * 52 >= board.expected(unknown) * 50
