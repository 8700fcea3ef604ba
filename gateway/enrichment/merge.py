"""The golden record: the winning value per field, as a pure function of observations and a policy.

Because it is computed and never edited, dropping a source or erasing its observations and merging again gives the
record as if that source had never been asked.
"""

import enum
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from connectors.kit import Observation
from connectors.kit.schema import FIELDS, Value
from connectors.kit.shapes import fits
from gateway.enrichment.alike import NUMBERS, Span, agree, crude, key, span_of
from gateway.policies.merge import FieldRule, MergePolicy, Strategy

HUMAN: Final = "lead"
"""The source of what the lead itself, or whoever entered it, says; it is no connector's, which have a version."""


class Lost(enum.StrEnum):
    """Why an observation is not the value of its field."""

    SAME_VALUE = "same_value"
    """It says the same: nothing was lost."""
    HUMAN_VALUE = "human_value_stands"
    """The lead itself said so, and that is never overwritten."""
    LOWER_PRIORITY = "lower_priority"
    OLDER = "older"
    LESS_SURE = "less_sure"
    LATER_BY_NAME = "later_by_name"
    """Nothing else tells it from the winner."""
    FEWER_SOURCES = "fewer_sources"
    """Another value is said by more sources."""
    NO_CONSENSUS = "no_consensus"
    """Too few sources say the same, so the field has no value."""
    OUTSIDE_RANGE = "outside_range"
    """It does not overlap what the better ones have in common; or the number and the range of one thing do not fit."""
    OTHER_CURRENCY = "other_currency"
    """It cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """An observation that is not the value of its field, and why."""

    observation: Observation = field(repr=False)
    why: Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the golden record.

    Attributes:
        name: the field.
        value: the winning value, or the tuple of values of a field that there are several of; None where the policy
            asks for a consensus that there is not.
        winners: the observations it comes from: the provenance. In the order of the values where there are several;
            all that agree where a range is what they have in common.
        losers: the other observations of the field, the better ones first. Where number and range do not fit, the
            other field's winner stands among them too.
        conflict: whether a loser cannot be true beside the value; without a value, beside the best of them.
    """

    name: str
    value: Value | tuple[Value, ...] | None = field(repr=False)
    winners: tuple[Observation, ...] = field(repr=False)
    losers: tuple[Loser, ...] = field(repr=False)
    conflict: bool


def merge(observations: Iterable[Observation], policy: MergePolicy) -> Mapping[str, Field]:
    """Computes the golden record.

    The result does not depend on the order of the observations nor on repeats among them. What does not fit the schema
    is left out: a field that it no longer has, or a value of an earlier shape.

    Args:
        observations: of one lead, from any number of sources; those of the source `HUMAN` stand before all others.
        policy: how to choose.

    Returns:
        Field name to field, sorted by name; a field without observations is not there.
    """
    groups: dict[str, list[Observation]] = defaultdict(list)
    for seen in observations:
        if _is_known(seen):
            groups[seen.field].append(seen)
    merged = {name: _field(name, groups[name], policy) for name in sorted(groups)}
    for ranged, number in NUMBERS.items():
        if ranged in merged and number in merged:
            merged |= _compared(merged[ranged], merged[number])
    return MappingProxyType(merged)


def _is_known(seen: Observation) -> bool:
    spec = FIELDS.get(seen.field)
    return spec is not None and (seen.source == HUMAN or fits(spec, seen.value))


def _field(name: str, seen: Sequence[Observation], policy: MergePolicy) -> Field:
    rule = policy.rule(name)
    if len(seen) == 1 and rule.strategy is not Strategy.CONSENSUS:  # most fields: nothing to compare it with
        return Field(name=name, value=_value(name, seen), winners=tuple(seen), losers=(), conflict=False)
    ranked = _ranked(seen, partial(_rank, rule=rule, policy=policy))
    best, why = _winners(name, ranked, rule)
    winners = tuple(_well_written(each, ranked) for each in best)
    won = {id(each) for each in winners}
    value, losers = _value(name, winners), [each for each in ranked if id(each) not in won]
    told = tuple(Loser(observation=each, why=_why(each, winners, why, rule, policy)) for each in losers)
    said = value if isinstance(value, tuple) else (ranked[0].value if value is None else value,)
    conflict = any(not any(agree(name, each.value, other) for other in said) for each in losers)
    return Field(name=name, value=value, winners=winners, losers=told, conflict=conflict)


