"""How long a reply asks to wait: every place it says so, read leniently and bounded."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.errors import Unreadable
from connectors.kit.http import dig, json_object
from connectors.kit.manifest import Wait
from connectors.kit.ports import Reply

LONGEST = timedelta(days=1)
"""No hint reaches further: a vendor that says 10^9 seconds does not put a lead aside for 31 years."""

_DECIMAL = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)
_EPOCH_FROM = 1_000_000_000  # a smaller number is a count of seconds, not a time since 1970
_MILLISECONDS_FROM = 100_000_000_000


def retry_at(reply: Reply, waits: Iterable[Wait] = ()) -> datetime | None:
    """The longest of a reply's waiting hints, as a point in time.

    Args:
        reply: its `received_at` is what relative hints count from.
        waits: places beside Retry-After.

    Returns:
        Between `received_at` and a day later; None when there is no readable hint.
    """
    now = reply.received_at
    found = [after(reply.headers.get("retry-after", ""), now=now)]
    for wait in waits:
        if wait.after_header:
            found.append(after(reply.headers.get(wait.after_header.lower(), ""), now=now))
        elif wait.until_header:
            found.append(until(reply.headers.get(wait.until_header.lower(), ""), now=now))
        else:
            found.append(_in_body(reply, wait.after_body))
    readable = [moment for moment in found if moment is not None]
    return max(readable) if readable else None


def after(text: str, *, now: datetime) -> datetime | None:
    """Reads seconds or an HTTP date (Retry-After, RFC 9110 10.2.3); a past date is now."""
    text = text.strip()
    if _DECIMAL.fullmatch(text):
        return _bounded(now, float(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _until(moment, now)


def until(text: str, *, now: datetime) -> datetime | None:
    """Reads a reset time: epoch seconds or milliseconds, ISO 8601, an HTTP date, or a few seconds."""
    text = text.strip()
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if number < _EPOCH_FROM:
            return _bounded(now, number)
        epoch = number / 1000 if number >= _MILLISECONDS_FROM else number
        return _bounded(now, epoch - now.timestamp())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return after(text, now=now)
    return _until(moment, now)


def _in_body(reply: Reply, path: str) -> datetime | None:
    try:
        number = dig(json_object(reply), path)
    except Unreadable:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return _bounded(reply.received_at, number)


def _until(moment: datetime, now: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _bounded(now, (aware - now).total_seconds())


def _bounded(now: datetime, seconds: float) -> datetime | None:
    try:
        if math.isnan(seconds):
            return None
        return now + timedelta(seconds=min(max(0.0, seconds), LONGEST.total_seconds()))
    except OverflowError:
        return None
