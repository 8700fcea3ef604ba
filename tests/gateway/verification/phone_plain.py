"""The verdict on a phone number by plain calls of the library: what the fast one must equal."""

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
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import expiry, weigh

R = ReasonCode
VERSION = f"phonenumbers@{phonenumbers.__version__}"
ORDER = (R.PHONE_VALID, R.PHONE_NOT_IN_PLAN, R.PHONE_LOCAL_ONLY)
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

    @property
    def plus(self) -> bool:
        """Whether the number names its country itself."""
        source = None if self.number is None else self.number.country_code_source
        return source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN


def plain(value: str, regions: Sequence[RegionHint], now: datetime) -> PhoneVerdict:
    """What `judge` must say."""
    text = value if len(value) > 250 else value.strip()
    if not text:
        return _verdict(Plain(R.PHONE_EMPTY, None, None), now)
    if len(text) > 250:
        return _verdict(Plain(R.PHONE_INPUT_TOO_LONG, None, None), now)
    known = [each for each in regions if each.region in phonenumbers.SUPPORTED_REGIONS]
    if not known:
        return _verdict(_read("+" + text[2:] if text.startswith("00") else text, None), now)
    readings = []
    for each in known:
        readings.append(_read(text, each))
        if readings[-1].reason is R.PHONE_VALID or readings[-1].plus:
            return _verdict(readings[-1], now)
    return _verdict(min(readings, key=lambda one: ORDER.index(one.reason) if one.reason in ORDER else 3), now)


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
    return Plain(FAULTS[phonenumbers.is_possible_number_with_reason(number)], number, hint)


def _types(number: PhoneNumber) -> frozenset[PhoneType]:
    found = phonenumbers.number_type(number)
    if found == PhoneNumberType.UNKNOWN:
        return frozenset()
    name: str = PhoneNumberType.to_string(found)
    return frozenset(map(PhoneType, name.lower().split("_or_") if "_OR_" in name else [name.lower()]))


def _verdict(reading: Plain, now: datetime) -> PhoneVerdict:
    number = reading.number
    weighed = weigh([reading.reason])
    return PhoneVerdict(
        verdict=VALIDITY_OF[weighed.effect],
        level=Level.SYNTAX if number is None else Level.NUMBERING,
        score=weighed.score,
        reasons=(reading.reason,),
        contributions=weighed.contributions,
        types=frozenset() if number is None else _types(number),
        evidence=_evidence(reading, now),
    )


def _evidence(reading: Plain, now: datetime) -> PhoneEvidence:
    number = reading.number
    if number is None:
        return PhoneEvidence(phone_metadata_version=VERSION, checked_at=now, expires_at=expiry([reading.reason], now))
    told = None if reading.plus else reading.hint
    return PhoneEvidence(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        extension=number.extension,
        region=phonenumbers.region_code_for_number(number),
        region_source=RegionSource.NUMBER if told is None else told.source,
        read_as=None if told is None else told.region,
        possible_reason=ValidationResult.to_string(phonenumbers.is_possible_number_with_reason(number)).lower(),
        phone_metadata_version=VERSION,
        checked_at=now,
        expires_at=expiry([reading.reason], now),
    )
