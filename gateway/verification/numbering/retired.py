"""Numbers as they were in plans that are over, and as people still have them in their address books."""

import re
from typing import Final

from phonenumbers import PhoneNumberType, ValidationResult

from gateway.verification.numbering.outcome import Reading, ranged
from gateway.verification.reasons import ReasonCode

_MEXICO: Final = "+52"
_MEXICAN: Final = re.compile(r"\+52(?:1|01|044|045)([2-9]\d{9})")
"""Mexico dropped 1 after the country code, and 01, 044 and 045 before the number, on 3 August 2019 (IFT).

Since then ten digits are dialled from everywhere (numbering plan of the Instituto Federal de Telecomunicaciones,
published on 21 June 2018).
"""
_IVORIAN: Final = re.compile(r"\+225[02-9]\d{7}")
"""Ivory Coast put two digits before all numbers on 31 January 2021 (ARTCI): which, the operator of then tells alone."""


def current(reading: Reading) -> Reading:
    """The reading itself, or what it is in a plan that is over: without a retired prefix, or as short as numbers were.

    It is never more than possible: nobody has said that the number was carried over.
    """
    if reading.e164 is None:
        return reading
    if reading.outcome.reason is ReasonCode.PHONE_TOO_LONG:
        found = _MEXICAN.fullmatch(reading.e164) if reading.e164.startswith(_MEXICO) else None
        return reading if found is None else _possible(reading, _MEXICO + found[1], "MX")
    if reading.outcome.reason is ReasonCode.PHONE_TOO_SHORT:
        return reading if _IVORIAN.fullmatch(reading.e164) is None else _possible(reading, reading.e164, "CI")
    return reading


def _possible(reading: Reading, e164: str, region: str) -> Reading:
    outcome = ranged(ValidationResult.IS_POSSIBLE, region, PhoneNumberType.UNKNOWN)
    return reading._replace(outcome=outcome, e164=e164)
