"""A lead's verdicts where people look: on its timeline and in the words of an explanation, mailbox check and all."""

from typing import Any

import pytest

from gateway.desk.history import explained
from gateway.lead import Lead, Status
from gateway.policies.verification import REVIEW
from gateway.storage.leads.rows import VERDICTS, part_row
from gateway.storage.sealing import codec
from gateway.verification.answers import MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.explain import explain
from gateway.verification.model import EmailVerdict, PhoneVerdict
from gateway.verification.reasons import Level
from tests.conformance.journal.examples import lead
from tests.gateway.verification.verdicts import email

REFUSED = MailboxAnswer(
    outcome=MailboxOutcome.REFUSED_US,
    catch_all=None,
    starttls=True,
    host="mx.acme.example",
    code=550,
    enhanced="5.7.1",
    text="Service unavailable; client host blocked",
)


class Open:
    """Keys that lock nothing, to look at what would be sealed."""

    def seal(self, data: bytes, place: str) -> bytes:
        """Give the bytes as they are."""
        assert place.endswith(VERDICTS)
        return data


def stored(made: Lead) -> tuple[EmailVerdict, PhoneVerdict | None]:
    """A lead's verdicts as they are read back from what is stored."""
    row = part_row(made, VERDICTS, Open())  # type: ignore[arg-type]  # keys of this test
    found: tuple[EmailVerdict, PhoneVerdict | None] = codec.decode(
        tuple[EmailVerdict, PhoneVerdict | None, Any, Any], row["sealed"]
    )[:2]
    return found


def test_the_evidence_of_a_mailbox_check_is_stored_and_explained() -> None:
    """Who was asked, the reply's codes and its text come back from the store as they went in, and are told in words."""
    verdict = email(mailbox=REFUSED, wanted=Level.SMTP)
    back, phone = stored(lead(Status.HELD, email=verdict))
    assert (back, phone) == (verdict, None)
    lines = {line.name: line.text for line in explain(back.to_json(personal=False))}
    said = "refused_us; it said: 550 5.7.1"
    assert lines["Mailbox check by smtp"] == said
    assert lines["smtp_refused_us"].startswith("The mail server refuses the checker, not the address")
    whole = {line.name: line.text for line in explain(back.to_json())}
    assert whole["Mailbox check by smtp"] == "refused_us at mx.acme.example; it said: 550 5.7.1 " + (REFUSED.text or "")


@pytest.mark.parametrize(
    ("outcome", "status", "reason", "first"),
    [
        (
            MailOutcome.MX,
            Status.HELD,
            REVIEW,
            "(score 85); the verification policy asks a person to look at such a lead.",
        ),
        (
            MailOutcome.MX,
            Status.REJECTED,
            "email_deliverable",
            "(score 85); the verification policy drops such a lead.",
        ),
        (MailOutcome.NXDOMAIN, Status.REJECTED, "email_undeliverable", "proved undeliverable: the lead is rejected."),
        (MailOutcome.TIMEOUT, Status.HELD, "email_unknown", "could not end: the lead waits."),
    ],
)
def test_what_a_policy_asks_for_is_said(outcome: MailOutcome, status: Status, reason: str, first: str) -> None:
    """A lead that its policy keeps in spite of its verdict says so, with the score; the others name what was found."""
    resume = Status.RECEIVED if status is Status.HELD else None
    told, *_ = explained(lead(status, reason=reason, resume=resume, email=email(outcome=outcome)))
    assert told["says"][0].endswith(first)
