"""Ways to dial that a country has given up, and that people still have in their address books."""

import re
from typing import Final

from phonenumbers import PhoneNumberType, ValidationResult

from gateway.verification.numbering.outcome import Reading, ranged
from gateway.verification.reasons import ReasonCode

_CODE: Final = "+52"
_MEXICAN: Final = re.compile(r"\+52(?:1|01|044|045)([2-9]\d{9})")
"""Mexico dropped 1 after the country code, and 01, 044 and 045 before the number, on 3 August 2019 (IFT).

Since then ten digits are dialled from everywhere (plan of the Instituto Federal de Telecomunicaciones, published in
the Diario Oficial de la Federación on 21 June 2018).
"""


def current(reading: Reading) -> Reading:
    """The reading itself, or that of today's form where the number is too long only for a retired prefix.

    It is never more than possible: nobody has said that the number was carried over.
    """
    if reading.outcome.reason is not ReasonCode.PHONE_TOO_LONG or reading.e164 is None:
        return reading
    if not reading.e164.startswith(_CODE) or (found := _MEXICAN.fullmatch(reading.e164)) is None:
        return reading
    outcome = ranged(ValidationResult.IS_POSSIBLE, "MX", PhoneNumberType.UNKNOWN)
    return reading._replace(outcome=outcome, e164=_CODE + found[1])
