"""One reading of a value by plain calls of the library: what `numbering.reading.read` must equal, however it reads.

It knows nothing of the plans and patterns that are built here. Which part of a value is read, and in which countries,
is another matter: see test_phone_laws.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    phonenumberutil,
)

from gateway.verification.model import PhoneType, RegionHint
from gateway.verification.numbering.alone import alone
from gateway.verification.numbering.beginning import trimmed
from gateway.verification.numbering.hints import supported
from gateway.verification.numbering.reading import read
from gateway.verification.numbering.understanding import understand_in_full
from gateway.verification.numbering.writing import written
from gateway.verification.reasons import ReasonCode

R = ReasonCode
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
    """All that one reading says."""

    reason: ReasonCode
    e164: str | None = None
    extension: str | None = None
    international: bool = False
    region: str | None = None
    types: frozenset[PhoneType] = frozenset()
    possible: str | None = None


def by_library(text: str, region: str | None) -> Plain:
    """What the library says of a value that is read in a country, or in none."""
    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except NumberParseException as error:
        code_invalid = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        missing = code_invalid and region is None and not _claims_a_code(text)
        return Plain(R.PHONE_REGION_MISSING if missing else ERRORS[error.error_type])
    international = number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
    number.raw_input = None
    possible = phonenumbers.is_possible_number_with_reason(number)
    valid = phonenumbers.is_valid_number(number)
    return Plain(
        reason=R.PHONE_VALID if valid else FAULTS[possible],
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=number.extension,
        international=international,
        region=phonenumbers.region_code_for_number(number),
        types=_types(phonenumbers.number_type(number)),
        possible=ValidationResult.to_string(possible).lower(),
    )


def _claims_a_code(text: str) -> bool:
    return phonenumberutil._build_national_number_for_parsing(text).startswith(("+", "\uff0b"))


def by_us(text: str, region: str | None) -> Plain:
    """What we say."""
    outcome, e164, extension, international = read(text, region, written(text))
    return Plain(outcome.reason, e164, extension, international, outcome.region, outcome.types, outcome.possible_reason)


def differences(value: str, hints: Sequence[RegionHint]) -> list[tuple[str, str | None, Plain, Plain]]:
    """Where we read a value otherwise than the library does: in each country of the hints, in none, and from abroad."""
    text = trimmed(value)
    readings = [(text, region) for region in (None, *(hint.region for hint in hints))]
    if text.startswith("00"):
        readings.append((f"+{text[2:]}", None))
    found = ((each, region, by_us(each, region), by_library(each, region)) for each, region in readings if each)
    return [each for each in found if each[2] != each[3]]


def alone_and_in_full(value: str, hints: Sequence[RegionHint]) -> bool:
    """Whether what is read at once is also what is read in full; it is where nothing can be read at once."""
    text = trimmed(value)
    found = alone(text, hints) if text else None
    return found is None or found == understand_in_full(text, supported(hints))


def _types(kind: int) -> frozenset[PhoneType]:
    if kind == PhoneNumberType.UNKNOWN:
        return frozenset()
    name: str = PhoneNumberType.to_string(kind)
    return frozenset(map(PhoneType, name.lower().split("_or_") if "_OR_" in name else [name.lower()]))
