"""Short numbers, which are dialled within one country only: of emergency, information and text message services."""

import re
from typing import Final

from phonenumbers import country_code_for_region, shortnumberinfo

from gateway.verification.numbering.characters import digits_of
from gateway.verification.numbering.library import number_of
from gateway.verification.numbering.outcome import instead
from gateway.verification.numbering.single import Understood
from gateway.verification.reasons import ReasonCode

_LOOKS_SHORT: Final = re.compile(r"[^\d+]{0,20}(\d(?:[\s.\-]?\d){1,5})[^\w+]*")
"""Six digits at most, as Germany's 116 117, and a label before them: what is longer may be a line as well."""
_MAYBE_SHORT: Final = frozenset(
    {
        ReasonCode.PHONE_TOO_SHORT,
        ReasonCode.PHONE_LENGTH_INVALID,
        ReasonCode.PHONE_LOCAL_ONLY,
        ReasonCode.PHONE_NOT_IN_PLAN,
    }
)


def as_short(text: str, found: Understood) -> Understood:
    """What was found in a text, or the short number of the country that it was read in, where the text is one.

    It has no E.164 form: nobody can dial it from abroad.

    Its metadata are libphonenumber's (`ShortNumberInfo`): what they name is in use.
    """
    reading, hint = found
    if hint is None or reading.outcome.reason not in _MAYBE_SHORT or (short := _LOOKS_SHORT.fullmatch(text)) is None:
        return found
    digits = digits_of(short[1])
    number = number_of(f"+{country_code_for_region(hint.region)}{digits}")
    if not shortnumberinfo.is_valid_short_number_for_region(number, hint.region):
        return found
    outcome = instead(reading.outcome, ReasonCode.PHONE_SHORT_NUMBER, hint.region)
    return reading._replace(outcome=outcome, e164=None), hint
