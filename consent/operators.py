"""The operators of conditions: how the value of each is read, and what each says of the facts.

An unknown fact makes every operator unknown, except `known` and `exists`, which answer false; that is why those two
are linted (`consent.lint`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.durations import Duration, add_duration, parse_duration
from consent.facts import NAMES, View, name_type, read_value
from consent.jurisdiction import COUNTRY_SETS, country_of
from consent.logic import FALSE, TRUE, UNKNOWN, Truth, negate
from consent.times import format_time, parse_time
from consent.yaml_text import Plain

Evaluate = Callable[[View, datetime], Truth]
"""A compiled condition: facts and the time in, truth out; total, pure and without loops over data."""


@dataclass(frozen=True, slots=True)
class Other:
    """The value of another field, to compare with."""

    field: str


class ConditionError(ValueError):
    """A condition is wrong: REASON; the reader of packs adds pack and rule."""


def _read_same(name: str, value: Plain) -> object:
    return read_value(name, value)


def _read_set(name: str, value: Plain) -> object:
    if isinstance(value, str):
        if name_type(name) is not str or value[:1] != "@" or value[1:] not in COUNTRY_SETS:
            raise ConditionError(f"in on {name} wants a list or one of @{', @'.join(COUNTRY_SETS)}")
        return COUNTRY_SETS[value[1:]]
    if not isinstance(value, list) or not value:
        raise ConditionError(f"in on {name} wants a list that is not empty")
    return frozenset(read_value(name, item) for item in value)


def _read_number(name: str, value: Plain) -> object:
    if name_type(name) is not int:
        raise ConditionError(f"{name} is no number")
    return read_value(name, value)


def _read_moment(name: str, value: Plain) -> object:
    if name_type(name) is not datetime:
        raise ConditionError(f"{name} is no time")
    if isinstance(value, dict):
        other = value.get("field")
        if set(value) != {"field"} or not isinstance(other, str) or name_type(other) is not datetime:
            raise ConditionError(f"{name} is compared with now, a time or {{field: NAME}} of another time")
        return Other(other)
    return None if value == "now" else parse_time(value)


def _read_span(name: str, value: Plain) -> object:
    if name_type(name) is not datetime or not isinstance(value, str):
        raise ConditionError(f"within on {name} wants a time field and a duration")
    return parse_duration(value)


def _eq(at: int, value: object) -> Evaluate:
    def evaluate(view: View, now: datetime) -> Truth:  # noqa: ARG001 -- every compiled condition has this shape
        found = view[at]
        if found is None:
            return UNKNOWN
        return TRUE if found == value else FALSE

    return evaluate


def _ne(at: int, value: object) -> Evaluate:
    equal = _eq(at, value)
    return lambda view, now: negate(equal(view, now))


def _in(at: int, value: object) -> Evaluate:
    members: frozenset[object] = value  # type: ignore[assignment] # _read_set made it
    countries = value in COUNTRY_SETS.values()

    def evaluate(view: View, now: datetime) -> Truth:  # noqa: ARG001 -- as above
        found = view[at]
        if found is None:
            return UNKNOWN
        if countries and isinstance(found, str):
            found = country_of(found)
        return TRUE if found in members else FALSE

    return evaluate


def _compare(holds: Callable[[int, int], bool]) -> Callable[[int, object], Evaluate]:
    def make(at: int, value: object) -> Evaluate:
        bound: int = value  # type: ignore[assignment] # _read_number made it

        def evaluate(view: View, now: datetime) -> Truth:  # noqa: ARG001 -- as above
            found = view[at]
            if not isinstance(found, int):
                return UNKNOWN
            return TRUE if holds(found, bound) else FALSE

        return evaluate

    return make


def _order(holds: Callable[[datetime, datetime], bool]) -> Callable[[int, object], Evaluate]:
    def make(at: int, value: object) -> Evaluate:
        bound = _moment(value)

        def evaluate(view: View, now: datetime) -> Truth:
            found, limit = view[at], bound(view, now)
            if not isinstance(found, datetime) or not isinstance(limit, datetime):
                return UNKNOWN
            return TRUE if holds(found, limit) else FALSE

        return evaluate

    return make


def _moment(value: object) -> Callable[[View, datetime], object]:
    """What a time is compared with: the time of the question, a time that the rule names, or another field's."""
    if value is None:
        return lambda view, now: now  # noqa: ARG005 -- as above
    if isinstance(value, Other):
        place = NAMES[value.field]
        return lambda view, now: view[place]  # noqa: ARG005 -- as above
    return lambda view, now: value  # noqa: ARG005 -- as above


def _within(at: int, value: object) -> Evaluate:
    span: Duration = value  # type: ignore[assignment] # _read_span made it

    def evaluate(view: View, now: datetime) -> Truth:
        found = view[at]
        if not isinstance(found, datetime):
            return UNKNOWN
        return TRUE if found <= now < add_duration(found, span) else FALSE

    return evaluate


def _known(at: int, value: object) -> Evaluate:  # noqa: ARG001 -- every operator is made the same way
    return lambda view, now: FALSE if view[at] is None else TRUE  # noqa: ARG005 -- as above


def _exists(at: int, value: object) -> Evaluate:  # noqa: ARG001 -- as above
    empty = (None, "none", "", ())
    return lambda view, now: FALSE if view[at] in empty else TRUE  # noqa: ARG005 -- as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How an operator is compiled for a place in the view, and how its value is read; None takes no value."""

    make: Callable[[int, object], Evaluate]
    read: Callable[[str, Plain], object] | None


BY_WORD: Final[Mapping[str, Operator]] = {
    "eq": Operator(make=_eq, read=_read_same),
    "ne": Operator(make=_ne, read=_read_same),
    "in": Operator(make=_in, read=_read_set),
    "lt": Operator(make=_compare(int.__lt__), read=_read_number),
    "le": Operator(make=_compare(int.__le__), read=_read_number),
    "gt": Operator(make=_compare(int.__gt__), read=_read_number),
    "ge": Operator(make=_compare(int.__ge__), read=_read_number),
    "before": Operator(make=_order(datetime.__lt__), read=_read_moment),
    "after": Operator(make=_order(datetime.__gt__), read=_read_moment),
    "within": Operator(make=_within, read=_read_span),
    "known": Operator(make=_known, read=None),
    "exists": Operator(make=_exists, read=None),
}

PRESENCE: Final = frozenset({"known", "exists"})
"""The operators that answer false where a fact is missing."""


def plain_value(value: object) -> str:
    """Write an operator's value for people."""
    if isinstance(value, frozenset):
        for name, members in COUNTRY_SETS.items():
            if value == members:
                return f"@{name}"
        return "[" + ", ".join(sorted(plain_value(item) for item in value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Other):
        return value.field
    return "now" if value is None else str(value)
