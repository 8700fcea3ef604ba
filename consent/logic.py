"""Three-valued logic after Kleene: a missing fact is unknown, never true and never false."""

from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """True, false or unknown; not usable as a `bool`, so no unknown slips through an `if`."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    __hash__ = object.__hash__  # there is one of each; the one of `Enum` hashes the name, in Python

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth has three values: compare it with `is`")


TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

_NEGATED = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}


def negate(value: Truth) -> Truth:
    """Kleene negation: unknown stays unknown."""
    return _NEGATED[value]
