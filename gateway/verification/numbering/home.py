"""A number in the form of one country: its international prefix, its own calling code, or its trunk prefix."""

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, ValidationResult

from gateway.verification.numbering.outcome import CODE_INVALID, TOO_SHORT, Reading
from gateway.verification.numbering.plan import Plan, plan_for, plan_of
from gateway.verification.numbering.territory import Territory
from gateway.verification.numbering.writing import MIN_DIGITS

_A_WHOLE_NUMBER: Final = 8
"""Digits behind a country's code that are hardly anything but a number: with fewer, the code may be an area's."""


class Home:
    """The country a number was written in: how digits without a plus sign are read there."""

    __slots__ = ("_abroad", "_abroad_literal", "_code", "_plan", "_territory", "_trunk")

    def __init__(self, metadata: PhoneMetadata, plan: Plan) -> None:
        self._plan = plan
        self._territory = plan.territory if metadata.id == plan.region else Territory(metadata)
        self._code = plan.code[1:]
        self._trunk = metadata.national_prefix is not None
        abroad = metadata.international_prefix or "(?!)"
        self._abroad_literal = abroad if abroad.isdigit() else None
        self._abroad = re.compile(abroad)

    def read(self, digits: str, extension: str | None) -> Reading | None:
        """Read digits without a plus sign as somebody in this country would dial them; None when in doubt."""
        abroad = self._abroad_literal
        if (abroad is None or digits.startswith(abroad)) and (rest := self._dialled_abroad(digits)) is not None:
            return _read_abroad(rest, extension)
        if digits.startswith(self._code):
            national = self._with_code(digits)
            if national is not None:
                return self._plan.read(national, extension, international=False)
        return self._plan.judged(self._territory.significant(digits), extension, international=False)

    def read_with_prefix(self, digits: str, extension: str | None) -> Reading | None:
        """Read digits behind a plus sign that begin with no calling code but with this country's prefix before one.

        None when in doubt.
        """
        literal = self._abroad_literal
        rest = self._dialled_abroad(digits) if literal is None or digits.startswith(literal) else None
        return CODE_INVALID if rest is None else _read_abroad(rest, extension)

    def lacks_a_plus(self, digits: str) -> bool:
        """Whether digits begin with the country's own code and enough follow, where trunk prefixes are written."""
        return self._trunk and digits.startswith(self._code) and len(digits) >= len(self._code) + _A_WHOLE_NUMBER

    def _dialled_abroad(self, digits: str) -> str | None:
        """What follows the international prefix, known to be there if it is one text; no calling code begins with 0."""
        if self._abroad_literal is not None:
            rest = digits[len(self._abroad_literal) :]
        else:
            match = self._abroad.match(digits)
            if match is None:
                return None
            rest = digits[match.end() :]
        return None if rest.startswith("0") else rest

    def _with_code(self, digits: str) -> str | None:
        """What follows the country's own calling code, where the digits are better read so."""
        here = self._territory
        national = here.bare(digits[len(self._code) :])
        better = not here.whole(digits) and here.whole(national)
        return national if better or here.possible[len(digits)] == ValidationResult.TOO_LONG else None


def _read_abroad(rest: str, extension: str | None) -> Reading | None:
    if len(rest) < MIN_DIGITS:
        return TOO_SHORT
    plan = plan_of(rest)
    return CODE_INVALID if plan is None else plan.dialled(rest, extension, international=False)


_HOMES: Final[dict[str, Home]] = {}


def home_of(region: str) -> Home | None:
    """The country with this code (ISO 3166-1 alpha-2, upper case), made ready once; None for one without a plan."""
    return _HOMES.get(region) or _load(region)


def _load(region: str) -> Home | None:
    metadata = PhoneMetadata.metadata_for_region(region) if region in phonenumbers.SUPPORTED_REGIONS else None
    plan = None if metadata is None else plan_for(metadata.country_code or 0)
    if metadata is None or plan is None:
        return None
    return _HOMES.setdefault(region, Home(metadata, plan))
