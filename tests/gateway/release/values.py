"""Leads, rulings, parcels and a web server in memory, for the tests of this package."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.kit import Observation
from connectors.kit.schema import FIELDS
from consent.decision import Decision
from consent.terms import Channel, Outcome, Purpose
from gateway.lead import Campaign, Company, Inquiry, Lead, Person, Personal, Ruling, Status, Submission
from gateway.release import Call, EventType, Parcel, Reply, SendFailed
from gateway.release.kit.allowances import allowances_of
from gateway.release.kit.body import Message, render
from gateway.release.kit.company import GoldenField
from gateway.release.kit.signing import write_secret
from gateway.verification.address import parse_email
from gateway.verification.email import judge as judge_email
from gateway.verification.phone import judge as judge_phone
from gateway.verification.reasons import Level
from tests.conformance.journal import examples

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECRET = write_secret(bytes(range(32)))
OTHER_SECRET = write_secret(bytes(range(40, 72)))
PERMIT = "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiJkdl8wMSJ9.c2lnbmF0dXJl"
LEAD_ID = "ld_01kasq3zj0e5tv0c8y4n5m6p7q"
DELIVERY_ID = "dv_01kasq3zj0e5tv0c8y4n5m6p7r"

EMAIL, PHONE, GIVEN, FAMILY = "anna.schmidt@muster.example", "+49 30 901820", "Änna", "Schmidt"
WORDS = "Please call me, I need 20 licences"
PERSONAL = (EMAIL, PHONE, "+4930901820", GIVEN, FAMILY, WORDS)
"""What of a lead may stand in the body that is sent, and nowhere else."""


def decision(purpose: Purpose, channel: Channel, outcome: Outcome, reason: str = "allowed") -> Decision:
    """Make a decision as the engine writes one."""
    allowed = outcome is Outcome.ALLOW
    return examples.decision(
        outcome,
        reason,
        purpose=purpose,
        channel=channel,
        rule="EU-GDPR-6-1-b" if allowed else "DE-UWG-7-2-2",
        obligations=("identify_sender",) if allowed else (),
        until=NOW + timedelta(days=30) if allowed else None,
        decided_at=NOW,
    )


def ruling(purpose: Purpose, channel: Channel, outcome: Outcome, reason: str = "allowed") -> Ruling:
    """Make a ruling for the destination `crm`."""
    made = decision(purpose, channel, outcome, reason)
    return Ruling(recipient="crm", purpose=purpose.value, channel=channel.value, decision=made)


def rulings(inquiry: Outcome = Outcome.ALLOW, marketing: Outcome = Outcome.HOLD) -> tuple[Ruling, ...]:
    """Make the rulings of a destination that answers inquiries and does marketing."""
    channels = (Channel.EMAIL, Channel.CALL, Channel.SMS, Channel.POST)
    reasons = {Outcome.ALLOW: "allowed", Outcome.HOLD: "no_consent", Outcome.DENY: "objection"}
    return tuple(
        ruling(purpose, channel, outcome, reasons[outcome])
        for purpose, outcome in ((Purpose.INQUIRY_RESPONSE, inquiry), (Purpose.MARKETING, marketing))
        for channel in channels
    )


def person() -> Person:
    """Make a person with every field."""
    return Person(
        given_name=Personal(GIVEN),
        family_name=Personal(FAMILY),
        email=Personal(EMAIL),
        phone=Personal(PHONE),
        job_title=Personal("Head of IT"),
        country="DE",
        locale="de-DE",
    )


def lead(**changes: object) -> Lead:
    """Make a decided lead with everything that can be released."""
    submission = Submission(
        source="website",
        external_id="form-77",
        person=person(),
        company=Company(name="Muster GmbH", domain="muster.example", website="https://muster.example"),
        inquiry=Inquiry(
            kind="demo",
            message=Personal(WORDS),
            submitted_at=NOW - timedelta(minutes=2),
            page_url=Personal("https://shop.example/demo?ref=77"),
        ),
        campaign=Campaign(name="autumn", source="search", click_ids={"gclid": Personal("click-4711")}),
        attributes={"team_size": "20"},
    )
    made = Lead(
        id=LEAD_ID,
        subject_id="sb_01kasq3zj0e5tv0c8y4n5m6p7s",
        status=Status.DECIDED,
        submission=submission,
        received_at=NOW - timedelta(minutes=1),
        updated_at=NOW,
        email=judge_email(parse_email(EMAIL, allow_special_use=frozenset({"example"})), wanted=Level.SYNTAX, now=NOW),
        phone=judge_phone(PHONE, now=NOW),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the caller names fields of Lead


def observation(field: str, value: object, **changes: object) -> Observation:
    """Make an observation that may be used for anything."""
    made = Observation(
        field=field,
        value=value,  # type: ignore[arg-type]  # the caller gives the field's shape
        confidence=0.9,
        source="static_csv@1",
        licence="own-data",
        redistributable=True,
        purposes=frozenset(purpose.value for purpose in Purpose),
        observed_at=NOW - timedelta(days=3),
        method="file",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the caller names fields of Observation


def golden_field(name: str, *values: object, **changes: object) -> GoldenField:
    """Make a field of the golden record: of several values one observation each."""
    origins = tuple(observation(name, value, **changes) for value in values)
    seen = tuple(each.value for each in origins)
    return GoldenField(name=name, value=seen if FIELDS[name].many else seen[0], origins=origins)


def message(given: Lead | None = None, made: Sequence[Ruling] | None = None, **changes: object) -> Message:
    """Make a message to a processor that answers inquiries and does marketing."""
    subject = given or lead()
    said = Message(
        event=EventType.CREATED,
        lead=subject,
        allowances=allowances_of(rulings() if made is None else made, subject.caps),
        own=True,
        at=NOW,
    )
    return replace(said, **changes)  # type: ignore[arg-type]  # the caller names fields of Message


def parcel(**changes: object) -> Parcel:
    """Make the first attempt of a delivery."""
    made = Parcel(
        delivery_id=DELIVERY_ID,
        event=EventType.CREATED,
        body=render(message()),
        permit=PERMIT,
        lead_id=LEAD_ID,
        attempt=1,
        timestamp=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the caller names fields of Parcel


class Web:
    """A web server in memory: answers in turn, the last answer again and again, and keeps the calls."""

    def __init__(self, *answers: Reply | SendFailed) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SendFailed):
            raise answer
        return answer


def reply(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
    """Make an answer."""
    return Reply(status=status, headers=headers or {}, body=body)
