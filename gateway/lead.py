"""A lead at each step of its journey: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.kit.observation import Observation
from consent.claims import Cap
from consent.decision import Decision
from consent.terms import Channel
from gateway.lookup import Lookup, standing
from gateway.submission import (
    Campaign,
    Circumstances,
    Company,
    ConsentClaim,
    Evidence,
    Inquiry,
    Person,
    Personal,
    Signals,
    Stage,
    Submission,
)
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.model import EmailVerdict, PhoneVerdict

__all__ = [
    "Campaign",
    "Circumstances",
    "Company",
    "ConsentClaim",
    "Dispatched",
    "Evidence",
    "Inquiry",
    "Lead",
    "Person",
    "Personal",
    "Ruling",
    "Signals",
    "Stage",
    "Status",
    "Submission",
]


class Status(StrEnum):
    """What the gateway is doing with the lead."""

    RECEIVED = "received"
    VERIFIED = "verified"
    ENRICHED = "enriched"
    DECIDED = "decided"
    """Some purpose of some destination allows it; deliveries are under way."""
    RELEASED = "released"
    """A destination has answered 2xx."""
    HELD = "held"
    """Waits for a call, a person or a time; `reason` and `due_at` say which."""
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    RETRACTED = "retracted"


class Dispatched(StrEnum):
    """What a destination has, or may have, of a lead."""

    PENDING = "pending"
    """A delivery waits for its first attempt."""
    SENT = "sent"
    """It has the lead, or may have it and is being told."""
    FAILED = "failed"
    """The last delivery was given up after an attempt: it may have the lead, and a person may send it again."""
    STOPPED = "stopped"
    """The last delivery was cancelled after an attempt: it may have the lead, and nothing is under way."""
    RETRACTED = "retracted"
    """The last thing it was, or will be, told is to forget the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The policy's decision for one recipient, purpose and channel.

    `recipient` is a destination's name, or `enrichment`. `facts` are the canonical bytes it was made from, for replay;
    None once read back, since they are kept sealed.
    """

    recipient: str
    purpose: str
    channel: str
    decision: Decision
    facts: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead where it stands.

    `revision` counts its transitions and is the optimistic lock: a move from a revision that is no longer
    the newest is refused. `resume` is the status a held lead returns to when its hold ends or comes due. `attempt`
    counts verifications that could not end.
    """

    id: str
    subject_id: str
    status: Status
    submission: Submission
    revision: int = 1
    received_at: datetime
    updated_at: datetime
    reason: str | None = None
    due_at: datetime | None = None
    resume: Status | None = None
    attempt: int = 0
    email: EmailVerdict | None = None
    phone: PhoneVerdict | None = None
    company: CompanyVerdict | None = None
    """What verification says of the company; None before, and for leads verified by older versions."""
    caps: Mapping[Channel, Cap] = field(default_factory=dict)
    """Channels that verification holds or denies, with why."""
    because: tuple[str, ...] = ()
    """The reason codes behind what the policy made of the verdicts; empty for leads verified by older versions."""
    lookups: tuple[Lookup, ...] = field(default=(), repr=False)
    """Every look-up at connectors, the first one first; none is ever changed, but for what expires in it."""
    rulings: tuple[Ruling, ...] = ()
    """The newest decisions, for every destination, purpose and channel."""
    asserted: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Facts that a person supplied with evidence to end a hold, by the policy's names."""
    dispatched: Mapping[str, Dispatched] = field(default_factory=dict)
    """What is on its way or has arrived, by destination."""

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What connectors say: of each its newest answer."""
        return standing(self.lookups)

    @property
    def enrichment(self) -> Mapping[str, str]:
        """What was asked and what came of it last, by connector: `{"dns_footprint": "match"}`."""
        return {name: mark for lookup in self.lookups for name, mark in lookup.marks.items()}

    @property
    def source(self) -> str:
        """The key of the source it came from."""
        return self.submission.source

    @property
    def stage(self) -> Stage:
        """What the record is."""
        return self.submission.stage
