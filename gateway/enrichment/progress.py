"""What one question has brought so far, and what of it helps to ask on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from connectors.kit import Answer, Deadline, LookupOutcome, Observation, Query
from gateway.enrichment.budget import Budget
from gateway.enrichment.caller import Result
from gateway.enrichment.goal import Goal, Want
from gateway.enrichment.identity import Company, Identity, identify, told_company, weighed
from gateway.enrichment.model import Call, Question, Skip, Skipped
from gateway.enrichment.plan import Installed
from gateway.lookup import Rejection

_LEARNED: Final = {
    "company.name": ("company.legal_name", "company.name"),
    "company.country": ("company.country", "company.headquarters"),
    "company.vat_id": ("company.vat_id",),
}
"""What later stages may be asked with, and the fields that earlier ones answer it in."""
_SURE: Final = 0.5
"""From this confidence on."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """What one question has brought so far.

    `question` is what the next stage is asked: what is known grows with each stage. `company` is the one it is about.
    """

    question: Question
    budget: Budget
    deadline: Deadline
    observations: list[Observation] = field(default_factory=list)
    strong: list[Observation] = field(default_factory=list)
    sites: set[str] = field(default_factory=set)
    """Sources of `strong` that repeat what the company's own site says."""
    rejected: list[Rejection] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    open_fields: Mapping[str, Want] = field(default_factory=dict)
    """What is wanted and not known, as the stage began."""
    company: Company = field(init=False)
    given: frozenset[str] = field(init=False)
    """The company's names as the lead gives them."""

    def __post_init__(self) -> None:
        self.company = self.question.company
        self.given = self.company.names

    @property
    def suppressed(self) -> bool:
        """Whether a vendor says that the person objected, or said so in an earlier look-up."""
        told = any(call.outcome is LookupOutcome.SUPPRESSED_BY_VENDOR for call in self.calls)
        return told or self.question.objected

    def begin_stage(self, goal: Goal, now: datetime, order: Sequence[str]) -> None:
        """Learn from the stages before, and see what is still wanted: all connectors of a stage are asked for the same.

        Args:
            goal: what is looked for.
            now: the time.
            order: the sources in the order of the plan.
        """
        if len(self.strong) != len(self.question.trusted):
            self._learn(order)
        known = (*self.question.earlier, *self.observations)
        self.open_fields = goal.open_fields(known, self.question.given, now)

    def skip(self, entry: Installed, result: Result) -> None:
        """Note that a connector was not asked, or could not be."""
        reason = result.skip or Skip.DEADLINE
        source = entry.manifest.source
        self.skipped.append(
            Skipped(
                connector=source,
                reason=reason,
                retry_at=result.retry_at,
                budget=result.budget,
                cost_micros=result.cost_micros,
                currency=entry.manifest.cost.currency if result.cost_micros else "",
            )
        )

    def take(self, entry: Installed, query: Query, answer: Answer) -> Identity | None:
        """Take over what an answer says of the lead's company, and put aside what it says of another one.

        What it says of a person is not put aside: it is about somebody else.

        Returns:
            What came of comparing; None where nothing was found.
        """
        if not answer.outcome.found:
            return None
        identity = identify(self.company, tuple(query), answer.observations)
        if not identity.accepted:
            company = tuple(each for each in answer.observations if not each.personal)
            source = entry.manifest.source
            self.rejected.append(Rejection(connector=source, why=identity.why.value, observations=company))
            return identity
        taken = weighed(answer.observations, identity)
        self.observations += taken
        if identity.strong:
            self.strong += taken
            self.sites |= {entry.manifest.source} if entry.manifest.visits_site else set()
        return identity

    def _learn(self, order: Sequence[str]) -> None:
        """Let what sources said of the company count for the next stage, in the order of the plan.

        Only a source that named the company by domain or number is believed so far, and only what may be passed on is
        shown to others.
        """
        self.strong.sort(key=lambda seen: order.index(seen.source))
        facts = dict(self.question.facts)
        for name, fields in _LEARNED.items():
            known = (value for each in fields if (value := _best(self.strong, each)) is not None)
            if not facts.get(name) and (found := next(known, None)) is not None:
                facts[name] = found
        self.question = replace(self.question, facts=facts, trusted=tuple(self.strong), claimed=self._claimed())
        self.company = self.question.company

    def _claimed(self) -> frozenset[str]:
        """The names that nobody but the company's own site says: it may say whose it likes."""
        by_site = told_company(each for each in self.strong if each.source in self.sites)
        by_others = told_company(each for each in self.strong if each.source not in self.sites)
        return by_site.names - by_others.names - self.given


def _best(seen: Sequence[Observation], field_name: str) -> str | None:
    """The surest text of a field, of a place its country, that may be shown to others, the first of equals."""
    told = [each for each in seen if each.field == field_name and each.redistributable and each.confidence >= _SURE]
    best = max(told, key=lambda each: each.confidence, default=None)
    if best is None:
        return None
    if isinstance(best.value, Mapping):  # a place
        return str(best.value["country"]) if "country" in best.value else None
    return str(best.value)
