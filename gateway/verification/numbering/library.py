"""The slow path: the same reading by the library itself, for every value of which the fast path is not certain."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, PhoneNumberFormat, phonenumberutil

from gateway.verification.numbering.guard import harmless
from gateway.verification.numbering.outcome import Reading, ranged, unread
from gateway.verification.numbering.plan import plan_for, plan_of
from gateway.verification.numbering.writing import Written
from gateway.verification.reasons import ReasonCode

# The library compiles a pattern anew each time unless told to keep it (its issue 108): with many countries
# that is nine tenths of the work. The verdicts are the same.
phonenumbers.enable_pattern_cache()

_PLUS: Final = CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
_PARSE_ERRORS: Final[Mapping[int, ReasonCode]] = MappingProxyType(
    {
        NumberParseException.INVALID_COUNTRY_CODE: ReasonCode.PHONE_COUNTRY_CODE_INVALID,
        NumberParseException.NOT_A_NUMBER: ReasonCode.PHONE_NOT_A_NUMBER,
        NumberParseException.TOO_SHORT_AFTER_IDD: ReasonCode.PHONE_TOO_SHORT,
        NumberParseException.TOO_SHORT_NSN: ReasonCode.PHONE_TOO_SHORT,
        NumberParseException.TOO_LONG: ReasonCode.PHONE_TOO_LONG,
    }
)


class Found(NamedTuple):
    """What the library finds in a value, whatever the country: the value as it is shown to it, and the digits."""

    shown: str
    form: Written


def find(text: str) -> Found | None:
    """Find the number in a value of at most 250 characters as the library does; None when it finds none.

    It is the part of `phonenumbers.parse` that knows no country: what several of them cost once.
    """
    bare = harmless(text)
    if bare is None:
        return None
    extension, number = phonenumberutil._maybe_strip_extension(bare.number)  # noqa: SLF001 - its own steps
    signs = phonenumberutil._PLUS_CHARS_PATTERN.match(number)  # noqa: SLF001 - as above
    digits = phonenumberutil._normalize(number[signs.end() :] if signs else number)  # noqa: SLF001 - as above
    return Found(bare.shown, Written(digits, signs is not None, extension or None))


def read(found: Found, region: str | None) -> Reading:
    """Read what was found in the form of a country, or of none."""
    try:
        number = phonenumbers.parse(found.shown, region, keep_raw_input=True)
    except NumberParseException as error:
        reason = _PARSE_ERRORS[error.error_type]
        if region is None and reason is ReasonCode.PHONE_COUNTRY_CODE_INVALID and not found.form.plus:
            reason = ReasonCode.PHONE_REGION_MISSING
        return Reading(unread(reason))
    extension, international = number.extension, number.country_code_source == _PLUS
    plan = plan_for(number.country_code or 0)
    national = phonenumbers.national_significant_number(number)
    known = plan and plan.judged(national, extension, international=international)
    return known or asked(number, extension, international=international)


def number_of(e164: str) -> PhoneNumber:
    """The library's number of one in E.164: reading it anew may take more zeros for a trunk prefix."""
    plan = plan_of(e164[1:])
    if plan is None:
        raise ValueError("no calling code")
    national = e164[len(plan.code) :]
    zeros = len(national[:-1]) - len(national[:-1].lstrip("0"))
    return PhoneNumber(
        country_code=int(plan.code),
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def asked(number: PhoneNumber, extension: str | None, *, international: bool) -> Reading:
    """All that the library itself says of a number that it has parsed: for what the plan is not certain of."""
    # Asked for only to learn where the country code came from; kept, it would change the formatting of zeros.
    number.raw_input = None
    outcome = ranged(
        phonenumbers.is_possible_number_with_reason(number),
        phonenumbers.region_code_for_number(number),
        # A number is valid exactly when it has a type; asking for the type spares asking twice.
        phonenumbers.number_type(number),
    )
    e164: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Reading(outcome, e164, extension, international)
