"""The verdict on a phone number, from libphonenumber's metadata and the countries it may be read in."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

import phonenumbers

from gateway.verification.model import PhoneVerdict, RegionHint, RegionSource, Validity
from gateway.verification.numbering import making
from gateway.verification.numbering.beginning import plainly_parted, restored
from gateway.verification.numbering.ending import Kind, divisions, no_number, signed
from gateway.verification.numbering.outcome import Reading, unread
from gateway.verification.numbering.pieces import ascii_digits, meant, runs, stretches
from gateway.verification.numbering.reading import read, read_at_home, worldwide
from gateway.verification.numbering.single import best
from gateway.verification.numbering.understanding import understand
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

MAX_INPUT: Final = 250
"""Longest value that is looked at, in characters."""
METADATA_VERSION: Final = making.METADATA_VERSION
_SUPPORTED: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)

_SPACES: Final = dict.fromkeys((*range(0x2000, 0x200B), 0x202F, 0x205F), " ")
"""As French typography sets them between digits: the library knows the common space and the no-break one alone."""
_CODES: Final = re.compile("%2[0Bb]")
"""A blank and a plus sign as they stand in a web address."""
_REGION_LETTERS: Final = 2
_APART: Final = re.compile(r"[+\uff0b]\s+")
_NUMBER: Final = RegionSource.NUMBER
"""Looked up once: most numbers tell their own region."""
_FITTING: Final = frozenset({ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_IN_PLAN})
"""What a part of a value must be: most are too short or too long for a number."""
_EMPTY: Final = Reading(unread(ReasonCode.PHONE_EMPTY))
_INPUT_TOO_LONG: Final = Reading(unread(ReasonCode.PHONE_INPUT_TOO_LONG))


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
        if region in _SUPPORTED:
            hints.setdefault(region, RegionHint(source=source, region=region))
    return tuple(hints.values())


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
        reading, hint = understand(text, _supported(regions))
    outcome, e164, extension, international = reading
    if e164 is None:
        return making.verdict(outcome, None, None, told_by=None, read_as=None, now=now)
    if international or hint is None:
        return making.verdict(outcome, e164, extension, told_by=_NUMBER, read_as=None, now=now)
    return making.verdict(outcome, e164, extension, told_by=hint.source, read_as=hint.region, now=now)


def numbers(value: str, *, regions: Sequence[RegionHint] = (), default: str | None = None) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for, as `judge` reads it first: for finding what stands against it.

    One that is valid, or names its country itself, is read once. Any other is also read in each of `regions`, with a
    plus sign or 00 for it, and in the country `default`: that one can turn out to be refused, never to be good. Where
    a plus sign was added, it is also what it is without. Where there is more in the value than one number, each is
    found that is right in one of these countries, wherever it begins and ends among the digits (see
    `numbering.pieces`); one of fewer than six digits only where it stands first.
    """
    text = plainly_parted(trimmed(value)) if len(value) <= MAX_INPUT else ""
    plain = restored(text)
    hints = _supported(regions)
    found = [each for way in dict.fromkeys((text, plain)) for each in _likely(way, hints, default)]
    found += _with_a_plus(written(plain))
    others = _as_they_stand(text, found, (*hints, *region_hints(default=default)))
    return tuple(dict.fromkeys((*found, *others)))


def numbers_as_told(value: str, verdict: PhoneVerdict) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for in the country that its verdict's number belongs to."""
    return numbers(value, regions=_told(verdict))


def _likely(text: str, hints: Sequence[RegionHint], default: str | None = None) -> tuple[str, ...]:
    if not text:
        return ()
    first = understand(text, hints)[0]
    right = first.outcome.reason is ReasonCode.PHONE_VALID
    whole = right and ReasonCode.PHONE_TEXT_LEFT_OUT not in first.outcome.reasons
    found = [first.e164]
    if not right:
        found += [each.e164 for each in _readings(text, hints, default)]
    likely = meant(text)
    if not whole or likely != text or any(parts.kind is Kind.MARK for parts in divisions(text)):
        there = (*hints, *region_hints(company=first.outcome.region, default=default))
        for way in dict.fromkeys((text, likely)):
            found += _in_runs(way, there)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def stands_for(value: str, verdict: PhoneVerdict) -> bool:
    """Whether the number of a verdict is one that a value may stand for: read in the country that it belongs to.

    It is not where somebody told another number than the one that was written.
    """
    return verdict.evidence.e164 in numbers_as_told(value, verdict)


