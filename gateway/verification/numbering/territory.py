"""The rules of one territory that shape a number: how long it may be, and which trunk prefix falls away."""

import re
from collections.abc import Sequence
from typing import Final

from phonenumbers import PhoneMetadata, PhoneNumberDesc, ValidationResult

from gateway.verification.numbering.writing import MAX_DIGITS

_LENGTHS: Final = range(MAX_DIGITS + 8)
"""Lengths that a table answers for: as many digits as are read, and a few that a rule may put before them."""
_NOT_WHOLE: Final = frozenset(
    {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY, ValidationResult.INVALID_LENGTH}
)
"""What is left of a number must be none of this, or the prefix was a part of the number."""


class Territory:
    """A territory's metadata, made ready: `possible[n]` is what the library says of a number of n digits."""

    __slots__ = ("_general", "_literal", "_prefix", "_rule", "possible")

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = general_description(metadata)
        self._general = re.compile(general.national_number_pattern or "(?!)")
        self.possible = _lengths(general.possible_length, frozenset(general.possible_length_local_only))
        prefix = metadata.national_prefix_for_parsing
        self._rule = metadata.national_prefix_transform_rule or None
        self._literal = prefix if prefix and prefix.isdigit() and self._rule is None else None
        self._prefix = re.compile(prefix) if prefix and self._literal is None else None

    def whole(self, number: str) -> bool:
        """Whether the number fits the territory's general description."""
        return self._general.fullmatch(number) is not None

    def bare(self, number: str) -> str:
        """The number without its trunk prefix or carrier code, unless only the whole fits the general description."""
        if self._literal is not None:
            if not number.startswith(self._literal):
                return number
            rest = number[len(self._literal) :]
        elif self._prefix is None or (match := self._prefix.match(number)) is None:
            return number
        elif self._rule is not None and match[match.re.groups] is not None:
            rest = match.expand(self._rule) + number[match.end() :]
        else:
            rest = number[match.end() :]
        return rest if self.whole(rest) or not self.whole(number) else number

    def significant(self, number: str) -> str:
        """The national significant number: the trunk prefix falls away if what is left can be a whole number."""
        if self._literal is not None and not number.startswith(self._literal):
            return number  # the same in short, for nearly every number
        rest = self.bare(number)
        return number if self.possible[len(rest)] in _NOT_WHOLE else rest


def general_description(metadata: PhoneMetadata) -> PhoneNumberDesc:
    """What holds for all numbers of a territory, of whichever type.

    Raises:
        LookupError: when the library describes none; each territory of its tables has one.
    """
    if metadata.general_desc is None or not metadata.general_desc.possible_length:
        raise LookupError(f"the metadata of {metadata.id} say nothing of its numbers")
    return metadata.general_desc


def _lengths(whole: Sequence[int], local: frozenset[int]) -> tuple[int, ...]:
    return tuple(_length(digits, whole, local) for digits in _LENGTHS)


def _length(digits: int, whole: Sequence[int], local: frozenset[int]) -> int:
    if digits in local:
        return ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    if digits in whole:
        return ValidationResult.IS_POSSIBLE
    if digits < min(whole):
        return ValidationResult.TOO_SHORT
    return ValidationResult.TOO_LONG if digits > max(whole) else ValidationResult.INVALID_LENGTH