def _winners(name: str, ranked: Sequence[Observation], rule: FieldRule) -> tuple[tuple[Observation, ...], Lost | None]:
    """The winners of one field, and why the others have lost where their rank does not say it."""
    if ranked[0].source == HUMAN and not FIELDS[name].many:
        return (ranked[0],), Lost.HUMAN_VALUE
    match rule.strategy:
        case Strategy.UNION:
            return _distinct(ranked), None
        case Strategy.CONSENSUS:
            return _consensus(name, ranked, rule.sources)
        case Strategy.RANGE_INTERSECT:
            return _meeting(name, ranked), Lost.OUTSIDE_RANGE
        case _:
            best = [each for each in ranked if each.source == ranked[0].source]
            return (_distinct(best) if FIELDS[name].many else (ranked[0],)), None


def _well_written(best: Observation, ranked: Sequence[Observation]) -> Observation:
    """The first that says the same of a place in better writing (`Berlin` for `berlin`); else the best one itself.

    It may be passed on as freely as the best one, so that nothing is lost for a capital letter.
    """
    if best.source == HUMAN or not crude(best.field, best.value):
        return best
    same = key(best.field, best.value)
    others = (
        each
        for each in ranked
        if key(each.field, each.value) == same
        and each.source != HUMAN
        and each.redistributable >= best.redistributable
        and each.purposes >= best.purposes
    )
    return min((best, *others), key=lambda each: crude(each.field, each.value))


def _distinct(ranked: Sequence[Observation]) -> tuple[Observation, ...]:
    """The best observation of each value, by value."""
    best: dict[str, Observation] = {}
    for each in ranked:
        best.setdefault(key(each.field, each.value), each)
    return tuple(best[value] for value in sorted(best))


def _consensus(name: str, ranked: Sequence[Observation], wanted: int) -> tuple[tuple[Observation, ...], Lost]:
    """The values that enough sources say: of a single field the one that most do, the better ones of two alike."""
    said: dict[str, list[Observation]] = defaultdict(list)
    for each in ranked:
        said[key(name, each.value)].append(each)
    sources = {value: len({each.connector for each in group}) for value, group in said.items()}
    enough = [value for value in said if sources[value] >= wanted]
    if not enough:
        return (), Lost.NO_CONSENSUS
    if FIELDS[name].many:
        return tuple(said[value][0] for value in sorted(enough)), Lost.FEWER_SOURCES
    most = max(enough, key=sources.__getitem__)  # of equals the first, which is the better ranked
    return (said[most][0],), Lost.FEWER_SOURCES


def _meeting(name: str, ranked: Sequence[Observation]) -> tuple[Observation, ...]:
    """The best range, and in their order all those that overlap what the ones before have in common."""
    met = [ranked[0]]
    common = span_of(name, ranked[0].value)
    for each in ranked[1:]:
        span = span_of(name, each.value)
        smaller = None if common is None or span is None else common.meet(span)
        if smaller is not None:
            met.append(each)
            common = smaller
    return tuple(met)


def _value(name: str, winners: Sequence[Observation]) -> Value | tuple[Value, ...] | None:
    if not winners:
        return None
    if FIELDS[name].many:
        return tuple(each.value for each in winners)
    if len(winners) == 1:
        return winners[0].value
    first, *rest = (span_of(name, each.value) for each in winners)
    for each in rest:
        first = None if first is None or each is None else first.meet(each)
    return None if first is None else first.to_value()