def says_more(value: str, verdict: PhoneVerdict) -> bool:
    """Whether a value holds more than the number of a valid verdict: text that was left out, or another number.

    That may be somebody else's, whom nobody was asked about.
    """
    if ReasonCode.PHONE_TEXT_LEFT_OUT in verdict.reasons:
        return True
    if verdict.verdict is not Validity.VALID:
        return False
    plain = restored(plainly_parted(trimmed(value))) if len(value) <= MAX_INPUT else ""
    return _likely(plain, _told(verdict)) != (verdict.evidence.e164,)


def trimmed(value: str) -> str:
    """The value without white space and quotes around it, with plain spaces, and not as in a web address."""
    text = value.strip()
    if "%2" in text and " " not in text and not _CODES.sub("", text).count("%"):
        text = unquote(text).strip()
    if text[:1] == text[-1:] == '"':
        text = text[1:-1].strip()
    return text if text.isascii() else text.translate(_SPACES)


def _told(verdict: PhoneVerdict) -> tuple[RegionHint, ...]:
    return region_hints(told=verdict.evidence.read_as or verdict.evidence.region)


def _locale_region(locale: str | None) -> str | None:
    tags = (locale or "").replace("_", "-").split("-")[1:]
    return next((tag for tag in tags if len(tag) == _REGION_LETTERS and tag.isalpha()), None)


def _supported(regions: Sequence[RegionHint]) -> Sequence[RegionHint]:
    if len(regions) == 1 and regions[0].region in _SUPPORTED:  # as nearly always
        return regions
    return [each for each in regions if each.region in _SUPPORTED]


def _as_they_stand(text: str, found: Sequence[str], regions: Sequence[RegionHint]) -> list[str]:
    """The numbers that digits are as they stand, where they were read with a plus sign that they lack."""
    digits = ascii_digits(text)
    lacking = [each[1:] for each in found if each[1:] in digits and f"00{each[1:]}" not in digits]
    if not lacking or signed(text):
        return []
    there = dict.fromkeys(hint.region for hint in regions)
    read_so = [read(each, region, Written(each, plus=False)) for each in lacking for region in there]
    return [each.e164 for each in read_so if each.e164 is not None and each.outcome.reason is ReasonCode.PHONE_VALID]


def _readings(text: str, hints: Sequence[RegionHint], default: str | None) -> list[Reading]:
    """How `numbers` reads a text that is one number."""
    form = written(text)
    first = best(text, form, hints)[0]
    found = [first]
    if form is None and no_number(text):
        return found
    if first.outcome.reason is not ReasonCode.PHONE_VALID and not first.international:
        nowhere = hints and first.outcome.reason is ReasonCode.PHONE_NOT_A_NUMBER
        others = () if nowhere else (*hints, *region_hints(default=default))
        found += [read_at_home(text, hint.region, form) for hint in others]
        found.append(best(text, form, ())[0])
    return found


def _with_a_plus(form: Written | None) -> list[str]:
    """The number that digits are with a plus sign, where that is a right one."""
    if form is None or form.plus or (reading := worldwide(form._replace(plus=True))) is None:
        return []
    return [reading.e164] if reading.e164 is not None and reading.outcome.reason is ReasonCode.PHONE_VALID else []


def _in_runs(text: str, hints: Sequence[RegionHint]) -> list[str | None]:
    """What `numbers` finds in runs of digits: each as a whole, and where that is unsure or not right, what is in it."""
    regions = list(dict.fromkeys(hint.region for hint in hints))
    found: list[str | None] = []
    unsure: list[str] = []
    for run in runs(text):
        # A plus sign with a blank behind it may be a number's, or stand between two.
        for one in dict.fromkeys((run.text, _APART.sub("", run.text))):
            form = written(one)
            whole = [] if form is None else _in_each(form, regions)
            found += [each.e164 for each in whole if each.outcome.reason in _FITTING]
            if run.unsure or all(each.outcome.reason is not ReasonCode.PHONE_VALID for each in whole):
                unsure.append(one)
    for piece in stretches(unsure):
        found += [each.e164 for each in _in_each(piece, regions) if each.outcome.reason is ReasonCode.PHONE_VALID]
    return found


def _in_each(form: Written, regions: Sequence[str]) -> list[Reading]:
    """How digits are read in each of the countries, and from abroad; in their own alone where they name it."""
    if form.plus and not form.digits.startswith("0"):
        reading = worldwide(form)
        return [] if reading is None else [reading]
    home = Written(form.digits, plus=False)
    found = [read_at_home(home.digits, region, home) for region in regions]
    if home.digits.startswith("00") and (reading := worldwide(Written(home.digits[2:], plus=True))) is not None:
        found.append(reading)
    return found
