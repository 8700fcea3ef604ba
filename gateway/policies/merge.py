"""Which of several sources is believed about a company: a rule per field, and an order of authority."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from connectors.kit.schema import FIELDS

OTHERS: Final = "*"
"""Stands in the order of authority for every connector that is not named in it."""
VERSION: Final = 1

Authority = tuple[tuple[str, ...], ...]
"""Ids of connectors, the most believed first; those of one step are believed alike."""


class Strategy(StrEnum):
    """How the winner of a field is found.

    What the lead itself says stands before all of them. Ties go by authority, then to the more confident, then to the
    newer, then to the first source by name.
    """

    PRIORITY = "priority"
    """The source with the most authority."""
    MOST_RECENT = "most_recent"
    HIGHEST_CONFIDENCE = "highest_confidence"
    CONSENSUS = "consensus"
    """What `sources` sources at least say alike, and most of them; without that many the field stays empty."""
    UNION = "union"
    """Every distinct value; of equal ones the best. For fields that a company has several of."""
    RANGE_INTERSECT = "range_intersect"
    """What the ranges have in common that agree with the best one. For ranges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field is merged.

    Attributes:
        strategy: how the winner is found.
        sources: how many must say the same, for `consensus`.
        authority: an order of this field alone, in place of the policy's.
    """

    strategy: Strategy
    sources: int = 2
    authority: Authority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePolicy:
    """A rule per field; fields without one take `many` where a company has several, else `one`.

    Raises:
        ValueError: a rule does not fit its field.
    """

    authority: Authority = ()
    one: FieldRule = FieldRule(strategy=Strategy.PRIORITY)
    many: FieldRule = FieldRule(strategy=Strategy.UNION)
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    version: int = VERSION

    def __post_init__(self) -> None:
        """Refuse what no policy may say."""
        for name, rule in (("one", self.one), ("many", self.many), *self.fields.items()):
            problem = problem_of(name, rule)
            if problem is not None:
                raise ValueError(f"{name}: {problem}")

    def rule(self, name: str) -> FieldRule:
        """The rule of one field."""
        spec = FIELDS.get(name)
        return self.fields.get(name, self.many if spec is not None and spec.many else self.one)

    def place(self, name: str, connector: str) -> int:
        """How far from the most believed a connector stands, about one field."""
        order = self.rule(name).authority
        return place_in(self.authority if order is None else order, connector)

    def to_json(self) -> dict[str, Any]:
        """The policy in the words of its file, as JSON types."""
        return {
            "version": self.version,
            "authority": [list(step) for step in self.authority],
            "one": _rule_json(self.one),
            "many": _rule_json(self.many),
            "fields": {name: _rule_json(rule) for name, rule in sorted(self.fields.items())},
        }

    @property
    def fingerprint(self) -> str:
        """Name, version and SHA-256 (its first 16 hexadecimal digits) of what the policy says, in whatever order."""
        said = {**self.to_json(), "authority": [sorted(step) for step in self.authority]}
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return f"merge-{self.version}:{digest[:16]}"


def place_in(order: Authority, connector: str) -> int:
    """The step of an order that a connector stands at: its own, that of all others, or behind the last."""
    for wanted in (connector, OTHERS):
        for place, step in enumerate(order):
            if wanted in step:
                return place
    return len(order)


def problem_of(name: str, rule: FieldRule) -> str | None:
    """Say why a rule does not fit a field, or `one` or `many`; None where it does."""
    spec = FIELDS.get(name)
    several = name == "many" if spec is None else spec.many
    if rule.strategy is Strategy.UNION and not several:
        return "union is for fields that a company has several of"
    if rule.strategy is Strategy.RANGE_INTERSECT and (spec is None or spec.shape != "range"):
        return "range_intersect is for fields that hold a range"
    return None


def rows(policy: MergePolicy) -> Sequence[Mapping[str, str]]:
    """The policy as the rows of a table: what it is about, the case, and what follows."""
    order = ", then ".join(_step(step) for step in policy.authority) or "all alike"
    cases = {"a single value": policy.one, "several values": policy.many, **dict(sorted(policy.fields.items()))}
    return [
        {"about": "authority", "case": "who is believed first", "then": order},
        *({"about": "field", "case": case, "then": _told(rule)} for case, rule in cases.items()),
    ]


def _told(rule: FieldRule) -> str:
    strategy = rule.strategy.value.replace("_", " ")
    told = f"{strategy} of {rule.sources} sources" if rule.strategy is Strategy.CONSENSUS else strategy
    if rule.authority is None:
        return told
    return f"{told}; by {', then '.join(_step(step) for step in rule.authority)}"


def _step(step: Sequence[str]) -> str:
    return " or ".join("all others" if name == OTHERS else name for name in step)


def _rule_json(rule: FieldRule) -> dict[str, Any]:
    told: dict[str, Any] = {"strategy": rule.strategy.value}
    if rule.strategy is Strategy.CONSENSUS:
        told["sources"] = rule.sources
    if rule.authority is not None:
        told["authority"] = [list(step) for step in rule.authority]
    return told
