"""The numbering plan behind one country calling code, as one pattern that tells region and type at once."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc, PhoneNumberType

from gateway.verification.numbering.outcome import TOO_LONG, TOO_SHORT, Outcome, Reading, ranged
from gateway.verification.numbering.territory import Territory, general_description
from gateway.verification.reasons import ReasonCode

MIN_NATIONAL: Final = 2
MAX_NATIONAL: Final = 17
"""Digits of a national significant number that the library parses at all."""
CODE_DIGITS: Final = 3
_CODE_FILL: Final = "00"

_new: Final = tuple.__new__
"""A named tuple's own constructor takes twice as long."""
_Outcomes = tuple[Outcome | None, ...]
"""By the number of digits; None where only the library can tell."""


class _Group(NamedTuple):
    """One group of the pattern: the type that it tells, and the descriptions whose lengths must allow the number."""

    number_type: int
    descriptions: tuple[PhoneNumberDesc, ...] = ()


class Plan:
    """All ranges of one calling code, of every region that shares it."""

    __slots__ = ("_match", "_ranges", "_right", "_unassigned", "_width", "code", "region", "territory")

    def __init__(self, code: int, regions: Mapping[str, PhoneMetadata]) -> None:
        """Build the plan of a calling code from its regions, in the library's order: the first is the main one."""
        self.code = f"+{code}"
        self._width = len(str(code))
        self.region, main = next(iter(regions.items()))
        self.territory = Territory(main)
        alone = len(regions) == 1
        self._unassigned: _Outcomes = self._by_length(self.region if alone else None, PhoneNumberType.UNKNOWN)
        patterns: list[str] = []
        ranges: list[_Outcomes] = [self._unassigned]
        for region, metadata in regions.items():
            general = general_description(metadata)
            alternatives = list(_groups(metadata))
            told = [group for _, groups in alternatives for group in groups]
            pattern = _whole(general) + "(?:" + "|".join(part for part, _ in alternatives) + ")"
            if metadata.leading_digits is not None and not alone:
                # Whatever its type, the number belongs here: the library looks at no other region.
                pattern = f"(?={metadata.leading_digits})(?:{pattern}|())"
                told.append(_Group(PhoneNumberType.UNKNOWN))
            final = alone or metadata.leading_digits is not None
            patterns.append(pattern)
            ranges += [self._outcomes(region, group, general, final=final) for group in told]
        self._match = re.compile("|".join(patterns)).match
        self._ranges = tuple(ranges)
        self._right: tuple[_Outcomes, ...] = tuple(tuple(map(_if_right, outcomes)) for outcomes in ranges)

    def read_right(self, number: str, extension: str | None) -> Reading | None:
        """Read a plus sign and digits that begin with the calling code; None where they are not right, or in doubt.

        What `dialled` reads, with fewer steps.
        """
        behind = number[self._width + 1 :]
        national = self.territory.significant(behind)
        match = self._match(national)
        if match is None or len(national) > MAX_NATIONAL:
            return None
        outcome = self._right[match.lastindex or 0][len(national)]
        if outcome is None:
            return None
        e164 = number if national is behind else self.code + national
        return _new(Reading, (outcome, e164, extension, True))

    def dialled(self, digits: str, extension: str | None, *, international: bool) -> Reading | None:
        """Read digits that begin with the calling code; None when in doubt."""
        number = digits[self._width :]
        if len(number) < MIN_NATIONAL:
            return TOO_SHORT
        return self.judged(self.territory.significant(number), extension, international=international)

    def read(self, number: str, extension: str | None, *, international: bool) -> Reading | None:
        """Read a national number of this plan that may still have its trunk prefix; None when in doubt."""
        if len(number) < MIN_NATIONAL:
            return TOO_SHORT
        return self.judged(self.territory.significant(number), extension, international=international)

    def judged(self, national: str, extension: str | None, *, international: bool) -> Reading | None:
        """What a national significant number of this plan is; None when in doubt."""
        if len(national) > MAX_NATIONAL:
            return TOO_LONG
        match = self._match(national)
        outcome = (self._unassigned if match is None else self._ranges[match.lastindex or 0])[len(national)]
        if outcome is None:
            return None
        return _new(Reading, (outcome, self.code + national, extension, international))

    def _by_length(self, region: str | None, number_type: int) -> tuple[Outcome, ...]:
        return tuple(ranged(said, region, number_type) for said in self.territory.possible[: MAX_NATIONAL + 1])

    def _outcomes(self, region: str, group: _Group, general: PhoneNumberDesc, *, final: bool) -> _Outcomes:
        """For each length what a match of this group means; None where the library would look further."""
        nothing = self._by_length(region, PhoneNumberType.UNKNOWN)
        found: list[Outcome | None] = []
        for digits, outcome in enumerate(self._by_length(region, group.number_type)):
            if not _allows(general, digits):
                found.append(nothing[digits] if final else None)
            else:
                found.append(outcome if all(_allows(each, digits) for each in group.descriptions) else None)
        return tuple(found)


