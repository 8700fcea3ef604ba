"""Asking one connector: cache, single flight, intent, rate windows, breaker, retries, record."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from connectors.kit import Answer, Context, Deadline, Dns, Http, LookupOutcome, Query, VendorHttp, ask
from gateway.enrichment import codec
from gateway.enrichment.breaker import Breaker, Ticket
from gateway.enrichment.budget import charged_minor, minor
from gateway.enrichment.codec import Kept
from gateway.enrichment.flight import SingleFlight
from gateway.enrichment.identity import identify
from gateway.enrichment.model import Question, Skip
from gateway.enrichment.plan import Installed
from gateway.enrichment.ports import Cache, Calls, Sleep, Windows
from gateway.enrichment.recent import SHELF, RecentAnswers
from gateway.enrichment.retry import RetryPolicy, ask_again
from gateway.ports import Clock
from gateway.spending import Limits, Pot, Reserve

GUARD = timedelta(days=1)
"""How long a call that may have been charged stands against repeating it."""
_LEASE_SPARE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Everything the engine works with.

    Attributes:
        http, dns: the connectors' ports.
        windows, cache, calls: shared by all workers.
        clock, sleep, random: time and chance.
        index_key: keys the HMAC under which questions are cached and recorded.
        retry: attempts and waits.
        limits: what may be spent beside the limit of each lead.
    """

    http: Http
    dns: Dns
    windows: Windows
    cache: Cache
    calls: Calls
    clock: Clock
    sleep: Sleep
    random: Random
    index_key: bytes = field(repr=False)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    limits: Limits = field(default_factory=Limits)


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
    cost_minor: int = 0
    cached: bool = False


class _NotNow(Exception):
    """No call can be made at this time: {skip}."""

    def __init__(self, skip: Skip, retry_at: datetime | None) -> None:
        super().__init__(skip.value)
        self.skip = skip
        self.retry_at = retry_at


@dataclass(slots=True, kw_only=True)
class _Tally:
    begun: bool = False
    """Whether something may have reached the vendor."""
    attempts: int = 0
    cost_minor: int = 0


