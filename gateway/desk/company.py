"""What is known of a lead's company and why: winner and losers per field; why each connector was asked, its cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.kit import Observation
from gateway.enrichment import Goal, merge
from gateway.enrichment.human import said
from gateway.enrichment.leads import given
from gateway.enrichment.merge import Field, fingerprint
from gateway.enrichment.words import SUPERSEDED, another, lost, told
from gateway.lead import Lead
from gateway.lookup import MATCH, PARTIAL, Asked, Lookup, spent, superseded, unexpired
from gateway.policies.merge import MergePolicy

_SAID: Final = frozenset({MATCH, PARTIAL})
Calls = Mapping[tuple[str, str], Asked]
"""What brought an observation, by field and fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believing:
    """Who is believed about a company, and what is wanted of it."""

    merging: MergePolicy
    goal: Goal

    def record(self, lead: Lead, now: datetime) -> Mapping[str, Field]:
        """The golden record of a lead, with what the lead itself says; without personal fields."""
        seen = unexpired(lead.observations, now)
        return merge((*(each for each in seen if not each.personal), *said(lead)), self.merging)


def explain_company(lead: Lead, believing: Believing, now: datetime) -> Mapping[str, Any]:
    """Give what is known of the company with its reasons, as plain values; personal fields are not among it."""
    record = believing.record(lead, now)
    calls = _paid(lead.lookups)
    fields = {name: _field(name, field, believing, calls) for name, field in record.items()}
    for seen, why, says in _gone(lead, now):
        place = fields.setdefault(seen.field, _empty(seen.field, believing))
        place["losers"].append({**_origin(seen, calls), "why": why, "says": says})
    asked = [each for lookup in lead.lookups for each in lookup.asked]
    return {
        "merge_policy": believing.merging.fingerprint,
        "goal": _goal(believing.goal, lead, now),
        "fields": [fields[name] for name in sorted(fields)],
        "connectors": [_asked(lookup, each) for lookup in lead.lookups for each in lookup.asked],
        "costs": dict(spent(asked)),
    }


def _field(name: str, field: Field, believing: Believing, calls: Calls) -> dict[str, Any]:
    return {
        **_empty(name, believing),
        "value": list(field.value) if isinstance(field.value, tuple) else field.value,
        "conflict": field.conflict,
        "winners": [_origin(seen, calls) for seen in field.winners],
        "losers": [
            {**_origin(each.observation, calls), "why": each.why.value, "says": lost(each.why.value)}
            for each in field.losers
        ],
    }


def _empty(name: str, believing: Believing) -> dict[str, Any]:
    strategy = believing.merging.rule(name).strategy.value
    return {"field": name, "value": None, "conflict": False, "strategy": strategy, "winners": [], "losers": []}


def _gone(lead: Lead, now: datetime) -> Iterable[tuple[Observation, str, str]]:
    """What is no part of the record at all: said again otherwise since, or said of another company."""
    for seen in unexpired(superseded(lead.lookups), now):
        if not seen.personal:
            yield seen, SUPERSEDED, lost(SUPERSEDED)
    for lookup in lead.lookups:
        for each in lookup.rejected:
            for seen in unexpired(each.observations, now):
                yield seen, each.why, another(each.why)


def _paid(lookups: Iterable[Lookup]) -> Calls:
    """The call that brought each observation: of several the one that was paid, not those that had a kept answer."""
    found: dict[tuple[str, str], Asked] = {}
    for lookup in lookups:
        for seen, asked in _calls(lookup):
            before = found.get(_key(seen))
            if before is None or asked.cost_micros > before.cost_micros:
                found[_key(seen)] = asked
    return found


def _key(seen: Observation) -> tuple[str, str]:
    return seen.field, fingerprint(seen)


def _calls(lookup: Lookup) -> Iterable[tuple[Observation, Asked]]:
    """Each observation of a look-up with the call that brought it."""
    asked = {each.connector: each for each in lookup.asked}
    for seen in lookup.held:
        if seen.source in asked:
            yield seen, asked[seen.source]


def _origin(seen: Observation, calls: Calls) -> dict[str, Any]:
    call = calls.get(_key(seen))
    return {
        "value": seen.value,
        "source": seen.source,
        "method": seen.method,
        "confidence": seen.confidence,
        "observed_at": seen.observed_at,
        "keep_until": seen.keep_until,
        "licence": seen.licence,
        "redistributable": seen.redistributable,
        "purposes": sorted(seen.purposes),
        "cost_micros": 0 if call is None else call.cost_micros,
        "currency": "" if call is None else call.currency,
    }


def _goal(goal: Goal, lead: Lead, now: datetime) -> dict[str, Any]:
    found = goal.open_fields(unexpired(lead.observations, now), given(lead), now)
    return {
        "required": sorted(goal.required),
        "desired": sorted(goal.desired),
        "open": {name: want.value for name, want in found.items()},
    }


def _asked(lookup: Lookup, asked: Asked) -> dict[str, Any]:
    return {
        "connector": asked.connector,
        "looked_up_at": lookup.at,
        "called": asked.called,
        "mark": asked.mark,
        "says": told(
            asked, kept=asked.mark not in _SAID or any(seen.source == asked.connector for seen in lookup.held)
        ),
        "reason": asked.reason,
        "identity": asked.identity,
        "budget": asked.budget,
        "sought": dict(asked.sought),
        "sent": list(asked.sent),
        "guessed": dict(asked.guessed),
        "attempts": asked.attempts,
        "cached": asked.cached,
        "shared": asked.shared,
        "cost_micros": asked.cost_micros,
        "currency": asked.currency,
        "retry_at": asked.retry_at,
    }
