"""The gateway's one exception tree; each class carries its problem type and HTTP status (RFC 9457).

LeadgateError
├── Invalid              422  the request cannot be used as it is
│   ├── Malformed        400  it cannot even be read
│   ├── TooSlow          408  it did not come in time
│   ├── TooLarge         413  it is over a stated limit
│   ├── Unsupported      415  it comes compressed or in another charset
│   └── KeyReused        422  one Idempotency-Key, two payloads
├── Unauthenticated      401  no valid key
├── Forbidden            403  a valid key without the scope
├── NotFound             404  no such thing, or not this caller's
├── Conflict             409  somebody else was first, or the first is still running
│   └── Moved            409  the record has gone on since it was read
├── TooMany              429  over a rate or a cap
├── Unavailable          503  a part of the gateway is gone for now; the request may be sent again
│   ├── StoreUnavailable 503
│   │   └── StoreBusy    503  it is well, but this write kept meeting others
│   └── KeysUnavailable  503
└── SetupError           500  the gateway cannot start like this; the message says what to do
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a request: where (a JSON pointer, RFC 6901), and what to do about it."""

    pointer: str
    detail: str


class LeadgateError(Exception):
    """Something went wrong in the gateway; `detail` says what to do and holds nothing personal."""

    type: ClassVar[str] = "internal"
    title: ClassVar[str] = "The gateway met an error it did not expect"
    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = (), retry_after: float | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.retry_after = retry_after


class Invalid(LeadgateError):
    """The request was read, but cannot be used as it is."""

    type = "invalid"
    title = "The request has errors"
    status = 422


class Malformed(Invalid):
    """The request body is not what its content type says."""

    type = "malformed"
    title = "The request cannot be read"
    status = 400


class TooSlow(Invalid):
    """The request's body did not come in time."""

    type = "too-slow"
    title = "The request took too long to arrive"
    status = 408


class TooLarge(Invalid):
    """The request is over a stated limit."""

    type = "too-large"
    title = "The request is too large"
    status = 413


class Unsupported(Invalid):
    """The body comes compressed or in another charset than UTF-8."""

    type = "unsupported-media"
    title = "The request comes in a form that is not taken"
    status = 415


class Unauthenticated(LeadgateError):
    """No valid key came with the request."""

    type = "unauthenticated"
    title = "A valid API key is needed: Authorization: Bearer lg_…"
    status = 401


class Forbidden(LeadgateError):
    """The key is valid, but not for this."""

    type = "forbidden"
    title = "This key may not do that"
    status = 403


class NotFound(LeadgateError):
    """There is no such thing, or it is not this caller's to see."""

    type = "not-found"
    title = "Nothing is found here"
    status = 404


class Conflict(LeadgateError):
    """Somebody else was first, or the first request with this Idempotency-Key is still running."""

    type = "conflict"
    title = "The request meets a state that forbids it"
    status = 409


class Moved(Conflict):
    """The record has gone on since it was read; read it again."""

    type = "moved"
    title = "The record has changed meanwhile"


class KeyReused(Invalid):
    """One Idempotency-Key came with two different payloads."""

    type = "idempotency-key-reused"
    title = "This Idempotency-Key was used with another payload"


class TooMany(LeadgateError):
    """A rate or a cap is reached; `retry_after` says when to come back."""

    type = "too-many"
    title = "Too many requests"
    status = 429


class Unavailable(LeadgateError):
    """A part of the gateway is gone for now; the same request may be sent again, with the same Idempotency-Key."""

    type = "unavailable"
    title = "The gateway cannot take this now"
    status = 503

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = (), retry_after: float | None = 5.0) -> None:
        super().__init__(detail, faults=faults, retry_after=retry_after)


class StoreUnavailable(Unavailable):
    """The database is gone, full or locked."""

    type = "store-unavailable"
    title = "The store cannot take this now"


class StoreBusy(StoreUnavailable):
    """The database takes writes, but this one met others: at every try, or for longer than a statement may take."""


class KeysUnavailable(Unavailable):
    """The key store cannot be read, so nothing can be sealed."""

    type = "keys-unavailable"
    title = "The key store cannot be read"


class SetupError(LeadgateError):
    """The gateway cannot start like this; `detail` says what to do."""

    type = "setup"
    title = "The gateway cannot start like this"