class Asker:
    """Asks connectors one at a time; keeps the breakers and the calls in flight of this process."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._breakers: dict[str, Breaker] = {}
        self._flights: SingleFlight[Result] = SingleFlight()
        self._recent = RecentAnswers()

    async def kept(self, entry: Installed, query: Query, *, since: datetime | None = None) -> Answer | None:
        """The answer to this question that is still kept, if any, and was got since then."""
        if entry.manifest.cache is None:
            return None
        found = await self._found(entry, query)
        return None if found is None or (since is not None and found.at < since) else found.answer

    async def _found(self, entry: Installed, query: Query) -> Kept | None:
        key, now = self.key(entry, query), self._tools.clock.now()
        found = self._recent.get(key, now)
        if found is not None:
            return found
        payload = await self._tools.cache.get(key, now=now)
        if payload is None:
            return None
        found = codec.decode(payload)
        self._remember(entry, key, found, now + SHELF)
        return found

    def _remember(self, entry: Installed, key: bytes, kept: Kept | None, until: datetime) -> None:
        if kept is not None and entry.manifest.subject != "person":
            self._recent.put(key, kept, until)

    async def ask(self, entry: Installed, query: Query, question: Question, deadline: Deadline) -> tuple[Result, bool]:
        """Asks, unless the same question is being asked already; returns the result and whether it was shared."""
        return await self._flights.run(self.key(entry, query), lambda: self._recorded(entry, query, question, deadline))

    def key(self, entry: Installed, query: Query) -> bytes:
        """The keyed HMAC-SHA256 of connector, settings, credential and question."""
        text = json.dumps([entry.manifest.source, entry.fingerprint, entry.scope, sorted(query.items())])
        return hmac.new(self._tools.index_key, text.encode(), hashlib.sha256).digest()

    async def _recorded(self, entry: Installed, query: Query, question: Question, deadline: Deadline) -> Result:
        """A paid call is recorded before and after; what may be kept is kept before the call counts as ended."""
        if entry.manifest.cost.free:
            result = await self._guarded(entry, query, deadline, _Tally())
            await self._keep(entry, query, question, result)
            return result
        call_id = await self._begin(entry, query, question)
        if isinstance(call_id, Result):
            return call_id
        tally = _Tally()
        try:
            result = await self._guarded(entry, query, deadline, tally)
        except Exception:
            if not tally.begun:  # nothing reached the vendor, so nothing stands against asking again
                await self._finish(entry, call_id, "not_made", 0)
            raise
        await self._keep(entry, query, question, result)
        outcome = result.answer.outcome.value if result.answer else str(result.skip)
        await self._finish(entry, call_id, outcome, result.cost_minor)
        return result

    async def _begin(self, entry: Installed, query: Query, question: Question) -> str | Result:
        """Record a call and set its price aside; a result says why it may not be made."""
        now, cost = self._tools.clock.now(), entry.manifest.cost
        pots = self._tools.limits.pots(entry.manifest.scope, question.list_id, now)
        begun = await self._tools.calls.begin(
            self.key(entry, query),
            lead_id=question.lead_id,
            connector=entry.manifest.source,
            since=now - GUARD,
            now=now,
            reserve=Reserve(pots=pots, amount_minor=minor(cost.per_call), currency=cost.currency),
        )
        if isinstance(begun, Pot):
            return Result(skip=Skip.OVER_BUDGET, budget=begun.kind)
        return begun or Result(skip=Skip.ALREADY_CHARGED)

    async def _finish(self, entry: Installed, call_id: str, outcome: str, cost_minor: int) -> None:
        now, currency = self._tools.clock.now(), entry.manifest.cost.currency
        await self._tools.calls.finish(call_id, outcome=outcome, cost_minor=cost_minor, currency=currency, now=now)

    async def _keep(self, entry: Installed, query: Query, question: Question, result: Result) -> None:
        policy, answer = entry.manifest.cache, result.answer
        if policy is None or answer is None or not answer.outcome.cacheable or not _is_about(question, query, answer):
            return
        personal = entry.manifest.subject == "person"
        if personal and question.subject_id is None:
            return  # nobody's erasure would reach it
        period = policy.match if answer.outcome is LookupOutcome.MATCH else policy.no_match
        key, now = self.key(entry, query), self._tools.clock.now()
        kept = Kept(answer=answer, at=now)
        await self._tools.cache.put(
            key,
            codec.encode(kept),
            connector=entry.manifest.source,
            outcome=answer.outcome.value,
            subject_id=question.subject_id if personal else None,
            expires_at=now + period,
        )
        self._remember(entry, key, kept, now + min(period, SHELF))

    async def _guarded(self, entry: Installed, query: Query, deadline: Deadline, tally: _Tally) -> Result:
        """Attempts within windows and breaker, repeated where that cannot pay twice."""

        async def attempt() -> Answer:
            answer = await self._admitted(entry, query, deadline, tally)
            tally.attempts += 1
            tally.cost_minor += charged_minor(entry.manifest.cost, answer.units)
            return answer

        try:
            answer = await ask_again(
                attempt,
                policy=self._tools.retry,
                may_repeat=_may_repeat(entry),
                remaining=deadline.remaining,
                now=self._tools.clock.now,
                sleep=self._tools.sleep,
                random=self._tools.random,
            )
        except _NotNow as refusal:
            return Result(
                skip=refusal.skip,
                retry_at=refusal.retry_at,
                attempts=tally.attempts,
                cost_minor=tally.cost_minor,
            )
        return Result(answer=answer, retry_at=answer.retry_at, attempts=tally.attempts, cost_minor=tally.cost_minor)

    async def _admitted(self, entry: Installed, query: Query, deadline: Deadline, tally: _Tally) -> Answer:
        """One attempt; a connector that calls no host needs neither window nor breaker."""
        if not entry.manifest.calls_out:
            return await self._call(entry, query, deadline, tally)
        breaker = self._breakers.setdefault(entry.scope, Breaker())
        ticket = breaker.admit(self._tools.clock.now())
        if not isinstance(ticket, Ticket):
            raise _NotNow(Skip.BREAKER_OPEN, ticket)
        try:
            slot = await self._slot(entry, deadline)
            try:
                answer = await self._call(entry, query, deadline, tally)
            finally:
                await self._tools.windows.give_back(entry.scope, slot)
        except BaseException:
            breaker.abandon(ticket)
            raise
        breaker.record(ticket, answer.outcome, self._tools.clock.now())
        if answer.outcome is LookupOutcome.THROTTLED and answer.retry_at is not None:
            await self._tools.windows.block(entry.scope, answer.retry_at)
        return answer

    async def _slot(self, entry: Installed, deadline: Deadline) -> str:
        """Waits for a place in every window, as long as the wait is short and the deadline allows."""
        rate = entry.manifest.rate
        while True:
            now = self._tools.clock.now()
            taken = await self._tools.windows.take_slot(
                entry.scope,
                limits=[(window.limit, window.per) for window in rate.windows],
                concurrency=rate.concurrency,
                lease=timedelta(seconds=entry.manifest.timeout) + _LEASE_SPARE,
                now=now,
            )
            if isinstance(taken, str):
                return taken
            wait = (taken - now).total_seconds()
            if wait > self._tools.retry.cap or wait >= deadline.remaining():
                raise _NotNow(Skip.RATE_WINDOW, taken)
            await self._tools.sleep(max(0.0, wait))

    async def _call(self, entry: Installed, query: Query, deadline: Deadline, tally: _Tally) -> Answer:
        left = deadline.remaining()
        if left <= 0:
            raise _NotNow(Skip.DEADLINE, None)
        context = Context(
            now=self._tools.clock.now(),
            http=VendorHttp(
                manifest=entry.manifest,
                http=self._tools.http,
                secrets=entry.secrets,
                deadline=deadline,
                hosts=entry.hosts,
            ),
            dns=self._tools.dns,
            deadline=deadline,
        )
        tally.begun = True
        try:
            async with asyncio.timeout(left):
                return await ask(entry.connector, query, context)
        except TimeoutError:
            return Answer(outcome=LookupOutcome.TIMEOUT, reason="deadline", units=None)


def _is_about(question: Question, query: Query, answer: Answer) -> bool:
    """Whether an answer is about the company that was asked about; another one's is never kept for it."""
    return identify(question.company, tuple(query), answer.observations).accepted


def _may_repeat(entry: Installed) -> Callable[[Answer], bool]:
    """A paid call is repeated only when the answer before certainly cost nothing."""

    def decide(answer: Answer) -> bool:
        return answer.outcome.retryable and (entry.manifest.cost.free or answer.units == Decimal(0))

    return decide
