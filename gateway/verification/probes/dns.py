"""Who takes mail for a domain: MX, implicit MX or none, with a cache and a check of the resolver's honesty."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Final

from gateway.verification.addresses import Address, is_public
from gateway.verification.answers import DomainMail, MailOutcome, MxHost
from gateway.verification.domains import SPECIAL_USE
from gateway.verification.drafts import draft_of
from gateway.verification.probes.cache import USUAL, AnswerCache, CacheOptions
from gateway.verification.probes.client import DnsClient, DnsOptions, DnsStatus, MxRow
from gateway.verification.probes.controls import Controls, Trust
from gateway.verification.probes.lookups import Deadlines, LookUp
from gateway.verification.spf_record import rejects_all as spf_rejects_all

_TRANSIENT: Final[Mapping[DnsStatus, MailOutcome]] = MappingProxyType(
    {
        DnsStatus.TIMEOUT: MailOutcome.TIMEOUT,
        DnsStatus.SERVFAIL: MailOutcome.SERVFAIL,
        DnsStatus.REFUSED: MailOutcome.REFUSED,
        DnsStatus.UNREACHABLE: MailOutcome.UNREACHABLE,
        DnsStatus.MALFORMED: MailOutcome.MALFORMED,
    }
)
_MOST_HOSTS: Final = 32
"""Mail exchangers of a domain that are kept, the preferred ones; RFC 5321 section 5.1 lets a client limit them."""
_MOST_LETTERS: Final = 253
_HOST_NAME: Final = re.compile(r"(?:[a-z0-9_-]{1,63}+\.)++[a-z0-9-]{1,63}")
"""Two labels at least, of letters, digits, hyphens and the underscore that some hosts have."""
_HostDraft: Final = draft_of(MxHost)
_MailDraft: Final = draft_of(DomainMail)
_NEGATIVE: Final = frozenset(
    {MailOutcome.NXDOMAIN, MailOutcome.NODATA, MailOutcome.NOT_PUBLIC, MailOutcome.IMPLICIT_MX}
)
"""Outcomes that rest on the resolver denying something: an implicit MX on its denial of the MX."""


class MailResolver:
    """Answers who takes mail for a domain; nothing it meets outside raises, every failure is an outcome.

    Times are given by the caller. `accept` says which addresses count for an implicit MX.
    """

    def __init__(
        self,
        client: DnsClient,
        controls: Controls,
        *,
        deadline: float = 5.0,
        cache: CacheOptions = USUAL,
        accept: Callable[[Address], bool] = is_public,
    ) -> None:
        self._client = client
        self._controls = controls
        self._options = cache
        self._accept = accept
        self._cache: AnswerCache[DomainMail] = AnswerCache(cache.size)
        self._under_way: dict[str, LookUp] = {}
        self._deadlines = Deadlines(deadline, self._give_up)
        self._acted_on: Trust | None = None
        self._honest_since: datetime | None = None
        self._lied = False

    @classmethod
    def over(cls, options: DnsOptions, *, controls: tuple[str, ...]) -> "MailResolver":
        """Build a resolver with its client and control names from one set of options."""
        return cls(DnsClient(options), Controls(options, names=controls), deadline=options.deadline)

    @property
    def trust(self) -> Trust | None:
        """What the last check of the control names showed; None before the first."""
        return self._controls.last

    async def check_controls(self, now: datetime) -> Trust:
        """Check the control names now, for the start and for readiness; negatives learnt from a liar go."""
        return self._after(await self._controls.check(now))

    async def mail(self, domain: str, *, now: datetime) -> DomainMail:
        """Look up who takes mail for `domain` (A-label form): from the cache, from a look-up under way, or anew."""
        kept = self._cache.get(domain, now)
        if kept is not None:
            return kept if kept.outcome not in _NEGATIVE else await self._believed(kept, now)
        look_up = self._under_way.get(domain)
        if look_up is None:
            if self._lied and self._controls.stale(now):
                self._forget_lies()  # or c-ares would repeat from its cache what is about to be believed again
            look_up = self._begin(domain, now)
        return await look_up.join()

    async def close(self) -> None:
        """Close the DNS channel; what is under way ends as unreachable."""
        tasks = [each.task for each in self._under_way.values() if each.task is not None]
        for look_up in tuple(self._under_way.values()):
            self._end(look_up, DomainMail(domain=look_up.domain, outcome=MailOutcome.UNREACHABLE))
        self._deadlines.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

    def _begin(self, domain: str, now: datetime) -> LookUp:
        """Start a look-up that belongs to no caller: whoever leaves takes nobody along."""
        look_up = LookUp(domain, now)
        # Nearly every domain has an MX: that one question needs no task, only these two callbacks.
        self._client.start_mx(domain, partial(self._on_mx, look_up))
        self._under_way[domain] = look_up
        self._deadlines.add(look_up)
        return look_up

    def _on_mx(self, look_up: LookUp, status: DnsStatus, records: list[MxRow]) -> None:
        if not look_up.bounded:  # given up
            return
        if status is DnsStatus.OK:
            self._settle(look_up, self._of_mx(look_up.domain, records))
        else:
            look_up.task = asyncio.get_running_loop().create_task(self._go_on(look_up, status))
            look_up.task.add_done_callback(partial(self._on_task_done, look_up))

    async def _go_on(self, look_up: LookUp, status: DnsStatus) -> None:
        """Ask what is left to ask when there is no MX, within the deadline; then whether a denial is believed."""
        found = await self._without_mx(look_up, status)
        look_up.bounded = False
        if found.outcome in _NEGATIVE:
            found = await self._believed(found, look_up.now)
        self._settle(look_up, found)

    def _on_task_done(self, look_up: LookUp, task: asyncio.Task[None]) -> None:
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._under_way.pop(look_up.domain, None)
            look_up.fail(fault)

    def _give_up(self, look_up: LookUp) -> None:
        self._end(look_up, DomainMail(domain=look_up.domain, outcome=MailOutcome.TIMEOUT))

    def _end(self, look_up: LookUp, found: DomainMail) -> None:
        if look_up.task is not None:
            look_up.task.cancel()
        self._settle(look_up, found)

    def _settle(self, look_up: LookUp, found: DomainMail) -> None:
        del self._under_way[look_up.domain]
        if found.ttl:  # else nothing is known: a transient failure
            self._cache.put(look_up.domain, found, found.ttl, look_up.now)
        look_up.settle(found)

    async def _without_mx(self, look_up: LookUp, status: DnsStatus) -> DomainMail:
        domain = look_up.domain
        if status is DnsStatus.MALFORMED:
            answer = await self._client.ask_alone(domain, "MX")
            status = answer.status
            if status is DnsStatus.OK:
                return self._of_mx(domain, [(each.preference, each.value, each.ttl) for each in answer.records])
        if status is DnsStatus.NXDOMAIN:
            return DomainMail(domain=domain, outcome=MailOutcome.NXDOMAIN, ttl=self._options.negative)
        if status is DnsStatus.NODATA:
            return await self._ask_addresses(look_up)
        return DomainMail(domain=domain, outcome=_TRANSIENT[status])

    async def _ask_addresses(self, look_up: LookUp) -> DomainMail:
        """RFC 5321 section 5.1: without an MX the domain is its own mail server, if it has an address."""
        domain, seen = look_up.domain, False
        for rtype in ("A", "AAAA"):
            answer = await self._client.ask(domain, rtype)
            if answer.status in _TRANSIENT:
                return DomainMail(domain=domain, outcome=_TRANSIENT[answer.status])
            seen = seen or bool(answer.records)
            if any(self._accept(ip_address(each.value)) for each in answer.records):
                rejects = await self._spf_rejects_all(look_up)
                # Of a hint that could not be had, the domain is asked again soon.
                options = self._options
                ttl = options.floor if rejects is None else options.ttl(each.ttl for each in answer.records)
                hosts = (MxHost(preference=0, host=domain),)
                return DomainMail(
                    domain=domain, outcome=MailOutcome.IMPLICIT_MX, mx=hosts, spf_reject_all=rejects, ttl=ttl
                )
        outcome = MailOutcome.NOT_PUBLIC if seen else MailOutcome.NODATA
        return DomainMail(domain=domain, outcome=outcome, ttl=self._options.negative)

    async def _spf_rejects_all(self, look_up: LookUp) -> bool | None:
        """A hint, no proof: a domain that never sends (RFC 7208) hardly ever receives; None if it cannot be told.

        It takes what is left of the deadline, which then no longer ends the look-up: who takes mail is known.
        """
        look_up.bounded = False
        try:
            async with asyncio.timeout_at(look_up.ends):
                answer = await self._client.ask(look_up.domain, "TXT")
        except TimeoutError:
            return None
        return None if answer.status in _TRANSIENT else spf_rejects_all(each.value for each in answer.records)

    async def _believed(self, answer: DomainMail, now: datetime) -> DomainMail:
        trust = self._after(await self._controls.trust(now))
        # What was asked before the first honest check may have been told by the liar.
        believed = trust.honest and (self._honest_since is None or now >= self._honest_since)
        return answer if believed else DomainMail(domain=answer.domain, outcome=MailOutcome.UNTRUSTED)

    def _after(self, trust: Trust) -> Trust:
        """Act on a check, once: caught lying, a resolver may have lied since the last one, and until the next."""
        if trust is self._acted_on:
            return trust
        recovered = trust.honest and self._acted_on is not None and not self._acted_on.honest
        self._acted_on = trust
        if recovered:
            self._honest_since = trust.checked_at
        if recovered or not trust.honest:
            self._forget_lies()
        self._lied = not trust.honest
        return trust

    def _forget_lies(self) -> None:
        """Forget every denial, also those that c-ares keeps."""
        self._lied = False
        self._cache.forget(lambda answer: answer.outcome in _NEGATIVE)
        self._client.renew()

    def _of_mx(self, domain: str, records: list[MxRow]) -> DomainMail:
        # Written without generators and names: it runs once per domain, beside little else.
        ttl = self._options.ttl([record[2] for record in records])
        records.sort()
        hosts = tuple([_host(first, host) for first, host, _ in records[:_MOST_HOSTS] if host])
        if not hosts:
            # Only the root as a host: RFC 7505.
            return DomainMail(domain=domain, outcome=MailOutcome.NULL_MX, ttl=ttl)
        for each in hosts:
            if _usable(each.host):
                return _with_hosts(domain, hosts, ttl)
        return DomainMail(domain=domain, outcome=MailOutcome.MX_UNUSABLE, mx=hosts, ttl=ttl)


def _host(preference: int, name: str) -> MxHost:
    made: Any = _HostDraft()
    made.preference = preference
    made.host = name
    made.__class__ = MxHost
    return made  # type: ignore[no-any-return]  # a draft until the line above


def _with_hosts(domain: str, hosts: tuple[MxHost, ...], ttl: float) -> DomainMail:
    made: Any = _MailDraft()
    made.domain = domain
    made.outcome = MailOutcome.MX
    made.mx = hosts
    made.spf_reject_all = None
    made.ttl = ttl
    made.__class__ = DomainMail
    return made  # type: ignore[no-any-return]  # as above


def _usable(host: str) -> bool:
    """Whether the name can be a mail server's: RFC 5321 section 5.1 wants a domain name, never an address."""
    if len(host) > _MOST_LETTERS or _HOST_NAME.fullmatch(host) is None:
        return False
    last = host[host.rfind(".") + 1 :]
    return not last.isdigit() and last not in SPECIAL_USE
