"""Asking one connector: what is kept, who else is asking, and the record of what may cost money."""

import json
from datetime import datetime, timedelta
from functools import partial

from audit.macs import Mac256
from connectors.kit import Answer, Deadline, Query
from gateway.enrichment import codec
from gateway.enrichment.budget import micros
from gateway.enrichment.caller import Asked, Caller, Result
from gateway.enrichment.codec import Kept
from gateway.enrichment.flight import SingleFlight
from gateway.enrichment.gather import Gatherer
from gateway.enrichment.identity import identify
from gateway.enrichment.model import Question, Skip
from gateway.enrichment.plan import Installed
from gateway.enrichment.recent import SHELF, RecentAnswers
from gateway.enrichment.tools import Tools
from gateway.spending import Pot, Reserve

GUARD = timedelta(days=1)
"""How long a call that may have been charged stands against repeating it."""


class Asker:
    """Asks connectors; keeps the calls in flight of this process."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._mac = Mac256(tools.index_key)
        self._caller = Caller(tools)
        self._gatherers: dict[str, Gatherer] = {}
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
        """The keyed HMAC-SHA256 of connector, settings and question; a new API key pays for nothing again."""
        text = json.dumps([entry.manifest.source, entry.fingerprint, sorted(query.items())])
        return self._mac.of(text.encode())

    async def _recorded(self, entry: Installed, query: Query, question: Question, deadline: Deadline) -> Result:
        """A paid call is recorded before and after; what may be kept is kept before the call counts as ended."""
        if entry.manifest.cost.free:
            result = await self._call(entry, Asked(query=query, deadline=deadline))
            await self._keep(entry, query, question, result)
            return result
        call_id = await self._begin(entry, query, question)
        if isinstance(call_id, Result):
            return call_id
        asked = Asked(query=query, deadline=deadline)
        try:
            result = await self._call(entry, asked)
        except BaseException:  # being cancelled too
            if not asked.begun:  # nothing reached the vendor, so nothing stands against asking again
                await self._finish(entry, call_id, "not_made", 0)
            raise
        await self._keep(entry, query, question, result)
        outcome = result.answer.outcome.value if result.answer else str(result.skip)
        await self._finish(entry, call_id, outcome, result.cost_micros)
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
            reserve=Reserve(pots=pots, amount_micros=micros(cost.per_call), currency=cost.currency),
        )
        if isinstance(begun, Pot):
            return Result(skip=Skip.OVER_BUDGET, budget=begun.kind)
        return begun or Result(skip=Skip.ALREADY_CHARGED)

    async def _finish(self, entry: Installed, call_id: str, outcome: str, cost_micros: int) -> None:
        now, currency = self._tools.clock.now(), entry.manifest.cost.currency
        await self._tools.calls.finish(call_id, outcome=outcome, cost_micros=cost_micros, currency=currency, now=now)

    async def _keep(self, entry: Installed, query: Query, question: Question, result: Result) -> None:
        answer = result.answer
        period = None if answer is None else entry.manifest.kept_for(answer.outcome)
        if answer is None or period is None or not _is_about(question, query, answer):
            return
        personal = entry.manifest.subject == "person"
        if personal and question.subject_id is None:
            return  # nobody's erasure would reach it
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

    async def _call(self, entry: Installed, asked: Asked) -> Result:
        """One call, or a part in the call of a batch."""
        batch = entry.manifest.batch
        if batch is None:
            (result,) = await self._caller.call(entry, (asked,))
            return result
        name = f"{entry.scope} {entry.manifest.source} {entry.fingerprint}"
        if name not in self._gatherers:
            self._gatherers[name] = Gatherer(batch.max, partial(self._caller.call, entry), self._tools.sleep)
        return await self._gatherers[name].ask(asked)


def _is_about(question: Question, query: Query, answer: Answer) -> bool:
    """Whether an answer is about the company that was asked about; another one's is never kept for it."""
    return identify(question.company, tuple(query), answer.observations).accepted
