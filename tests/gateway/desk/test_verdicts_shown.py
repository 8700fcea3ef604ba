"""A lead's verdicts where people look: on its timeline and in the words of an explanation, mailbox check and all."""

from dataclasses import replace

import pytest

from gateway.desk.history import explained
from gateway.lead import Lead, Status
from gateway.policies.loading import load_verification
from gateway.policies.verification import REVIEW, ActionKind, apply, fact_reasons
from gateway.ports import Course, Finding
from gateway.steps import verified
from gateway.storage.leads.rows import VERDICTS, Verdicts, part_row
from gateway.storage.sealing import codec
from gateway.verification.answers import MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.explain import explain
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Weights
from tests.conformance.journal.examples import lead
from tests.gateway.verification.fakes import NOW
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
CATCH_ALL = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, catch_all=True)


class Open:
    """Keys that lock nothing, to look at what would be sealed."""

    def seal(self, data: bytes, place: str) -> bytes:
        """Give the bytes as they are."""
        assert place.endswith(VERDICTS)
        return data


def stored(made: Lead) -> Verdicts:
    """A lead's verdicts as they are read back from what is stored."""
    row = part_row(made, VERDICTS, Open())  # type: ignore[arg-type]  # keys of this test
    found: Verdicts = codec.decode(Verdicts, row["sealed"])
    return found


def read_again(made: Lead) -> Lead:
    """A lead with what is stored of its verdicts, and no more."""
    found = stored(made)
    return replace(made, email=found.email, phone=found.phone, caps=found.caps, because=found.because)


def test_the_evidence_of_a_mailbox_check_is_stored_and_explained() -> None:
    """Who was asked, the reply's codes and its text come back from the store as they went in, and are told in words."""
    verdict = email(mailbox=REFUSED, wanted=Level.SMTP)
    found = stored(lead(Status.HELD, email=verdict))
    assert (found.email, found.phone) == (verdict, None)
    back = found.email
    assert back is not None
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


@pytest.mark.parametrize(
    ("risky", "accepted", "why"),
    [
        ((), (), (ReasonCode.CATCH_ALL_DOMAIN,)),
        (("role",), (), (ReasonCode.ROLE_ADDRESS, ReasonCode.CATCH_ALL_DOMAIN)),
        (("role",), (ReasonCode.CATCH_ALL_DOMAIN,), (ReasonCode.ROLE_ADDRESS,)),
    ],
)
def test_why_a_lead_waits_is_told_as_its_policy_weighs(
    risky: tuple[str, ...], accepted: tuple[ReasonCode, ...], why: tuple[ReasonCode, ...]
) -> None:
    """A fact that the operator takes for a risk is told, and a doubt that it accepts is not."""
    usual = load_verification()
    rule = replace(usual.email[Deliverability.RISKY], action=ActionKind.HOLD)
    weights = Weights(risky=fact_reasons(risky), accepted=frozenset(accepted))
    policy = replace(usual, email={**usual.email, Deliverability.RISKY: rule}, weights=weights)
    verdict = email("info@acme.example", mailbox=CATCH_ALL, wanted=Level.SMTP, weights=weights)
    because = apply(policy, verdict, None).because
    found = Finding(email=verdict, phone=None, course=Course.HOLD, reason=REVIEW, because=because)
    told, *_ = explained(read_again(verified(lead(), found, NOW).lead))
    assert told["says"][1:-1] == [f"{MEANINGS[code].meaning} {MEANINGS[code].action}" for code in why]


def test_a_lead_that_was_sealed_without_them_is_explained_by_every_code() -> None:
    """What an older version went by was not kept: nothing is left out."""
    verdict = email(mailbox=CATCH_ALL, wanted=Level.SMTP)
    told, *_ = explained(lead(Status.HELD, reason=REVIEW, resume=Status.RECEIVED, email=verdict))
    assert len(told["says"]) == 2 + len(verdict.reasons)
