"""What the journey needs from outside, as Protocols; wiring fills them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol, Self

from consent.claims import Cap
from consent.terms import Channel
from gateway.lead import Lead, Ruling, Submission
from gateway.lookup import Lookup
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.model import EmailVerdict, PhoneVerdict, RegionHint

ADVANCE: Final = "advance"
"""The job that carries leads on from where they stand: `gateway.journey.advance`."""

RECONSIDER: Final = "reconsider"
"""The job that decides again after a change: `gateway.afterwards.reconsider`."""
ASK_AGAIN: Final = "ask_again"
"""The job that asks connectors which could not be asked, or failed for a while: `gateway.afterwards.ask_again`."""

OBJECTED: Final = "objected"
"""The job that suppresses a person, and erases what a vendor said of them who may not give it any more."""
OBJECTED_BEFORE: Final = "objected_before"
"""The job that does so once more, for what was under way the first time."""

REVIEW: Final = "review"
"""The job that looks all leads through for those that a change of policy or destination matters to."""


class Clock(Protocol):
    """The time, as an aware UTC datetime."""

    def now(self) -> datetime:
        """Tell the time."""


class Ids(Protocol):
    """Fresh identifiers and random bytes."""

    def ordered(self, prefix: str) -> str:
        """Make a TypeID that sorts by time of making (UUIDv7)."""

    def ordered_bytes(self) -> bytes:
        """Make the 16 bytes of such an id, where they are kept as bytes."""

    def random(self, prefix: str) -> str:
        """Make a TypeID that does not tell when it was made, for subjects and keys."""

    def random_bytes(self) -> bytes:
        """Make the 16 bytes of such an id, where they are kept as bytes."""

    def token(self, size: int) -> bytes:
        """Draw random bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One submission on its way in, and when it came."""

    submission: Submission
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A delivery to make: the destination and what kind of message it is."""

    destination: str
    kind: str = "lead.created"


class Cause(StrEnum):
    """Why a vendor may not give what it gave before."""

    OBJECTED = "objected"
    """It answered that the person has objected (HTTP 451)."""
    ERASED = "erased"
    """It lists the person's record among those that it has erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """That a vendor, by the id of the connector that told it, may not give any more what it gave of a person."""

    connector: str
    cause: Cause

    def about(self, subject_id: str) -> str:
        """Itself and whom it is about, as an id of a job `OBJECTED`."""
        return f"{self.cause}:{self.connector}:{subject_id}"

    @classmethod
    def read(cls, name: str) -> tuple[Self, str]:
        """What `about` wrote: the objection, and the subject's id."""
        cause, connector, subject_id = name.split(":", 2)
        return cls(connector=connector, cause=Cause(cause)), subject_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of one lead, to be committed whole: its new state, its audit entry and what comes of it.

    `lead` is the lead as it shall be; its `revision` is the one it was read at. `event` is a type of the audit
    registry, `facts` its sealed payload: what a person may read later.
    """

    lead: Lead
    event: str
    facts: Mapping[str, Any] = field(repr=False)
    parts: frozenset[str] = frozenset()
    """Which sealed parts of the lead are new: `verdicts`, `lookup` (its last one), `asserted`."""
    rulings: tuple[Ruling, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    ask_again_at: datetime | None = None
    """When connectors are asked again; None: not at all."""
    objections: tuple[Objection, ...] = ()
    """Of which vendors' answers follows that something is suppressed and erased."""


class Exposure(StrEnum):
    """How much of a lead connectors may see."""

    NOTHING = "nothing"
    """A veto stands: nobody is asked."""
    COMPANY = "company"
    """Company fields alone: they need no personal basis."""
    PERSONAL = "personal"


