"""Who serves a domain, asked of DNS and kept as mail answers are."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from gateway.verification.company.claims import NameServers
from gateway.verification.probes.cache import USUAL, AnswerCache, CacheOptions
from gateway.verification.probes.client import DnsAnswer

_UNENDED: Final = NameServers(ended=False)


class DnsSource(Protocol):
    """Asks DNS one question within its deadline; `DnsClient` does."""

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        """Ask for the records of one type; a failure is a status, never an exception."""


class NameServerResolver:
    """Answers who serves a domain. A denial names nobody and proves nothing; a failure is never kept."""

    def __init__(self, client: DnsSource, *, cache: CacheOptions = USUAL) -> None:
        self._client = client
        self._options = cache
        self._cache: AnswerCache[NameServers] = AnswerCache(cache.size)
        self._under_way: dict[str, asyncio.Task[NameServers]] = {}

    async def names(self, domain: str, *, now: datetime) -> NameServers:
        """Look up the name servers of a registered domain in A-label form: kept, under way, or anew."""
        kept = self._cache.get(domain, now)
        if kept is not None:
            return kept
        task = self._under_way.get(domain)
        if task is None:
            task = self._under_way[domain] = asyncio.create_task(self._ask(domain, now))
            task.add_done_callback(partial(self._ended, domain))
        return await asyncio.shield(task)  # whoever leaves takes nobody along; its deadline ends it

    def _ended(self, domain: str, task: asyncio.Task[NameServers]) -> None:
        del self._under_way[domain]
        if not task.cancelled():
            task.exception()  # is everybody's who waits; where nobody does any more, it is nobody's

    async def _ask(self, domain: str, now: datetime) -> NameServers:
        answer = await self._client.query(domain, "NS")
        if not answer.status.answered:
            return _UNENDED
        found = NameServers(hosts=tuple(sorted(record.value for record in answer.records)))
        self._cache.put(domain, found, self._options.ttl(record.ttl for record in answer.records), now)
        return found
