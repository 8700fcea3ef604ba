"""Leads, rulings and findings to build tests from; nobody in them exists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit import Observation
from consent.decision import Decision, WayOut
from consent.terms import Channel, Outcome, Purpose
from gateway.lead import Lead, Person, Personal, Ruling, Status, Submission
from gateway.lookup import Asked, Lookup
from gateway.ports import Arrival, Course, Finding

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def decision(outcome: Outcome = Outcome.ALLOW, reason: str = "", **fields: Any) -> Decision:  # noqa: ANN401 - any field
    """A decision on answering an inquiry by e-mail."""
    made = Decision(
        purpose=Purpose.INQUIRY_RESPONSE,
        channel=Channel.EMAIL,
        outcome=outcome,
        reason=reason or {"ALLOW": "allowed", "HOLD": "consent_needed", "DENY": "objected"}[outcome.value],
        says="the example says so",
        rule="EX-rule",
        pack="ex",
        pack_fingerprint="f" * 64,
        policy_fingerprint="e" * 64,
        region="DE",
        citations=("Example Act 1",),
        confidence=None,
        basis=None,
        obligations=(),
        until=None,
        due=None,
        way_out=WayOut("POST /v1/consents", ("consent_status",)) if outcome is Outcome.HOLD else None,
        evaluated=(),
        decided_at=NOW,
    )
    return replace(made, **fields)


def ruling(
    recipient: str = "crm",
    outcome: Outcome = Outcome.ALLOW,
    purpose: Purpose = Purpose.INQUIRY_RESPONSE,
    **fields: Any,  # noqa: ANN401 - any field of the decision
) -> Ruling:
    """A ruling for a recipient and purpose, by e-mail unless told otherwise."""
    channel = fields.pop("channel", Channel.EMAIL)
    decided = decision(outcome, purpose=purpose, channel=channel, **fields)
    facts = f'{{"purpose":"{purpose.value}"}}'.encode()
    return Ruling(recipient=recipient, purpose=purpose.value, channel=channel.value, decision=decided, facts=facts)


def submission(email: str | None = "ada@acme.example", **fields: Any) -> Submission:  # noqa: ANN401 - any field
    """What one person wrote."""
    return Submission(source="web", person=Person(email=Personal.of(email)), **fields)


def arrival(email: str | None = "ada@acme.example", at: datetime = NOW, **fields: Any) -> Arrival:  # noqa: ANN401 - any field
    """One inquiry on its way in."""
    return Arrival(submission=submission(email, **fields), received_at=at)


def lead(status: Status = Status.RECEIVED, **fields: Any) -> Lead:  # noqa: ANN401 - any field
    """A lead at a status."""
    made = Lead(
        id="ld_00000000000000000000000001",
        subject_id="sb_00000000000000000000000001",
        status=status,
        submission=submission(),
        received_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **fields)


def finding(course: Course = Course.RELEASE, **fields: Any) -> Finding:  # noqa: ANN401 - any field
    """What verification says, without verdicts."""
    return Finding(email=None, phone=None, course=course, **fields)


def lookup(*seen: Observation, at: datetime = NOW, **marks: str) -> Lookup:
    """A look-up that brought this, with a mark by connector."""
    asked = tuple(Asked(connector=f"{name}@1.0.0", mark=mark, called=True) for name, mark in marks.items())
    return Lookup(at=at, asked=asked, observations=seen)


def observation(name: str = "company.name", value: str = "Acme") -> Observation:
    """What a connector saw."""
    return Observation(
        field=name,
        value=value,
        confidence=0.9,
        source="example@1.0.0",
        licence="public-facts",
        redistributable=True,
        purposes=frozenset({"enrichment"}),
        observed_at=NOW,
        method="file",
    )
