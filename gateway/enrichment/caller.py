"""Making calls: rate windows, breaker, retries and their budget, for one question or for several in one call."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, cast

from connectors.kit import Answer, Context, Deadline, LookupOutcome, OwnSite, Query, VendorHttp, ask
from connectors.kit.contract import BatchConnector, ask_many
from connectors.kit.http import NO_TIME
from gateway.enrichment.breaker import Breaker, Ticket
from gateway.enrichment.budget import charged_micros
from gateway.enrichment.model import Skip
from gateway.enrichment.outward import Outward
from gateway.enrichment.plan import Installed
from gateway.enrichment.retry import RetryBudget, Waits, ask_again
from gateway.enrichment.tools import Tools

LATER = timedelta(minutes=5)
"""After which a question that failed for now may be asked again, where the vendor names no time."""
_LEASE_SPARE = timedelta(seconds=30)
_FAIR: Final = 0.8
"""The part of the manifest's time-out from which on a call that brought nothing has had its time."""
_OVER: Final = 0.05
"""Seconds: with no more than that left, a question's time is up."""
_LATE = Answer(outcome=LookupOutcome.TIMEOUT, reason="deadline", units=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of asking: an answer with its attempts and cost, or the reason why no call was made.

    `budget` is the one that has no room, where that is the reason.
    """

    answer: Answer | None = None
    skip: Skip | None = None
    budget: str | None = None
    retry_at: datetime | None = None
    attempts: int = 0
    cost_micros: int = 0
    cached: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Asked:
    """One question on its way to the vendor, and what it has taken so far.

    Attributes:
        query, deadline: the question, and until when.
        begun: whether something may have reached the vendor.
        given: seconds that its last call could take.
        attempts: how often it was tried with something going out; one try may be several calls.
        cost_micros: what that cost, in millionths.
    """

    query: Query
    deadline: Deadline
    begun: bool = False
    given: float = 0.0
    attempts: int = 0
    cost_micros: int = 0


class _NotNow(Exception):
    """No call can be made at this time: {skip}."""

    def __init__(self, skip: Skip, retry_at: datetime | None) -> None:
        super().__init__(skip.value)
        self.skip = skip
        self.retry_at = retry_at


class Caller:
    """Calls vendors; keeps the breakers and retry budgets of this process, as many as there are vendors and hosts."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._breakers: dict[str, Breaker] = {}
        self._budgets: dict[str, RetryBudget] = {}

    async def call(self, entry: Installed, group: Sequence[Asked]) -> Sequence[Result]:
        """Attempts within windows and breaker, repeated where that cannot pay twice.

        Args:
            entry: whom.
            group: one question, or several for the connector's batch.

        Returns:
            A result per question, in order.
        """
        budget = self._budgets.setdefault(_scope(entry, group), RetryBudget())
        budget.called()

        async def attempt() -> Sequence[Answer]:
            answers = await self._admitted(entry, group)
            for asked, answer in zip(group, answers, strict=True):
                if answer is not _LATE:
                    asked.cost_micros += charged_micros(entry.manifest.cost, answer.units)
            return answers

        try:
            answers = await ask_again(
                attempt,
                policy=self._tools.retry,
                may_repeat=_may_repeat(entry),
                budget=budget,
                remaining=lambda: min(asked.deadline.remaining() for asked in group) - self._needed(entry),
                waits=Waits(now=self._tools.clock.now, sleep=self._tools.sleep, random=self._tools.random),
            )
        except _NotNow as refusal:
            return [
                Result(
                    skip=refusal.skip,
                    retry_at=refusal.retry_at,
                    attempts=asked.attempts,
                    cost_micros=asked.cost_micros,
                )
                for asked in group
            ]
        return [self._result(entry, answer, asked) for asked, answer in zip(group, answers, strict=True)]

    def _result(self, entry: Installed, answer: Answer, asked: Asked) -> Result:
        if answer is _LATE and not asked.begun:
            return Result(skip=Skip.DEADLINE, retry_at=self._tools.clock.now() + LATER)
        return Result(
            answer=answer,
            retry_at=self._again_at(entry, answer, asked),
            attempts=asked.attempts,
            cost_micros=asked.cost_micros,
        )

    def _again_at(self, entry: Installed, answer: Answer, asked: Asked) -> datetime | None:
        """When the question may end otherwise: as the vendor says, else in a while if nothing has been charged.

        Where only time was wanting, that is at once: whoever asks again has more of it.
        """
        if answer.retry_at is not None or not answer.outcome.retryable or asked.cost_micros:
            return answer.retry_at
        now = self._tools.clock.now()
        return now if answer is _LATE or _cut_short(entry, [asked], [answer]) else now + LATER

    async def _admitted(self, entry: Installed, group: Sequence[Asked]) -> Sequence[Answer]:
        """One attempt; a connector that makes no calls needs neither window nor breaker.

        Which host it is for is asked anew each time: the attempt before may have found it out.

        What visits leads' sites has no breaker, and no wait that one site asks for holds up the visits to others: each
        question is about another server.
        """
        if not entry.manifest.calls_out:
            return await self._call(entry, group)
        scope = _scope(entry, group)
        if not entry.manifest.calls_hosts:
            return await self._in_slot(entry, scope, group)
        breaker = self._breakers.setdefault(scope, Breaker())
        ticket = breaker.admit(self._tools.clock.now())
        if not isinstance(ticket, Ticket):
            raise _NotNow(Skip.BREAKER_OPEN, ticket)
        before = _gone_out(group)
        try:
            answers = await self._in_slot(entry, scope, group)
        except BaseException:
            breaker.abandon(ticket)
            raise
        if _gone_out(group) == before or _cut_short(entry, group, answers):
            breaker.abandon(ticket)
        else:
            breaker.record(ticket, _health(answers), self._tools.clock.now())
        hints = [each.retry_at for each in answers if each.outcome is LookupOutcome.THROTTLED and each.retry_at]
        if hints:
            await self._tools.windows.block(scope, max(hints))
        return answers

    async def _in_slot(self, entry: Installed, scope: str, group: Sequence[Asked]) -> Sequence[Answer]:
        slot = await self._slot(entry, scope, group)
        try:
            return await self._call(entry, group)
        finally:
            await self._tools.windows.give_back(scope, slot)

    async def _slot(self, entry: Installed, scope: str, group: Sequence[Asked]) -> str:
        """Waits for room in every window, as long as the wait is short and the deadline allows; a batch is one call."""
        rate = entry.manifest.rate
        while True:
            now = self._tools.clock.now()
            taken = await self._tools.windows.take_slot(
                scope,
                limits=[(window.limit, window.per) for window in rate.windows],
                concurrency=rate.concurrency,
                lease=timedelta(seconds=entry.manifest.timeout) + _LEASE_SPARE,
                now=now,
                calls=rate.calls if len(group) == 1 else 1,
            )
            if isinstance(taken, str):
                return taken
            wait = (taken - now).total_seconds()
            if wait > self._tools.retry.cap or wait >= _remaining(group):
                raise _NotNow(Skip.RATE_WINDOW, taken)
            await self._tools.sleep(max(0.0, wait))

    async def _call(self, entry: Installed, group: Sequence[Asked]) -> Sequence[Answer]:
        """One call for all who have time left, as long as the one who has most: what is paid for is waited for."""
        needed = self._needed(entry)
        timely = [asked for asked in group if asked.deadline.remaining() > needed]
        if not timely:
            raise _NotNow(Skip.DEADLINE, self._tools.clock.now() + LATER)
        answers = iter(await self._made(entry, timely))
        return [next(answers) if asked in timely else _LATE for asked in group]

    def _needed(self, entry: Installed) -> float:
        return 0.0 if entry.manifest.cost.free else self._tools.retry.paid_needs

    async def _made(self, entry: Installed, group: Sequence[Asked]) -> Sequence[Answer]:
        deadline = max((asked.deadline for asked in group), key=lambda each: each.remaining())
        outward = Outward(tools=self._tools)
        context = Context(
            now=self._tools.clock.now(),
            http=VendorHttp(
                manifest=entry.manifest,
                http=outward,
                secrets=entry.secrets,
                deadline=deadline,
                hosts=entry.hosts,
            ),
            dns=outward,
            site=OwnSite(manifest=entry.manifest, query=group[0].query, site=outward, deadline=deadline),
            deadline=deadline,
        )
        for asked in group:
            asked.begun, asked.given = True, deadline.remaining()
        try:
            async with asyncio.timeout(deadline.remaining()):
                return await _answers(entry, [asked.query for asked in group], context)
        except TimeoutError:
            return [Answer(outcome=LookupOutcome.TIMEOUT, reason="deadline", units=None)] * len(group)
        finally:
            for asked in group:
                asked.attempts += outward.used


async def _answers(entry: Installed, queries: Sequence[Query], context: Context) -> Sequence[Answer]:
    """One question is asked by itself; several in one call of the connector's batch."""
    if len(queries) == 1:
        return [await ask(entry.connector, queries[0], context)]
    return await ask_many(cast("BatchConnector", entry.connector), queries, context)


def _scope(entry: Installed, group: Sequence[Asked]) -> str:
    """What windows, breaker and retries count under; those who go together go to one server."""
    return entry.scope_of(group[0].query)


def _remaining(group: Sequence[Asked]) -> float:
    """Seconds until the last of them is late."""
    return max(asked.deadline.remaining() for asked in group)


def _health(answers: Sequence[Answer]) -> LookupOutcome:
    """What a call says of the vendor: that it lives, if one of its answers says so."""
    came = [answer.outcome for answer in answers if answer is not _LATE]
    return next((outcome for outcome in came if not outcome.retryable), came[0])


def _gone_out(group: Sequence[Asked]) -> int:
    """How often something went out for them: an answer for which nothing did says nothing of the vendor."""
    return sum(asked.attempts for asked in group)


def _cut_short(entry: Installed, group: Sequence[Asked], answers: Sequence[Answer]) -> bool:
    """Whether a call ended for want of the question's own time, which says nothing of the vendor.

    Of a vendor that charges it says something all the same: nobody goes on paying for what is not waited for.
    """
    if not entry.manifest.cost.free or _health(answers) is not LookupOutcome.TIMEOUT or _remaining(group) > _OVER:
        return False
    unfair = max(asked.given for asked in group) < _FAIR * entry.manifest.timeout
    return unfair or any(answer.reason == NO_TIME for answer in answers)


def _may_repeat(entry: Installed) -> Callable[[Sequence[Answer]], bool]:
    """A call is repeated when it failed as a whole, a paid one only when it certainly cost nothing.

    A visit that took its time is not: a slow site stays slow, and would take the lead's whole time.
    """
    visits = entry.manifest.calls_out and not entry.manifest.calls_hosts

    def decide(answers: Sequence[Answer]) -> bool:
        if visits and answers[0].outcome is LookupOutcome.TIMEOUT:
            return False
        passing = all(answer.outcome.retryable for answer in answers)
        return passing and (entry.manifest.cost.free or all(answer.units == Decimal(0) for answer in answers))

    return decide
