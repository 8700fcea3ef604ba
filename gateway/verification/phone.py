"""The verdict on a phone number, from libphonenumber's metadata and the countries it may be read in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gateway.verification.model import PhoneVerdict, RegionHint, RegionSource
from gateway.verification.numbering import making
from gateway.verification.numbering.beginning import MAX_INPUT, trimmed
from gateway.verification.numbering.outcome import Reading, unread
from gateway.verification.numbering.understanding import understand
from gateway.verification.reasons import ReasonCode

_NUMBER: Final = RegionSource.NUMBER
"""Looked up once: most numbers tell their own region."""
_EMPTY: Final = Reading(unread(ReasonCode.PHONE_EMPTY))
_INPUT_TOO_LONG: Final = Reading(unread(ReasonCode.PHONE_INPUT_TOO_LONG))


def judge(value: str, *, regions: Sequence[RegionHint] = (), now: datetime) -> PhoneVerdict:
    """Judge one phone number; a national form is read in each of `regions` in turn until it is valid in one.

    The first hint under which the number is valid wins, else the first under which it is possible, else the
    first. A number in international form needs no hint, be it with + or with 00 where 00 means no other thing.
    Without any hint a national form is `unknown`, and so is one that does not fit a country that was only guessed:
    that proves nothing. What stands behind a number is no part of it (see `numbering.ending`).
    """
    text = value
    if len(value) <= MAX_INPUT:
        text = value.strip()
        if not text.isascii() or "%" in text or '"' in text:
            text = trimmed(text)
    hint: RegionHint | None = None
    if not text:
        reading = _EMPTY
    elif len(text) > MAX_INPUT:
        reading = _INPUT_TOO_LONG
    else:
        reading, hint = understand(text, regions)
    outcome, e164, extension, international = reading
    if e164 is None and outcome.region is None:
        return making.verdict(outcome, None, None, told_by=None, read_as=None, now=now)
    if international or hint is None:
        return making.verdict(outcome, e164, extension, told_by=_NUMBER, read_as=None, now=now)
    return making.verdict(outcome, e164, extension, told_by=hint.source, read_as=hint.region, now=now)
