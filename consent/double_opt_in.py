"""Double opt-in, the pure part: a link's token is stored as a hash, lives 72 hours, works once, for one contact point.

No command or page calls this yet: a confirmation comes in as an event of a source that asked by itself.

The page behind the link only shows; a POST from it confirms, because mail scanners follow links. Tokens come from
outside as arguments: 128 random bits or more.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from consent.confirmation import live_request
from consent.errors import (
    DoubleOptInError,
    TokenExpiredError,
    TokenMismatchError,
    TokenUnknownError,
    TokenUsedError,
)
from consent.ledger import (
    ConsentConfirmed,
    ConsentGranted,
    ConsentRequested,
    Event,
    Notice,
    Origin,
    Party,
)

TOKEN_TTL: Final = timedelta(hours=72)
"""How long a confirmation link lives."""

TOKEN_BYTES: Final = 16
"""The least a token may be long: 128 bits."""


def token_hash(token: bytes) -> str:
    """Return SHA-256 (hex) of a token, which is all that is stored of it.

    Raises:
        DoubleOptInError: the token is shorter than 128 bits.
    """
    if len(token) < TOKEN_BYTES:
        raise DoubleOptInError("a confirmation token needs at least 128 random bits")
    return hashlib.sha256(token).hexdigest()


def request_confirmation(grant: ConsentGranted, *, event_id: str, token: bytes, now: datetime) -> ConsentRequested:
    """Return the event that records a confirmation link for an unproven grant.

    Raises:
        DoubleOptInError: the grant names no contact point or no stored notice, or the token is too short.
    """
    if grant.contact_point is None or grant.notice is None:
        raise DoubleOptInError("a confirmation link needs a contact point and a stored notice")
    return ConsentRequested(
        event_id=event_id,
        occurred_at=now,
        received_at=now,
        actor=Party.SYSTEM,
        origin=grant.origin,
        contact_point=grant.contact_point,
        evidence=(grant.event_id,),
        purpose=grant.purpose,
        channel=grant.channel,
        token_hash=token_hash(token),
        notice=grant.notice,
        expires_at=now + TOKEN_TTL,
        recipients=grant.recipients,
        consent_expires_at=grant.expires_at,
    )


def find_request(events: Iterable[Event], token: bytes) -> ConsentRequested:
    """Return the request that a link belongs to, whatever its state; for the page that GET shows.

    Raises:
        TokenUnknownError: no request has this token.
    """
    wanted = token_hash(token)
    for event in events:
        if isinstance(event, ConsentRequested) and hmac.compare_digest(event.token_hash, wanted):
            return event
    raise TokenUnknownError("no confirmation is waiting for this link; ask the person to sign up again")


def confirm(
    events: Iterable[Event], token: bytes, *, contact_point: str, notice: Notice, event_id: str, now: datetime
) -> ConsentConfirmed:
    """Return the event that a used link appends.

    Args:
        events: the subject's ledger.
        token: from the link.
        contact_point: the reference of the contact point the link was sent to.
        notice: the notice that the page behind the link has shown.
        event_id: for the new event.
        now: when the link was used, aware UTC.

    Raises:
        TokenUnknownError: no request has this token, or an answer against the use has voided it.
        TokenMismatchError: the request was about another contact point or another notice.
        TokenExpiredError: the link is older than 72 hours.
        TokenUsedError: the link has been used.
    """
    seen = tuple(events)
    request = find_request(seen, token)
    if request.contact_point != contact_point or request.notice.sha256 != notice.sha256:
        raise TokenMismatchError("this link belongs to another contact point or another notice; send a new one")
    if any(isinstance(event, ConsentConfirmed) and event.request_id == request.event_id for event in seen):
        raise TokenUsedError("this confirmation link has been used already; nothing more to do")
    if now >= request.expires_at:
        raise TokenExpiredError("this confirmation link has expired; ask the person to sign up again")
    confirmation = ConsentConfirmed(
        event_id=event_id,
        occurred_at=now,
        received_at=now,
        actor=Party.PERSON,
        origin=Origin.CONFIRMED_LINK,
        contact_point=contact_point,
        evidence=(request.event_id,),
        purpose=request.purpose,
        channel=request.channel,
        request_id=request.event_id,
        token_hash=request.token_hash,
        notice_sha256=notice.sha256,
    )
    if live_request(seen, confirmation) is None:
        raise TokenUnknownError("no confirmation is waiting for this link; ask the person to sign up again")
    return confirmation
