"""The golden record: the winning value per field, as a pure function of observations and a policy.

Because it is computed and never edited, dropping a source or erasing its observations and merging again gives the
record as if that source had never been asked.
"""

import enum
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from connectors.kit import Observation
from connectors.kit.schema import FIELDS, Value


class Strategy(enum.StrEnum):
    """How the winner of a field is found. Ties go to the more confident, then newer, then first source by name."""

    PRIORITY = "priority"
    """The source that stands first in `order`; sources that are not named come after those that are."""
    MOST_RECENT = "most_recent"
    HIGHEST_CONFIDENCE = "highest_confidence"
    UNION = "union"
    """Every distinct value; of equal ones the most confident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field is merged; `order` holds connector ids, best first, and counts for `priority`."""

    strategy: Strategy
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePolicy:
    """A rule per field; fields without one take `many` where a company has several, else `one`."""

    one: FieldRule = FieldRule(strategy=Strategy.HIGHEST_CONFIDENCE)
    many: FieldRule = FieldRule(strategy=Strategy.UNION)
    fields: Mapping[str, FieldRule] = field(default_factory=dict)

    def rule(self, name: str) -> FieldRule:
        """The rule of one field."""
        spec = FIELDS.get(name)
        return self.fields.get(name, self.many if spec is not None and spec.many else self.one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the golden record.

    Attributes:
        name: the field.
        value: the winning value, or the tuple of values of a field that there are several of.
        winners: the observations it comes from, in the order of the values: the provenance.
        losers: the other observations of the field.
        conflict: whether a loser says something else than the winners.
    """

    name: str
    value: Value | tuple[Value, ...] = field(repr=False)
    winners: tuple[Observation, ...] = field(repr=False)
    losers: tuple[Observation, ...] = field(repr=False)
    conflict: bool


def merge(observations: Iterable[Observation], policy: MergePolicy) -> Mapping[str, Field]:
    """Computes the golden record.

    The result does not depend on the order of the observations nor on repeats among them.

    Args:
        observations: of one lead, from any number of sources.
        policy: how to choose.

    Returns:
        Field name to field, sorted by name; a field without observations is not there.
    """
    groups: dict[str, list[Observation]] = defaultdict(list)
    for seen in observations:
        groups[seen.field].append(seen)
    merged = {
        name: _field(name, _ranked(groups[name], policy.rule(name)), policy.rule(name)) for name in sorted(groups)
    }
    return MappingProxyType(merged)


def _ranked(seen: Sequence[Observation], rule: FieldRule) -> Sequence[Observation]:
    """The observations of one field, each once, the winner first."""
    if len(seen) == 1:  # most fields: nothing to compare, so nothing to write out
        return seen
    distinct = {_fingerprint(each): each for each in seen}
    return [each for _, each in sorted(distinct.items(), key=lambda known: _rank(known[1], known[0], rule))]


def _field(name: str, ranked: Sequence[Observation], rule: FieldRule) -> Field:
    spec = FIELDS.get(name)
    several = spec is not None and spec.many
    if len(ranked) == 1:  # most fields: it has won, and nothing to compare it with
        winners = tuple(ranked)
    elif rule.strategy is Strategy.UNION:
        best: dict[str, Observation] = {}
        for each in ranked:
            best.setdefault(_identity(each.value), each)
        winners = tuple(best[key] for key in sorted(best))
    elif several:
        winners = tuple(each for each in ranked if each.source == ranked[0].source)
    else:
        winners = (ranked[0],)
    losers = tuple(each for each in ranked if each not in winners)
    said = {_identity(each.value) for each in winners} if losers else set()
    many = several or rule.strategy is Strategy.UNION
    return Field(
        name=name,
        value=tuple(each.value for each in winners) if many else winners[0].value,
        winners=winners,
        losers=losers,
        conflict=any(_identity(each.value) not in said for each in losers),
    )


def _rank(seen: Observation, fingerprint: str, rule: FieldRule) -> tuple[float, ...] | tuple[object, ...]:
    """A sort key: the winner first."""
    sure, age = -seen.confidence, -seen.observed_at.timestamp()
    last = (seen.source, fingerprint)
    if rule.strategy is Strategy.MOST_RECENT:
        return (age, sure, *last)
    if rule.strategy is Strategy.PRIORITY:
        place = rule.order.index(seen.connector) if seen.connector in rule.order else len(rule.order)
        return (place, sure, age, *last)
    return (sure, age, *last)


def _identity(value: Value) -> str:
    """What makes two values the same: the slug of a technology, text without regard to case and blanks."""
    if isinstance(value, Mapping):
        slug = value.get("slug")
        return str(slug) if slug is not None else json.dumps(dict(value), sort_keys=True)
    return " ".join(value.casefold().split()) if isinstance(value, str) else repr(value)


def _fingerprint(seen: Observation) -> str:
    value = dict(seen.value) if isinstance(seen.value, Mapping) else seen.value
    terms = [seen.source, seen.method, seen.confidence, seen.observed_at.timestamp(), seen.licence]
    return json.dumps([value, *terms, seen.redistributable, sorted(seen.purposes)], sort_keys=True)
