"""The conditions of rules: a closed tree of twelve operators, read strictly and compiled to closures.

A condition is one of

- `{all: [CONDITION, …]}`, `{any: [CONDITION, …]}`, `{not: CONDITION}`;
- `{field: NAME, op: eq|ne, value: V}`, `{field, op: in, value: [V, …] or "@SET"}` (`@eea`, `@eea_uk_ch`);
- `{field, op: lt|le|gt|ge, value: N}` for whole numbers;
- `{field, op: before|after, value: now, a time or {field: NAME}}` for times;
- `{field, op: within, value: P28D}` (the last 28 days) for times;
- `{field, op: known}` (has a value) and `{field, op: exists}` (has a value that is not `none` or empty).

Nothing loops, calls or computes text. An unknown field makes every operator unknown, except `known` and `exists`,
which answer false; that is why those two are linted (`consent.lint`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.errors import FactsError
from consent.facts import NAMES, View, name_type
from consent.logic import FALSE, TRUE, UNKNOWN, Truth, negate
from consent.operators import BY_WORD, ConditionError, Evaluate, Other
from consent.yaml_text import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`all`, `any` or `not` over other conditions (`not` has exactly one)."""

    word: str
    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One operator on one field.

    `value` is of the field's own type, or `Other` for a time to compare with; `None` is the time of the question for
    `before` and `after`, and nothing for `known` and `exists`.
    """

    field: str
    op: str
    value: object


Condition = Group | Comparison


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


def compile_condition(condition: Condition, supplied: frozenset[str] = frozenset()) -> Evaluate:
    """Turn a parsed condition into a closure; what it asks of `supplied` fields is left unknown."""
    if isinstance(condition, Comparison):
        if condition.field in supplied:
            return lambda view, now: UNKNOWN  # noqa: ARG005 -- every compiled condition has this shape
        return BY_WORD[condition.op].make(NAMES[condition.field], condition.value)
    parts = tuple(compile_condition(item, supplied) for item in condition.items)
    if condition.word == "not":
        inner = parts[0]
        return lambda view, now: negate(inner(view, now))
    if condition.word == "all":
        return _joined(parts, neutral=TRUE, decisive=FALSE)
    return _joined(parts, neutral=FALSE, decisive=TRUE)


def fields_of(condition: Condition) -> frozenset[str]:
    """Name every field that a condition reads."""
    if isinstance(condition, Comparison):
        other = {condition.value.field} if isinstance(condition.value, Other) else set()
        return frozenset({condition.field, *other})
    return frozenset().union(*(fields_of(item) for item in condition.items))


def _parse_test(data: Mapping[str, Plain]) -> Comparison:
    name, word = data.get("field"), data.get("op")
    operator = BY_WORD.get(word) if isinstance(word, str) else None
    if not isinstance(name, str) or not isinstance(word, str) or operator is None:
        raise ConditionError(f"a test is {{field, op, value}} with op one of {', '.join(BY_WORD)}")
    wanted = {"field", "op", "value"} if operator.read is not None else {"field", "op"}
    if set(data) != wanted:
        raise ConditionError(f"{word} on {name} wants exactly the keys {', '.join(sorted(wanted))}")
    try:
        name_type(name)
        value = operator.read(name, data["value"]) if operator.read is not None else None
    except (FactsError, ValueError) as error:
        raise ConditionError(str(error)) from error
    return Comparison(field=name, op=word, value=value)


def _joined(parts: tuple[Evaluate, ...], *, neutral: Truth, decisive: Truth) -> Evaluate:
    """Kleene's conjunction (decided by false) or disjunction (decided by true), read from the left."""

    def evaluate(view: View, now: datetime) -> Truth:
        result = neutral
        for part in parts:
            value = part(view, now)
            if value is decisive:
                return value
            if value is UNKNOWN:
                result = value
        return result

    return evaluate


OPERATORS: Final = ("all", "any", "not", *BY_WORD)
"""Every word of the language."""
