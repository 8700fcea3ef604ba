"""The consent ledger: what happened, as events that are only ever appended, and what follows from them, as a fold.

Events are facts about one subject. Nothing in them is personal in clear: a contact point is named by a reference that
the gateway chooses (a keyed hash or a random id), evidence by ids of sealed entries.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from consent.terms import Channel, Mechanism, Purpose, covers


class Party(StrEnum):
    """Who made an event happen; whoever recorded it."""

    PERSON = "person"
    CONTROLLER = "controller"
    PROCESSOR = "processor"
    IMPORT = "import"
    SYSTEM = "system"


class Origin(StrEnum):
    """How an event reached the gateway, which says how much a claim of consent is worth.

    Anybody can type anybody's address into a public form, so such a grant is a request until the contact point itself
    confirms it. An authenticated source vouches for its grants; a confirmed link proves them. What the controller
    (the operator) records itself, it has checked itself: a bought consent counts no sooner.
    """

    PUBLIC_FORM = "public_form"
    SOURCE = "source"
    CONFIRMED_LINK = "confirmed_link"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice an event rests on: id and version, and SHA-256 (hex) of its text."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has.

    Attributes:
        event_id: unique; breaks no tie.
        occurred_at: when it happened, as claimed; aware UTC.
        received_at: when the gateway learned of it; aware UTC.
        actor: who made it happen.
        origin: how it reached the gateway.
        contact_point: a reference to the contact point it is about; `None` is the subject as a whole.
        evidence: ids of sealed entries that prove it.
    """

    event_id: str
    occurred_at: datetime
    received_at: datetime
    actor: Party
    origin: Origin
    contact_point: str | None = field(default=None, repr=False)
    evidence: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        """When it counts from: as claimed, but never later than the gateway knew of it."""
        return min(self.occurred_at, self.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About(Event):
    """An event about exactly one purpose and one channel; a grant reaches no further."""

    purpose: Purpose
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Against(Event):
    """An event against a purpose with all below it (`None`: every one), on a channel (`None`: every one)."""

    purpose: Purpose | None = None
    channel: Channel | None = None

    def reaches(self, purpose: Purpose, channel: Channel) -> bool:
        """Whether it stands against this use: down the purpose tree, on the channels it names."""
        return covers(self.purpose, purpose) and self.channel in {None, channel}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGranted(_About):
    """The person agreed, `mechanism` says how.

    `cited_notice` is the id a source cited; `notice` is set when that notice is stored. `recipients` are the names of
    the destinations that the consent text gave. It lapses at `expires_at`.
    """

    mechanism: Mechanism
    cited_notice: str | None = None
    notice: Notice | None = None
    recipients: frozenset[str] = frozenset()
    expires_at: datetime | None = None

    @property
    def evident(self) -> bool:
        """Whether evidence came with it; what was confirmed to the controller, or recorded by it, it can show itself.

        That somebody opted in twice, signed, or said so on a recorded line is a claim like any other until then.
        """
        return bool(self.evidence) or self.origin in {Origin.CONFIRMED_LINK, Origin.OPERATOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(_Against):
    """The person said no when asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequested(_About):
    """The person was sent a confirmation link (double opt-in); changes nothing by itself.

    `token_hash` is SHA-256 (hex) of the random token; the link dies at `expires_at`.
    """

    token_hash: str
    notice: Notice
    expires_at: datetime
    recipients: frozenset[str] = frozenset()
    consent_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentConfirmed(_About):
    """The person used the link; counts only against a live request for the same contact point and notice."""

    request_id: str
    token_hash: str
    notice_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(_Against):
    """The person took consent back (GDPR Art. 7(3))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionReceived(_Against):
    """The person objected (GDPR Art. 21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionSet(Event):
    """Processing is restricted (GDPR Art. 18(1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionLifted(Event):
    """The restriction has ended, after the person was told (GDPR Art. 18(3))."""


class SignalKind(StrEnum):
    """Which signal a browser sent."""

    GPC = "gpc"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalObserved(Event):
    """A browser's signal that opts the known person out of sale and sharing (11 CCR 7025(c)(1))."""

    signal: SignalKind = SignalKind.GPC


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeServed(Event):
    """The person was given a notice; `article` is 13 (at collection) or 14 (collected elsewhere)."""

    article: int
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised(Event):
    """An event that this version cannot read; it is kept and grants nothing."""

    kind: str


Against = ConsentRefused | ConsentWithdrawn | ObjectionReceived
"""The events that stand against a use."""
