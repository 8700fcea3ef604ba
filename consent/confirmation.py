"""Whether a confirmation rightly answers a request: the third law of the fold, on its own."""

from collections.abc import Sequence

from consent.ledger import Against, ConsentConfirmed, ConsentRequested, Event, Party


def live_request(events: Sequence[Event], confirmation: ConsentConfirmed) -> ConsentRequested | None:
    """Return the request that a confirmation rightly answers, or `None`.

    It must be about the same purpose, channel, contact point, notice and token, must have been made before and not
    have expired, must not have been used before, and nothing may have been said against the use in between.
    """
    request = None
    for event in events:
        if isinstance(event, ConsentRequested) and event.event_id == confirmation.request_id:
            request = event
    if request is None or not _answers(request, confirmation):
        return None
    for event in events:
        if isinstance(event, ConsentConfirmed) and _answers(request, event) and _earlier(event, confirmation):
            return None
        if (
            isinstance(event, Against)
            and event.actor is not Party.IMPORT
            and event.reaches(request.purpose, request.channel)
            and request.at <= event.at <= confirmation.at
        ):
            return None
    return request


def _answers(request: ConsentRequested, confirmation: ConsentConfirmed) -> bool:
    same = (
        request.event_id == confirmation.request_id
        and request.token_hash == confirmation.token_hash
        and request.notice.sha256 == confirmation.notice_sha256
        and request.contact_point == confirmation.contact_point
        and request.contact_point is not None
        and (request.purpose, request.channel) == (confirmation.purpose, confirmation.channel)
    )
    return same and confirmation.actor is Party.PERSON and request.at <= confirmation.at < request.expires_at


def _earlier(one: ConsentConfirmed, other: ConsentConfirmed) -> bool:
    return (one.at, one.received_at, one.event_id) < (other.at, other.received_at, other.event_id)
