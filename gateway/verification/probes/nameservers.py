"""Who serves a domain, asked of DNS and kept as mail answers are."""

from collections import OrderedDict
from datetime import datetime
from typing import Final, Protocol

from gateway.verification.company.claims import NameServers
from gateway.verification.probes.client import DnsAnswer, DnsStatus
from gateway.verification.probes.dns import CacheOptions

_ENDED: Final = frozenset({DnsStatus.OK, DnsStatus.NXDOMAIN, DnsStatus.NODATA})
_UNENDED: Final = NameServers(ended=False)
_AS_MAIL: Final = CacheOptions()


class DnsSource(Protocol):
    """Asks DNS one question within its deadline; `DnsClient` does."""

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        """Ask for the records of one type; a failure is a status, never an exception."""


class NameServerResolver:
    """Answers who serves a domain. A denial names nobody and proves nothing; a failure is never kept."""

    def __init__(self, client: DnsSource, *, cache: CacheOptions = _AS_MAIL) -> None:
        self._client = client
        self._options = cache
        self._cache: OrderedDict[str, tuple[float, NameServers]] = OrderedDict()

    async def names(self, domain: str, *, now: datetime) -> NameServers:
        """Look up the name servers of a registered domain in A-label form, from the cache or anew."""
        kept = self._cache.get(domain)
        if kept is not None and kept[0] > now.timestamp():
            self._cache.move_to_end(domain)
            return kept[1]
        answer = await self._client.query(domain, "NS")
        if answer.status not in _ENDED:
            return _UNENDED
        found = NameServers(hosts=tuple(sorted(record.value for record in answer.records)))
        shortest = min((record.ttl for record in answer.records), default=self._options.negative)
        life = min(max(shortest, self._options.floor), self._options.ceiling)
        self._cache[domain] = (now.timestamp() + life, found)
        self._cache.move_to_end(domain)
        if len(self._cache) > self._options.size:
            self._cache.popitem(last=False)
        return found
