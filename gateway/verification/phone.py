"""The verdict on a phone number, from libphonenumber's metadata and the countries it may be read in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from gateway.verification.model import (
    VALIDITY_OF,
    PhoneEvidence,
    PhoneType,
    PhoneVerdict,
    RegionHint,
    RegionSource,
)
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import expiry, weigh

# The library compiles a pattern anew each time unless told to keep it (its issue 108): with many countries
# that is nine tenths of the work. The verdicts are the same.
phonenumbers.enable_pattern_cache()

MAX_INPUT: Final = 250
"""Longest value that is looked at, in characters."""
METADATA_VERSION: Final = f"phonenumbers@{phonenumbers.__version__}"

_REGION_LETTERS: Final = 2
_PLUS: Final = CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
_TYPES: Final[Mapping[int, frozenset[PhoneType]]] = MappingProxyType(
    {
        PhoneNumberType.FIXED_LINE: frozenset({PhoneType.FIXED_LINE}),
        PhoneNumberType.MOBILE: frozenset({PhoneType.MOBILE}),
        PhoneNumberType.FIXED_LINE_OR_MOBILE: frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE}),
        PhoneNumberType.TOLL_FREE: frozenset({PhoneType.TOLL_FREE}),
        PhoneNumberType.PREMIUM_RATE: frozenset({PhoneType.PREMIUM_RATE}),
        PhoneNumberType.SHARED_COST: frozenset({PhoneType.SHARED_COST}),
        PhoneNumberType.VOIP: frozenset({PhoneType.VOIP}),
        PhoneNumberType.PERSONAL_NUMBER: frozenset({PhoneType.PERSONAL_NUMBER}),
        PhoneNumberType.PAGER: frozenset({PhoneType.PAGER}),
        PhoneNumberType.UAN: frozenset({PhoneType.UAN}),
        PhoneNumberType.VOICEMAIL: frozenset({PhoneType.VOICEMAIL}),
        PhoneNumberType.UNKNOWN: frozenset(),
    }
)
_POSSIBLE: Final[Mapping[int, tuple[str, ReasonCode | None]]] = MappingProxyType(
    {
        ValidationResult.IS_POSSIBLE: ("is_possible", None),
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ("is_possible_local_only", ReasonCode.PHONE_LOCAL_ONLY),
        ValidationResult.INVALID_COUNTRY_CODE: (
            "invalid_country_code",
            ReasonCode.PHONE_COUNTRY_CODE_INVALID,
        ),
        ValidationResult.TOO_SHORT: ("too_short", ReasonCode.PHONE_TOO_SHORT),
        ValidationResult.TOO_LONG: ("too_long", ReasonCode.PHONE_TOO_LONG),
        ValidationResult.INVALID_LENGTH: ("invalid_length", ReasonCode.PHONE_LENGTH_INVALID),
    }
)
_PARSE_ERRORS: Final[Mapping[int, ReasonCode]] = MappingProxyType(
    {
        phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: ReasonCode.PHONE_COUNTRY_CODE_INVALID,
        phonenumbers.NumberParseException.NOT_A_NUMBER: ReasonCode.PHONE_NOT_A_NUMBER,
        phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: ReasonCode.PHONE_TOO_SHORT,
        phonenumbers.NumberParseException.TOO_SHORT_NSN: ReasonCode.PHONE_TOO_SHORT,
        phonenumbers.NumberParseException.TOO_LONG: ReasonCode.PHONE_TOO_LONG,
    }
)
_ORDER: Final = (ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_IN_PLAN, ReasonCode.PHONE_LOCAL_ONLY)
"""Readings of a national number from the best on; all others come after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One way to read the value: what came of it, and who told the country."""

    reason: ReasonCode
    number: PhoneNumber | None = field(default=None, repr=False)
    region: str | None = None
    types: frozenset[PhoneType] = frozenset()
    possible_reason: str | None = None
    hint: RegionHint | None = None

    @property
    def international(self) -> bool:
        """Whether the number names its country itself, so that every hint reads it alike."""
        return self.number is not None and self.number.country_code_source == _PLUS


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
    if not text:
        return _verdict(_Reading(reason=ReasonCode.PHONE_EMPTY), now)
    if len(text) > MAX_INPUT:
        return _verdict(_Reading(reason=ReasonCode.PHONE_INPUT_TOO_LONG), now)
    return _verdict(_best(text, [hint for hint in regions if hint.region in phonenumbers.SUPPORTED_REGIONS]), now)


def numbers(value: str, *, regions: Sequence[RegionHint] = (), default: str | None = None) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for, as `judge` reads it first: for finding what stands against it.

    One that is valid, or names its country itself, is read once. Any other is also read in each of `regions`, with 00
    for the plus sign, and in the country `default`: that one can turn out to be refused, never to be good.
    """
    text = value.strip() if len(value) <= MAX_INPUT else ""
    if not text:
        return ()
    hints = [hint for hint in regions if hint.region in phonenumbers.SUPPORTED_REGIONS]
    readings = [_best(text, hints)]
    if readings[0].reason is not ReasonCode.PHONE_VALID and not readings[0].international:
        readings += [_read(text, hint) for hint in (*hints, *region_hints(default=default))]
        readings.append(_best(text, ()))
    found = (_e164(reading.number) for reading in readings if reading.number is not None)
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