def plan_of(digits: str) -> Plan | None:
    """The plan whose calling code these digits begin with, at least three of them; None when there is none."""
    return PLANS[digits[:CODE_DIGITS]]


def plan_for(code: int) -> Plan | None:
    """The plan of a country calling code; None when there is no such code."""
    return plan_of(f"{code}{_CODE_FILL}")


class _Plans(dict[str, Plan | None]):
    """By the first three digits of a number, filled as they come: a thousand at most, and one plan for each code."""

    def __missing__(self, start: str) -> Plan | None:
        # A calling code never begins another one, and the library looks for the shortest first.
        codes = (int(start[:length]) for length in range(1, len(start) + 1) if not start.startswith("0"))
        code = next((code for code in codes if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), None)
        found = self[start] = None if code is None else _plan(code, phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code])
        return found


PLANS: Final = _Plans()


@cache
def _plan(code: int, regions: tuple[str, ...]) -> Plan:
    return Plan(code, {region: _metadata(code, region) for region in regions})


def _metadata(code: int, region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if found is None:  # pragma: no cover - the library's own table names the region
        raise LookupError(f"no metadata for region {region} of calling code {code}")
    return found


def _groups(metadata: PhoneMetadata) -> Iterator[tuple[str, tuple[_Group, ...]]]:
    """The alternatives of one region in the order in which the library asks, each with the groups in it."""
    asked = (
        (metadata.premium_rate, PhoneNumberType.PREMIUM_RATE),
        (metadata.toll_free, PhoneNumberType.TOLL_FREE),
        (metadata.shared_cost, PhoneNumberType.SHARED_COST),
        (metadata.voip, PhoneNumberType.VOIP),
        (metadata.personal_number, PhoneNumberType.PERSONAL_NUMBER),
        (metadata.pager, PhoneNumberType.PAGER),
        (metadata.uan, PhoneNumberType.UAN),
        (metadata.voicemail, PhoneNumberType.VOICEMAIL),
    )
    for description, number_type in asked:
        if description is not None and description.national_number_pattern:
            yield f"({_end(description)})", (_Group(number_type, (description,)),)
    yield from _lines(metadata)


def _lines(metadata: PhoneMetadata) -> Iterator[tuple[str, tuple[_Group, ...]]]:
    fixed, mobile = metadata.fixed_line, metadata.mobile
    as_mobile = f"({_end(mobile)})" if mobile is not None and mobile.national_number_pattern else ""
    if fixed is not None and fixed.national_number_pattern:
        alone = _Group(PhoneNumberType.FIXED_LINE, (fixed,))
        if mobile is not None and as_mobile:
            both = _Group(PhoneNumberType.FIXED_LINE_OR_MOBILE, (fixed, mobile))
            if mobile.national_number_pattern == fixed.national_number_pattern:
                yield as_mobile, (both,)  # as in North America, where nobody can tell
                return
            yield f"{_whole(fixed)}(?:{as_mobile}|())", (both, alone)
        else:
            yield f"({_end(fixed)})", (alone,)
    if mobile is not None and as_mobile:
        yield as_mobile, (_Group(PhoneNumberType.MOBILE, (mobile,)),)


def _end(description: PhoneNumberDesc) -> str:
    return rf"(?:{description.national_number_pattern})\Z"


def _whole(description: PhoneNumberDesc) -> str:
    return f"(?={_end(description)})"


def _if_right(outcome: Outcome | None) -> Outcome | None:
    return outcome if outcome is not None and outcome.reason is ReasonCode.PHONE_VALID else None


def _allows(description: PhoneNumberDesc, digits: int) -> bool:
    return not description.possible_length or digits in description.possible_length
