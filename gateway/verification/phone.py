"""The verdict on a phone number, from libphonenumber's metadata and the countries it may be read in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import phonenumbers

from gateway.verification.model import PhoneVerdict, RegionHint, RegionSource
from gateway.verification.numbering import making
from gateway.verification.numbering.outcome import Reading, unread
from gateway.verification.numbering.reading import read, worldwide
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

MAX_INPUT: Final = 250
"""Longest value that is looked at, in characters."""
METADATA_VERSION: Final = making.METADATA_VERSION

_REGION_LETTERS: Final = 2
_EMPTY: Final = Reading(unread(ReasonCode.PHONE_EMPTY))
_INPUT_TOO_LONG: Final = Reading(unread(ReasonCode.PHONE_INPUT_TOO_LONG))
_ORDER: Final = (ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_IN_PLAN, ReasonCode.PHONE_LOCAL_ONLY)
"""Readings of a national number from the best on; all others come after."""
_SETTLED: Final = frozenset({ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_A_NUMBER})
"""Readings after which no other country is asked: it is right, or it is a number nowhere."""

_Read = tuple[Reading, RegionHint | None]
"""A reading, and the hint that it followed."""


def region_hints(
    *,
    told: str | None = None,
    declared: str | None = None,
    company: str | None = None,
    locale: str | None = None,
    default: str | None = None,
) -> tuple[RegionHint, ...]:
    """The countries to read a national form in, in this order, each once.

    `told`, `declared`, `company` and `default` are ISO 3166-1 alpha-2 codes in any case (UK is taken for GB);
    `locale` is a BCP 47 tag, of which only the region counts: a language alone names no country.
    """
    given = (
        (RegionSource.TOLD, told),
        (RegionSource.DECLARED_COUNTRY, declared),
        (RegionSource.COMPANY_COUNTRY, company),
        (RegionSource.FORM_LOCALE, _locale_region(locale)),
        (RegionSource.DEFAULT, default),
    )
    hints: dict[str, RegionHint] = {}
    for source, code in given:
        region = (code or "").strip().upper()
        region = "GB" if region == "UK" else region
        if region in phonenumbers.SUPPORTED_REGIONS:
            hints.setdefault(region, RegionHint(source=source, region=region))
    return tuple(hints.values())


def judge(value: str, *, regions: Sequence[RegionHint] = (), now: datetime) -> PhoneVerdict:
    """Judge one phone number; a national form is read in each of `regions` in turn until it is valid in one.

    The first hint under which the number is valid wins, else the first under which it is possible, else the
    first. A number in international form needs no hint. Without any hint a national form is `unknown`.
    """
    text = value.strip() if len(value) <= MAX_INPUT else value
    hint: RegionHint | None = None
    if not text:
        reading = _EMPTY
    elif len(text) > MAX_INPUT:
        reading = _INPUT_TOO_LONG
    else:
        reading, hint = _read(text, regions)
    outcome, e164, extension, international = reading
    if e164 is None:
        return making.verdict(outcome, None, None, told_by=None, read_as=None, now=now)
    if international or hint is None:
        return making.verdict(outcome, e164, extension, told_by=RegionSource.NUMBER, read_as=None, now=now)
    return making.verdict(outcome, e164, extension, told_by=hint.source, read_as=hint.region, now=now)


def numbers(value: str, *, regions: Sequence[RegionHint] = (), default: str | None = None) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for, as `judge` reads it first: for finding what stands against it.

    One that is valid, or names its country itself, is read once. Any other is also read in each of `regions`, with 00
    for the plus sign, and in the country `default`: that one can turn out to be refused, never to be good.
    """
    text = value.strip() if len(value) <= MAX_INPUT else ""
    if not text:
        return ()
    hints = _supported(regions)
    readings = [_read(text, hints)[0]]
    if readings[0].outcome.reason is not ReasonCode.PHONE_VALID and not readings[0].international:
        form = written(text)
        nowhere = hints and readings[0].outcome.reason is ReasonCode.PHONE_NOT_A_NUMBER
        others = () if nowhere else (*hints, *region_hints(default=default))
        readings += [read(text, hint.region, form) for hint in others]
        readings.append(_read(text, ())[0])
    found = (reading.e164 for reading in readings if reading.e164 is not None)
    return tuple(dict.fromkeys(found))


def stands_for(value: str, verdict: PhoneVerdict) -> bool:
    """Whether the number of a verdict is one that a value may stand for: read in the country that it belongs to.

    It is not where somebody told another number than the one that was written.
    """
    evidence = verdict.evidence
    return evidence.e164 in numbers(value, regions=region_hints(told=evidence.read_as or evidence.region))


def _locale_region(locale: str | None) -> str | None:
    tags = (locale or "").replace("_", "-").split("-")[1:]
    return next((tag for tag in tags if len(tag) == _REGION_LETTERS and tag.isalpha()), None)


def _supported(regions: Sequence[RegionHint]) -> list[RegionHint]:
    return [hint for hint in regions if hint.region in phonenumbers.SUPPORTED_REGIONS]


def _read(text: str, regions: Sequence[RegionHint]) -> _Read:
    form = written(text)
    # A number that names its country itself is read alike everywhere.
    if form is not None and form.plus and (reading := worldwide(form)) is not None:
        return reading, None
    return _best(text, form, _supported(regions))


def _best(text: str, form: Written | None, hints: Sequence[RegionHint]) -> _Read:
    if not hints and text.startswith("00"):
        # 00 is the international prefix nearly everywhere; where it is not, a hint would have told.
        text = "+" + text[2:]
        form = written(text)
    best: _Read | None = None
    for hint in hints:
        reading = read(text, hint.region, form)
        if reading.international or reading.outcome.reason in _SETTLED:
            return reading, hint
        if best is None or _rank(reading) < _rank(best[0]):
            best = reading, hint
    return best or (read(text, None, form), None)


def _rank(reading: Reading) -> int:
    reason = reading.outcome.reason
    return _ORDER.index(reason) if reason in _ORDER else len(_ORDER)
