"""The conditions of rules: a closed tree of twelve operators, read strictly and compiled to closures.

A condition is one of

- `{all: [CONDITION, …]}`, `{any: [CONDITION, …]}`, `{not: CONDITION}`;
- `{field: NAME, op: eq|ne, value: V}`, `{field, op: in, value: [V, …] or "@SET"}` (`@eea`, `@eea_uk_ch`);
- `{field, op: lt|le|gt|ge, value: N}` for whole numbers;
- `{field, op: before|after, value: now or a time}`, `{field, op: within, value: P28D}` (the last 28 days) for times;
- `{field, op: known}` (has a value) and `{field, op: exists}` (has a value that is not `none` or empty).

Nothing loops, calls or computes text. An unknown field makes every operator unknown, except `known` and `exists`,
which answer false; that is why those two are linted (`consent.lint`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.durations import Duration, add_duration, parse_duration
from consent.errors import FactsError
from consent.facts import NAMES, View, format_time, name_type, parse_time, read_value
from consent.jurisdiction import COUNTRY_SETS, country_of
from consent.logic import FALSE, TRUE, UNKNOWN, Truth, negate
from consent.yaml_text import Plain

Evaluate = Callable[[View, datetime], Truth]
"""A compiled condition: facts and the time in, truth out; total, pure and without loops over data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`all`, `any` or `not` over other conditions (`not` has exactly one)."""

    word: str
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One operator on one field; `value` is of the field's own type, `None` for `known` and `exists`."""

    field: str
    op: str
    value: object


Condition = Group | Comparison


class ConditionError(ValueError):
    """A condition is wrong: REASON; the reader of packs adds pack and rule."""


def parse_condition(data: Plain) -> Condition:
    """Read a condition.

    Raises:
        ConditionError: an unknown word, a missing or surplus key, or a value that does not fit the field.
    """
    if not isinstance(data, dict):
        raise ConditionError("a condition is a map")
    if set(data) in ({"all"}, {"any"}):
        word, items = next(iter(data.items()))
        if not isinstance(items, list) or not items:
            raise ConditionError(f"{word} wants a list that is not empty")
        return Group(word=word, items=tuple(parse_condition(item) for item in items))
    if set(data) == {"not"}:
        return Group(word="not", items=(parse_condition(data["not"]),))
    return _parse_test(data)


def compile_condition(condition: Condition) -> Evaluate:
    """Turn a parsed condition into a closure."""
    if isinstance(condition, Comparison):
        return _OPERATORS[condition.op].make(NAMES[condition.field], condition.value)
    parts = tuple(compile_condition(item) for item in condition.items)
    if condition.word == "not":
        inner = parts[0]
        return lambda view, now: negate(inner(view, now))
    return _every(parts) if condition.word == "all" else _some(parts)


def fields_of(condition: Condition) -> frozenset[str]:
    """Name every field that a condition reads."""
    if isinstance(condition, Comparison):
        return frozenset({condition.field})
    return frozenset().union(*(fields_of(item) for item in condition.items))


def _parse_test(data: Mapping[str, Plain]) -> Comparison:
    name, word = data.get("field"), data.get("op")
    operator = _OPERATORS.get(word) if isinstance(word, str) else None
    if not isinstance(name, str) or not isinstance(word, str) or operator is None:
        raise ConditionError(f"a test is {{field, op, value}} with op one of {', '.join(_OPERATORS)}")
    wanted = {"field", "op", "value"} if operator.read is not None else {"field", "op"}
    if set(data) != wanted:
        raise ConditionError(f"{word} on {name} wants exactly the keys {', '.join(sorted(wanted))}")
    try:
        name_type(name)
        value = operator.read(name, data["value"]) if operator.read is not None else None
    except (FactsError, ValueError) as error:
        raise ConditionError(str(error)) from error
    return Comparison(field=name, op=word, value=value)


def _every(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(view: View, now: datetime) -> Truth:
        result = TRUE
        for part in parts:
            value = part(view, now)
            if value is FALSE:
                return FALSE
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return evaluate


def _some(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(view: View, now: datetime) -> Truth:
        result = FALSE
        for part in parts:
            value = part(view, now)
            if value is TRUE:
                return TRUE
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return evaluate


# --- readers of the operators' values, and the operators themselves ---------------------------------------------------


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


def _before(at: int, value: object) -> Evaluate:
    def evaluate(view: View, now: datetime) -> Truth:
        found = view[at]
        if not isinstance(found, datetime):
            return UNKNOWN
        return TRUE if found < (value if isinstance(value, datetime) else now) else FALSE

    return evaluate


def _after(at: int, value: object) -> Evaluate:
    def evaluate(view: View, now: datetime) -> Truth:
        found = view[at]
        if not isinstance(found, datetime):
            return UNKNOWN
        return TRUE if found > (value if isinstance(value, datetime) else now) else FALSE

    return evaluate


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
class _Operator:
    make: Callable[[int, object], Evaluate]
    read: Callable[[str, Plain], object] | None


_OPERATORS: Final[Mapping[str, _Operator]] = {
    "eq": _Operator(make=_eq, read=_read_same),
    "ne": _Operator(make=_ne, read=_read_same),
    "in": _Operator(make=_in, read=_read_set),
    "lt": _Operator(make=_compare(int.__lt__), read=_read_number),
    "le": _Operator(make=_compare(int.__le__), read=_read_number),
    "gt": _Operator(make=_compare(int.__gt__), read=_read_number),
    "ge": _Operator(make=_compare(int.__ge__), read=_read_number),
    "before": _Operator(make=_before, read=_read_moment),
    "after": _Operator(make=_after, read=_read_moment),
    "within": _Operator(make=_within, read=_read_span),
    "known": _Operator(make=_known, read=None),
    "exists": _Operator(make=_exists, read=None),
}

OPERATORS: Final = ("all", "any", "not", *_OPERATORS)
"""Every word of the language."""

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
    return "now" if value is None else str(value)