class Course(StrEnum):
    """Where verification lets a lead go on."""

    RELEASE = "release"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What verification says of one lead, and what its policy makes of it.

    `email` and `phone` are None where the lead names no such contact point. `retry_after` of a hold is None when
    it waits for a person. `caps` are the channels that are held or denied, with why.
    """

    email: EmailVerdict | None
    phone: PhoneVerdict | None
    company: CompanyVerdict | None = None
    course: Course
    reason: str | None = None
    because: tuple[str, ...] = ()
    """The reason codes behind it, as the policy weighs them."""
    vendor: bool = False
    """A vendor's mailbox check is set up and could say more; it has not been shown the address."""
    shown_to: str | None = None
    """The vendor that was shown the address for these verdicts; None too where its earlier answer was still kept."""
    retry_after: timedelta | None = None
    caps: Mapping[Channel, Cap] = field(default_factory=dict)

    def on(self, lead: Lead) -> Lead:
        """The lead with these verdicts, where it stands."""
        return replace(lead, email=self.email, phone=self.phone, company=self.company)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A lead to enrich or to check, and how much of it may be shown.

    `only` are the connectors to ask, by id; None is all of the plan.
    """

    lead: Lead
    exposure: Exposure
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneUse:
    """What may be used once, a solved challenge: its keyed hash, and until when that is kept."""

    mac: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An idempotent request: keyed hashes of the caller's key and of the payload, and until when they are kept.

    `burn` is used up in the same commit: a request that is not stored has not used it.
    """

    key: bytes
    fingerprint: bytes
    expires_at: datetime
    burn: OneUse | None = None


class Journal(Protocol):
    """The only way a lead changes: state, entry, decisions, deliveries and next work commit together."""

    async def open(self, arrivals: Sequence[Arrival], mark: Mark | None = None) -> Sequence[Lead]:
        """Store what came in, as received leads with their consent events and entries.

        With a mark all of it is stored together, once: the same mark again gives the leads of the first time.

        Raises:
            Conflict: what the mark burns was used before, by another request.
            StoreUnavailable: nothing was stored; the sender may try again.
            KeyReused: the mark was used with another payload.
        """

    async def load(self, ids: Sequence[str]) -> Sequence[Lead]:
        """Read leads as they stand; an id that is not there is left out."""

    async def commit(self, moves: Sequence[Move]) -> Sequence[Lead]:
        """Commit each move that is still from the newest revision; a lead that has gone on is left out."""


class Verifier(Protocol):
    """Verdicts on contact points and companies."""

    async def verify(self, leads: Sequence[Lead], now: datetime) -> Sequence[Finding]:
        """Judge each lead's e-mail, phone and company, in order; a doubt is a verdict, never an exception.

        Nobody is shown an address but the mail servers of its domain.
        """

    async def show(self, asks: Sequence[Ask], now: datetime) -> Sequence[Finding]:
        """Judge again, in order, leads that a vendor could say more about; it sees those whose exposure is personal.

        The others are left as `verify` judged them, with the verdicts that the leads hold.
        """

    def number(
        self, value: str, regions: Sequence[RegionHint], now: datetime
    ) -> tuple[PhoneVerdict, Mapping[Channel, Cap]]:
        """Judge a number by itself, and say what its verdict limits."""


class Enricher(Protocol):
    """Connectors, asked within a budget."""

    async def enrich(self, asks: Sequence[Ask], now: datetime) -> Sequence[Lookup]:
        """Ask for each lead what is applicable, in order; a dead vendor is a mark, never an exception."""


class Policy(Protocol):
    """The law pack, applied to what is known of a subject."""

    async def may_enrich(self, leads: Sequence[Lead], now: datetime) -> Sequence[Ruling]:
        """Decide for each lead whether personal fields may go to vendors; suppression comes first."""

    async def rule(self, leads: Sequence[Lead], now: datetime) -> Sequence[tuple[Ruling, ...]]:
        """Decide for each lead, per destination, purpose and channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything a journey needs."""

    journal: Journal
    verifier: Verifier
    enricher: Enricher
    policy: Policy
    clock: Clock