def _why(
    loser: Observation, winners: Sequence[Observation], why: Lost | None, rule: FieldRule, policy: MergePolicy
) -> Lost:
    if key(loser.field, loser.value) in {key(each.field, each.value) for each in winners}:
        return Lost.SAME_VALUE
    if why is not None:
        return Lost.OTHER_CURRENCY if why is Lost.OUTSIDE_RANGE and _apart(winners[0], loser) else why
    pairs = zip(_rank(winners[0], rule=rule, policy=policy), _rank(loser, rule=rule, policy=policy), strict=True)
    reasons = zip(_REASONS[rule.strategy], pairs, strict=True)
    return next((reason for reason, (best, own) in reasons if best != own), Lost.LATER_BY_NAME)


def _apart(one: Observation, other: Observation) -> bool:
    spans = span_of(one.field, one.value), span_of(other.field, other.value)
    return spans[0] is not None and spans[1] is not None and spans[0].apart(spans[1])


def _ranked(seen: Sequence[Observation], rank: "partial[tuple[float, ...]]") -> Sequence[Observation]:
    """The observations of one field, each once, the best first."""
    distinct = {fingerprint(each): each for each in seen}
    order = sorted(distinct.items(), key=lambda known: (rank(known[1]), known[1].source, known[0]))
    return [each for _, each in order]


def _rank(seen: Observation, *, rule: FieldRule, policy: MergePolicy) -> tuple[float, ...]:
    """A sort key, the best first; its parts are explained by `_REASONS`."""
    place = -1 if seen.source == HUMAN else policy.place(seen.field, seen.connector)
    sure, age = -seen.confidence, -seen.observed_at.timestamp()
    human = 0 if place < 0 else 1
    if rule.strategy is Strategy.MOST_RECENT:
        return (human, age, place, sure)
    if rule.strategy is Strategy.HIGHEST_CONFIDENCE:
        return (human, sure, place, age)
    return (human, place, sure, age)


_BY_PRIORITY: Final = (Lost.HUMAN_VALUE, Lost.LOWER_PRIORITY, Lost.LESS_SURE, Lost.OLDER)
_REASONS: Final[Mapping[Strategy, tuple[Lost, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(Strategy, _BY_PRIORITY),
        Strategy.MOST_RECENT: (Lost.HUMAN_VALUE, Lost.OLDER, Lost.LOWER_PRIORITY, Lost.LESS_SURE),
        Strategy.HIGHEST_CONFIDENCE: (Lost.HUMAN_VALUE, Lost.LESS_SURE, Lost.LOWER_PRIORITY, Lost.OLDER),
    }
)
"""What each part of a rank stands for."""


def _compared(ranged: Field, number: Field) -> dict[str, Field]:
    """A range and the number itself: where they do not fit, each stands against the other."""
    one, other = _span(ranged), _span(number)
    if one is None or other is None or _fit(one, other):
        return {}
    return {
        mine.name: replace(
            mine,
            losers=(*mine.losers, Loser(observation=theirs.winners[0], why=Lost.OUTSIDE_RANGE)),
            conflict=True,
        )
        for mine, theirs in ((ranged, number), (number, ranged))
    }


def _fit(one: Span, other: Span) -> bool:
    return one.apart(other) or one.meet(other) is not None


def _span(made: Field) -> Span | None:
    return None if made.value is None or isinstance(made.value, tuple) else span_of(made.name, made.value)


def fingerprint(seen: Observation) -> str:
    """Everything that an observation of a field says, as text: equal for equal ones."""
    value = dict(seen.value) if isinstance(seen.value, Mapping) else seen.value
    terms = [seen.source, seen.method, seen.confidence, seen.observed_at.timestamp(), seen.licence]
    until = None if seen.keep_until is None else seen.keep_until.timestamp()
    return json.dumps([value, *terms, seen.redistributable, sorted(seen.purposes), until], sort_keys=True)
