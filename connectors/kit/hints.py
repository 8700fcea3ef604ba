"""How long a reply asks to wait: every place it says so, read leniently and bounded."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.errors import Unreadable
from connectors.kit.calling import LONGEST, Wait
from connectors.kit.http import json_body
from connectors.kit.mapping import search
from connectors.kit.ports import Reply

_DECIMAL = re.compile(r"\d{1,18}(\.\d{1,9})?", re.ASCII)
_RESET_MEMBER = re.compile(r"(?:^|[;,\s])(?:t|reset)=(\d{1,12})(?![\d.])", re.ASCII)
_RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_TOO_MANY = 429
_EPOCH_FROM = 1_000_000_000  # a smaller number is a count of seconds, not a time since 1970
_MILLISECONDS_FROM = 100_000_000_000


def retry_at(reply: Reply, waits: Iterable[Wait] = ()) -> datetime | None:
    """The longest of a reply's waiting hints, as a point in time.

    Args:
        reply: its `received_at` is what relative hints count from.
        waits: places of the manifest's, beside Retry-After and, after a 429, the usual headers: `x-ratelimit-reset` in
            its spellings, and RateLimit (draft-ietf-httpapi-ratelimit-headers).

    Returns:
        Between `received_at` and a day later; None when there is no readable hint.
    """
    now = reply.received_at
    found = [after(reply.headers.get("retry-after", ""), now=now)]
    if reply.status == _TOO_MANY:
        found += [until(reply.headers.get(name, ""), now=now) for name in _RESETS]
        found += [_bounded(now, float(text)) for text in _RESET_MEMBER.findall(reply.headers.get("ratelimit", ""))]
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
        number = search(path, json_body(reply))
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
