"""The contract of a way out: what is handed over, to whom, with what, and what comes back.

A way out is one file of this folder with one class `Plugin`, or an entry point in the group `leadgate.release`; see
`gateway.plugins`. It sends what it is given and judges the answer. It claims nothing, stores nothing about the
delivery and decides nothing: when to send and whether one may at all is the outbox's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from pydantic import BaseModel, ConfigDict

from gateway.errors import LeadgateError

if TYPE_CHECKING:
    from gateway.release.kit.mapping import LeadMap

API_VERSION: Final = 1
"""The version of this contract; a plug-in carries it as `api_version`."""

GROUP: Final = "leadgate.release"
"""The entry point group for ways out of other distributions; an entry point names the class."""

ATTEMPT_SECONDS: Final = 15.0
"""How long one attempt may take (Standard Webhooks asks for 15 to 30 seconds)."""


class EventType(StrEnum):
    """What a message tells the destination."""

    CREATED = "lead.created"
    """A lead is released to this destination for the first time."""
    UPDATED = "lead.updated"
    """The same lead again, because what may be done with it, or what is known, has changed."""
    RETRACTED = "lead.retracted"
    """The lead is taken back: delete it, and confirm with 2xx (GDPR Art. 19)."""


class DeliveryOutcome(StrEnum):
    """What came of one attempt."""

    DELIVERED = "delivered"
    """The destination has it."""
    RETRY = "retry"
    """Not now: the next attempt is due by `gateway.release.kit.schedule`."""
    FAILED = "failed"
    """Never like this: sending the same again changes nothing; a person has to look."""
    GONE = "gone"
    """The destination wants no more (410): disable it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One attempt to deliver one message.

    Attributes:
        delivery_id: the delivery's TypeID, sent as `webhook-id`: the same at every attempt, so that a receiver can
            tell a repetition.
        event: what the message tells.
        body: the message as JSON (`gateway.release.kit.body`): the same bytes at every attempt.
        permit: the signed permit as a JWS, issued anew for this attempt.
        lead_id: the lead's TypeID.
        attempt: 1 for the first.
        timestamp: when this attempt is made, aware UTC.
    """

    delivery_id: str
    event: EventType
    body: bytes = field(repr=False)
    permit: str = field(repr=False)
    lead_id: str
    attempt: int
    timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes. URL and secrets stay out of its repr: many vendors put the credential into the URL.

    Attributes:
        name: the destination's name.
        url: as configured; None where the way out has a place of its own.
        secrets: the signing secrets, newest first; several while one is being replaced.
        map: how the message is rewritten for this receiver; None sends it as it is.
        allow_private: the operator allowed addresses of the own network for this destination.
        settings: the way out's own settings, as its `settings` model wrote them.
    """

    name: str
    url: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    map: "LeadMap | None" = field(default=None, repr=False)
    allow_private: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of one attempt; nothing in it is personal or secret, so it may be logged and stored in clear.

    Attributes:
        outcome: what the outbox does next.
        http_status: the answer's status, where there was one.
        detail: a stable code that says why, like `http_503` or `map:field_missing:/fields/last_name`.
        retry_after: the wait the destination asked for, between zero and 24 hours.
        remote_id: the destination's own id for the lead, for a later retraction.
        acknowledged: the receiver itself confirmed a retraction.
    """

    outcome: DeliveryOutcome
    http_status: int | None = None
    detail: str
    retry_after: timedelta | None = None
    remote_id: str | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request; a redirect is an answer and is never followed.

    Attributes:
        seconds: how long the whole exchange may take.
        body_seconds: where the status alone says what became of it, how long its body may take: one that comes late,
            or cannot be read, is left out of the answer. None where the answer is none without its body.
        allow_private: addresses of the own network may be asked.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float
    body_seconds: float | None = None
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer: the status, the headers in lower case, the decoded body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class SendFailed(LeadgateError):
    """There was no answer: `detail` is a short stable code without URL, header or body.

    Attributes:
        retryable: a later attempt may succeed; False for a request that may never be made (egress refused).
    """

    type = "send-failed"
    title = "The destination could not be reached"

    def __init__(self, *, retryable: bool, detail: str) -> None:
        super().__init__(detail)
        self.retryable = retryable


class Http(Protocol):
    """The way to a web server; wiring fills it with the gateway's egress-checked client."""

    async def send(self, call: Call) -> Reply:
        """Send one request and read its answer.

        Raises:
            SendFailed: there was no answer, or one that could not be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a way out may use: HTTP, and the folder in which files are written unless a destination says where."""

    http: Http
    folder: Path


class NoSettings(BaseModel):
    """The settings of a way out that needs nothing beside what every destination has."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plugin(Protocol):
    """One way out. It is made without arguments and keeps nothing of one delivery for the next."""

    api_version: ClassVar[int]
    kind: ClassVar[str]
    """The word after `--kind`; lower case letters, digits and `_`."""
    settings: ClassVar[type[BaseModel]]
    """The model of `Target.settings`; a destination whose settings it refuses is not stored."""

    def check(self, target: Target) -> None:
        """Look at a destination before it is stored.

        Raises:
            Invalid: this way out cannot serve it; the faults say where and what to do.
        """

    async def deliver(self, parcel: Parcel, target: Target, ports: Ports, deadline: float) -> Receipt:
        """Make one attempt and judge its answer, within `deadline` seconds.

        It raises nothing but cancellation: what goes wrong is a receipt.
        """
