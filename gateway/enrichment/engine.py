"""One question through the plan: stage after stage, until everything is asked, known, spent or late."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TypeVar

from connectors.kit import Query
from gateway.enrichment.asker import Asker
from gateway.enrichment.budget import Budget, micros
from gateway.enrichment.caller import LATER, Result
from gateway.enrichment.home import Guess
from gateway.enrichment.model import Call, Enriched, Question, Skip
from gateway.enrichment.plan import Installed, Plan
from gateway.enrichment.progress import Progress
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.facts import Vendor
from gateway.spending import Limits

T = TypeVar("T")


class Engine:
    """Asks the plan's connectors for one question at a time; many questions may run at once.

    Every ending of a connector is a value in the result. What raises is only the gateway's own storage: then
    nothing is known for certain, and the question is asked again later.
    """

    def __init__(self, *, plan: Plan, tools: Tools) -> None:
        self.plan = plan
        self._tools = tools
        self._asker = Asker(tools)

    @property
    def limits(self) -> Limits:
        """What may be spent beside the limit of each lead."""
        return self._tools.limits

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        """Who is asked about people; see `Plan.vendors`."""
        return self.plan.vendors

    async def enrich(self, question: Question) -> Enriched:
        """Runs the plan.

        Args:
            question: what is known, and how much of it may be sent.

        Returns:
            All observations, in the order of the plan, with every connector under `calls` or `skipped`.
        """
        ends = self._tools.clock.now() + (self.plan.period if question.only is None else self.plan.patience)
        progress = Progress(
            question=question,
            budget=Budget(self.plan.budget_micros, spent=question.spent),
            deadline=ClockDeadline(clock=self._tools.clock, ends=ends),
        )
        stages = [[entry for entry in stage if question.includes(entry.manifest.id)] for stage in self.plan.stages]
        order = [entry.manifest.source for stage in stages for entry in stage]
        for stage in stages:
            progress.begin_stage(self.plan.goal, self._tools.clock.now(), order)
            ready = [entry for entry in stage if not self._left_out(entry, progress)]
            await all_or_none([self._one(entry, progress) for entry in ready])
        return Enriched(
            observations=tuple(sorted(progress.observations, key=lambda seen: order.index(seen.source))),
            rejected=tuple(sorted(progress.rejected, key=lambda each: order.index(each.connector))),
            calls=tuple(sorted(progress.calls, key=lambda call: order.index(call.connector))),
            skipped=tuple(sorted(progress.skipped, key=lambda entry: order.index(entry.connector))),
        )

    def _left_out(self, entry: Installed, progress: Progress) -> bool:
        reason = self._why_not(entry, progress)
        if reason is not None:
            later = self._tools.clock.now() + LATER if reason is Skip.DEADLINE else None
            progress.skip(entry, Result(skip=reason, retry_at=later))
        return reason is not None

    def _why_not(self, entry: Installed, progress: Progress) -> Skip | None:
        manifest, question = entry.manifest, progress.question
        if manifest.subject == "person" and not question.personal_allowed:
            return Skip.NOT_ALLOWED
        if manifest.subject == "organization" and not question.company_known:
            return Skip.NO_COMPANY
        if progress.suppressed:
            return Skip.SUPPRESSED
        if progress.deadline.remaining() <= 0:
            return Skip.DEADLINE
        return self._not_wanted(entry, progress)

    def _not_wanted(self, entry: Installed, progress: Progress) -> Skip | None:
        goal = self.plan.goal
        if goal.everything or goal.sought(entry.manifest, progress.open_fields):
            return None
        could_add = set(entry.manifest.provides)
        if could_add.isdisjoint(goal.required | goal.desired):
            return Skip.NOTHING_WANTED
        return Skip.GOAL_MET if could_add.isdisjoint(progress.open_fields) else Skip.NOT_WORTH_IT

    async def _one(self, entry: Installed, progress: Progress) -> None:
        started, question = self._tools.clock.now(), progress.question
        query, guess = question.to(entry.manifest)
        if not query.suffices(entry.manifest):
            progress.skip(entry, Result(skip=Skip.NOT_APPLICABLE))
            return
        kept = await self._asker.kept(entry, query, since=self.plan.goal.fresh_since(started))
        if kept is not None:
            self._note(entry, query, progress, Result(answer=kept, cached=True), started=started, guess=guess)
            return
        currency = entry.manifest.cost.currency
        reserved = progress.budget.reserve(micros(entry.manifest.cost.per_call), currency)
        if reserved is None:
            progress.skip(entry, Result(skip=Skip.OVER_BUDGET, budget="lead"))
            return
        result, shared = await self._asker.ask(entry, query, question, progress.deadline)
        progress.budget.settle(reserved, 0 if shared else result.cost_micros, currency)
        self._note(entry, query, progress, result, started=started, guess=guess, shared=shared)

    def _note(
        self,
        entry: Installed,
        query: Query,
        progress: Progress,
        result: Result,
        *,
        started: datetime,
        guess: Guess | None,
        shared: bool = False,
    ) -> None:
        if result.answer is None:
            progress.skip(entry, result)
            return
        identity = progress.take(entry, query, result.answer)
        progress.calls.append(
            Call(
                connector=entry.manifest.source,
                outcome=result.answer.outcome,
                reason=result.answer.reason,
                sent=tuple(query),
                attempts=0 if shared else result.attempts,
                cached=result.cached,
                shared=shared,
                cost_micros=0 if shared else result.cost_micros,
                currency=entry.manifest.cost.currency,
                started_at=started,
                ended_at=self._tools.clock.now(),
                retry_at=result.retry_at,
                identity=identity,
                guess=guess,
                sought=self.plan.goal.sought(entry.manifest, progress.open_fields),
                record=(entry.manifest.erasures and result.answer.record) or "",
            )
        )


async def all_or_none(works: Sequence[Awaitable[T]]) -> list[T]:
    """Does all at once and gives what they return; when one raises, the others are cancelled and ended before that."""
    if len(works) == 1:  # most stages, and no task is needed to do one thing
        return [await works[0]]
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
