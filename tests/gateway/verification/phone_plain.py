"""The verdict on a phone number by plain calls of the library: what the fast one must equal."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from gateway.verification.model import (
    VALIDITY_OF,
    PhoneEvidence,
    PhoneType,
    PhoneVerdict,
    RegionHint,
    RegionSource,
)
from gateway.verification.numbering.comment import Kind, Parts, at_gaps, begun, divisions
from gateway.verification.numbering.writing import written
from gateway.verification.phone import trimmed
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import expiry, weigh

R = ReasonCode
VERSION = f"phonenumbers@{phonenumbers.__version__}"
ORDER = (R.PHONE_VALID, R.PHONE_NOT_IN_PLAN, R.PHONE_LOCAL_ONLY, R.PHONE_REGION_MISSING)
GUESSED = (RegionSource.COMPANY_COUNTRY, RegionSource.FORM_LOCALE, RegionSource.DEFAULT)
LINES = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
NOTES = {PhoneNumberType.PREMIUM_RATE: R.PHONE_PREMIUM_RATE, PhoneNumberType.SHARED_COST: R.PHONE_SHARED_COST}
ERRORS = {
    NumberParseException.INVALID_COUNTRY_CODE: R.PHONE_COUNTRY_CODE_INVALID,
    NumberParseException.NOT_A_NUMBER: R.PHONE_NOT_A_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: R.PHONE_TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: R.PHONE_TOO_SHORT,
    NumberParseException.TOO_LONG: R.PHONE_TOO_LONG,
}
FAULTS = {
    ValidationResult.IS_POSSIBLE: R.PHONE_NOT_IN_PLAN,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: R.PHONE_LOCAL_ONLY,
    ValidationResult.INVALID_COUNTRY_CODE: R.PHONE_COUNTRY_CODE_INVALID,
    ValidationResult.TOO_SHORT: R.PHONE_TOO_SHORT,
    ValidationResult.TOO_LONG: R.PHONE_TOO_LONG,
    ValidationResult.INVALID_LENGTH: R.PHONE_LENGTH_INVALID,
}


class Plain(NamedTuple):
    """One reading by the library."""

    reason: ReasonCode
    number: PhoneNumber | None
    hint: RegionHint | None
    left_out: bool = False
    ten: bool = False
    """Whether the number is what a Mexican form of before 2019 is dialled as today."""

    @property
    def rank(self) -> int:
        """0 for the best; proof against a number comes last."""
        return ORDER.index(self.reason) if self.reason in ORDER else len(ORDER)

    @property
    def reasons(self) -> list[ReasonCode]:
        """The reason, and the notes behind it."""
        kind = None if self.number is None else phonenumbers.number_type(self.number)
        notes = [NOTES[kind]] if self.reason is R.PHONE_VALID and kind in NOTES else []
        return [self.reason, *notes, *([R.PHONE_TEXT_LEFT_OUT] if self.left_out and self.number is not None else [])]

    @property
    def plus(self) -> bool:
        """Whether the number names its country itself."""
        source = None if self.number is None else self.number.country_code_source
        return source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN


def plain(value: str, regions: Sequence[RegionHint], now: datetime) -> PhoneVerdict:
    """What `judge` must say."""
    text = value if len(value) > 250 else trimmed(value)
    if not text:
        return _verdict(Plain(R.PHONE_EMPTY, None, None), now)
    if len(text) > 250:
        return _verdict(Plain(R.PHONE_INPUT_TOO_LONG, None, None), now)
    known = [each for each in regions if each.region in phonenumbers.SUPPORTED_REGIONS]
    return _verdict(_divided(text, known), now)


def _divided(text: str, known: Sequence[RegionHint]) -> Plain:
    """The value as one number, or the number in it where that is the better one."""
    start = begun(text)
    found = _from_its_start(start, known)
    return found if start == text else found._replace(left_out=True)


def _from_its_start(text: str, known: Sequence[RegionHint]) -> Plain:
    form = written(text)
    whole = Plain(R.PHONE_TOO_LONG, None, None) if form is None and _many(text) else _undivided(text, known)
    certain = form is not None
    ways = divisions(text) if form is None or form.extension in ("5", "7") or re.search(r"/|.{6}[(\[]", text) else ()
    for parts in ways:
        head = _from_its_start(parts.number, known)
        signed = parts.kind is Kind.MARK and parts.left[:1] in "+\uff0b" and not _many(parts.left)
        second = _from_its_start(parts.left, known) if signed else head
        if head.rank and second.rank == 0:
            return second._replace(left_out=True)
        if _is_better(head, whole, parts, known):
            if head.number is not None and parts.extension:
                head.number.extension = parts.extension
            return head._replace(left_out=head.left_out or bool(parts.left))
    heads = [(_undivided(parts.number, known), parts) for parts in at_gaps(text)] if whole.rank else []
    right = [head for head, _ in heads if head.rank == 0]
    both = [head for head, parts in heads if _are_two(head, parts, known)]
    if both or (right and whole.reason in (R.PHONE_TOO_LONG, R.PHONE_LENGTH_INVALID, R.PHONE_NOT_A_NUMBER)):
        return (both or right)[0]._replace(left_out=True)
    letters = re.search(r"\d.*[^\W\d_]", text, re.DOTALL) and len(re.findall("[A-Za-z]", text)) < 3
    extended = whole.number is not None and whole.number.extension is not None
    return whole._replace(left_out=bool(letters) and not certain and not extended)


def _many(text: str) -> bool:
    return sum(map(str.isdecimal, text)) > 32 and ";ext=" not in text


def _is_better(head: Plain, whole: Plain, parts: Parts, known: Sequence[RegionHint]) -> bool:
    if parts.kind is Kind.REMARK:
        return head.rank <= max(whole.rank, 2)
    if parts.kind is Kind.MARK:
        return head.rank < whole.rank or _are_two(head, parts, known)
    if whole.number and whole.number.extension and _e164(head) == _e164(whole):
        return False
    if (head.rank, whole.rank) == (1, 0) and whole.number:
        return phonenumbers.number_type(whole.number) in LINES
    return head.rank < whole.rank or head.rank == whole.rank < 3


def _are_two(head: Plain, parts: Parts, known: Sequence[RegionHint]) -> bool:
    if head.rank or sum(map(str.isdecimal, parts.left)) < 6:
        return False
    region = None if head.number is None else phonenumbers.region_code_for_number(head.number)
    there = [RegionHint(source=RegionSource.DEFAULT, region=region)] if region and region != "001" else []
    return _undivided(parts.left, [*known, *there]).reason is R.PHONE_VALID


def _e164(reading: Plain) -> str | None:
    form = phonenumbers.PhoneNumberFormat.E164
    return None if reading.number is None else phonenumbers.format_number(reading.number, form)


def _undivided(text: str, known: Sequence[RegionHint]) -> Plain:
    found = _guided(text, known)
    guessed = found.hint is not None and found.hint.source in GUESSED and not found.plus
    if not guessed or found.rank < len(ORDER):
        return found
    unguided = _guided(text, [])
    return unguided if unguided.rank == len(ORDER) else Plain(R.PHONE_REGION_MISSING, None, None)


def _guided(text: str, known: Sequence[RegionHint]) -> Plain:
    form = written(text)
    begins = form is None or form.digits.startswith("00")
    abroad = (
        re.match(r"[^\d+\uff0b]*[+\uff0b]?[\s(\[]*([0\uff10\u0660\u06f0])\1", text)
        if begins and "phone-context" not in text
        else None
    )
    dialled = "+" + text[abroad.end() :] if abroad else text
    if not known:
        return _read(dialled, None)
    readings = []
    for each in known:
        readings.append(_read(text, each))
        if readings[-1].reason in (R.PHONE_VALID, R.PHONE_NOT_A_NUMBER) or readings[-1].plus:
            return readings[-1]
    if abroad:
        readings.append(_read(dialled, None))
    return min(readings, key=lambda one: one.rank)


def _read(text: str, hint: RegionHint | None) -> Plain:
    try:
        number = phonenumbers.parse(text, None if hint is None else hint.region, keep_raw_input=True)
    except NumberParseException as error:
        missing = error.error_type == NumberParseException.INVALID_COUNTRY_CODE and hint is None
        if missing and not any(mark in text for mark in ("+", "\uff0b", "phone-context=")):
            return Plain(R.PHONE_REGION_MISSING, None, hint)
        return Plain(ERRORS[error.error_type], None, hint)
    number.raw_input = None
    if phonenumbers.is_valid_number(number):
        return Plain(R.PHONE_VALID, number, hint)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    retired = re.fullmatch(r"\+52(?:1|01|044|045)([2-9]\d{9})", e164)
    if retired:
        number.national_number, number.italian_leading_zero, number.number_of_leading_zeros = (
            int(retired[1]),
            None,
            None,
        )
        return Plain(R.PHONE_NOT_IN_PLAN, number, hint, ten=True)
    return Plain(FAULTS[phonenumbers.is_possible_number_with_reason(number)], number, hint)


def _types(number: PhoneNumber) -> frozenset[PhoneType]:
    found = phonenumbers.number_type(number)
    if found == PhoneNumberType.UNKNOWN:
        return frozenset()
    name: str = PhoneNumberType.to_string(found)
    return frozenset(map(PhoneType, name.lower().split("_or_") if "_OR_" in name else [name.lower()]))


def _verdict(reading: Plain, now: datetime) -> PhoneVerdict:
    number = reading.number
    weighed = weigh(reading.reasons)
    return PhoneVerdict(
        verdict=VALIDITY_OF[weighed.effect],
        level=Level.SYNTAX if number is None else Level.NUMBERING,
        score=weighed.score,
        reasons=tuple(reading.reasons),
        contributions=weighed.contributions,
        types=frozenset() if number is None or reading.ten else _types(number),
        evidence=_evidence(reading, now),
    )


def _evidence(reading: Plain, now: datetime) -> PhoneEvidence:
    number = reading.number
    if number is None:
        return PhoneEvidence(phone_metadata_version=VERSION, checked_at=now, expires_at=expiry(reading.reasons, now))
    told = None if reading.plus else reading.hint
    return PhoneEvidence(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=number.extension,
        region="MX" if reading.ten else phonenumbers.region_code_for_number(number),
        region_source=RegionSource.NUMBER if told is None else told.source,
        read_as=None if told is None else told.region,
        possible_reason=ValidationResult.to_string(phonenumbers.is_possible_number_with_reason(number)).lower(),
        phone_metadata_version=VERSION,
        checked_at=now,
        expires_at=expiry(reading.reasons, now),
    )