def _best(text: str, hints: Sequence[RegionHint]) -> _Reading:
    if not hints:
        # 00 is the international prefix nearly everywhere; where it is not, a hint would have told.
        return _read("+" + text[2:] if text.startswith("00") else text, None)
    best: _Reading | None = None
    for hint in hints:
        reading = _read(text, hint)
        if reading.reason is ReasonCode.PHONE_VALID or reading.international:
            return reading
        if best is None or _rank(reading) < _rank(best):
            best = reading
    return best or _read(text, None)


def _rank(reading: _Reading) -> int:
    return _ORDER.index(reading.reason) if reading.reason in _ORDER else len(_ORDER)


def _read(text: str, hint: RegionHint | None) -> _Reading:
    try:
        number = phonenumbers.parse(text, None if hint is None else hint.region, keep_raw_input=True)
    except phonenumbers.NumberParseException as error:
        reason = _PARSE_ERRORS[error.error_type]
        if hint is None and reason is ReasonCode.PHONE_COUNTRY_CODE_INVALID and not _international(text):
            reason = ReasonCode.PHONE_REGION_MISSING
        return _Reading(reason=reason, hint=hint)
    # Asked for only to learn where the country code came from; kept, it would change the formatting of zeros.
    number.raw_input = None
    possible, fault = _POSSIBLE[phonenumbers.is_possible_number_with_reason(number)]
    region = phonenumbers.region_code_for_number(number)
    types = _TYPES[phonenumbers.number_type(number)] if region is not None else frozenset()
    return _Reading(
        # A number is valid exactly when it has a type; asking for the type spares asking twice.
        reason=ReasonCode.PHONE_VALID if types else fault or ReasonCode.PHONE_NOT_IN_PLAN,
        number=number,
        region=region,
        types=types,
        possible_reason=possible,
        hint=hint,
    )


def _international(text: str) -> bool:
    """Whether the value claims a country code of its own: a plus sign, or the context of RFC 3966."""
    return any(mark in text for mark in ("+", "\uff0b", "phone-context="))


def _verdict(reading: _Reading, now: datetime) -> PhoneVerdict:
    reasons = (reading.reason,)
    weighed = weigh(reasons)
    return PhoneVerdict(
        verdict=VALIDITY_OF[weighed.effect],
        level=Level.SYNTAX if reading.number is None else Level.NUMBERING,
        score=weighed.score,
        reasons=reasons,
        contributions=weighed.contributions,
        types=reading.types,
        evidence=_evidence(reading, now),
    )


def _evidence(reading: _Reading, now: datetime) -> PhoneEvidence:
    number = reading.number
    told = None if reading.international or number is None else reading.hint
    return PhoneEvidence(
        e164=None if number is None else _e164(number),
        extension=None if number is None else number.extension,
        region=reading.region,
        region_source=None if number is None else (RegionSource.NUMBER if told is None else told.source),
        read_as=None if told is None else told.region,
        possible_reason=reading.possible_reason,
        phone_metadata_version=METADATA_VERSION,
        checked_at=now,
        expires_at=expiry((reading.reason,), now),
    )


def _e164(number: PhoneNumber) -> str:
    written: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return written
