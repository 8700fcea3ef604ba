"""When a delivery is tried again: a pure function of the attempts made, a random number and what was asked for.

Source: Standard Webhooks 1.0, "Deliverability and reliability": the example schedule, with jitter, and Retry-After.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

DELAYS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait before each attempt; together 75.6 hours."""

LONGEST: Final = timedelta(hours=24)
"""The longest wait a receiver may ask for."""

JITTER: Final = 0.1
"""The part of a wait that chance adds, so that what failed together is not sent together."""


def next_attempt(number: int, random01: float, retry_after: timedelta | None = None) -> timedelta | None:
    """Say how long to wait before the next attempt.

    The wait grows by up to a tenth and never shrinks, because Retry-After is a minimum (RFC 9110 section 10.2.3).

    Args:
        number: the attempts made so far; 0 before the first.
        random01: a random number from 0 up to but not including 1.
        retry_after: what the receiver asked for; anything over 24 hours counts as 24 hours.

    Returns:
        The wait, or None when all ten attempts were made: the delivery is dead.

    Raises:
        ValueError: `number` is negative or `random01` is outside its range.
    """
    if number < 0 or not 0 <= random01 < 1:
        raise ValueError("number counts attempts, and random01 lies from 0 up to 1")
    if number >= len(DELAYS):
        return None
    asked = min(max(retry_after or timedelta(0), timedelta(0)), LONGEST)
    return max(DELAYS[number], asked) * (1 + JITTER * random01)


def read_retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110 section 10.2.3): seconds or an HTTP date.

    Args:
        headers: the answer's headers, names in lower case.
        now: the time the answer was read, aware UTC.

    Returns:
        A wait between zero and 24 hours; None when the header is missing or unreadable.
    """
    text = headers.get("retry-after", "").strip()
    if not text.isascii():
        return None
    if text.isdigit():
        # Nineteen digits and more cannot be a timedelta; anything that long is over the bound anyway.
        return min(timedelta(seconds=int(text[:9])), LONGEST) if len(text) <= 9 else LONGEST  # noqa: PLR2004 - as said
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return min(max(aware - now, timedelta(0)), LONGEST)
    except OverflowError:
        return None
