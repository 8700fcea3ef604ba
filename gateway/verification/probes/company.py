"""The company check: asks lists, mail hosts and name servers as far as a domain could be taken, and has it judged."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from gateway.verification.company.claims import Claims, Looked, NameServers
from gateway.verification.company.judge import domains_to_ask, hosts_to_list, judge_company
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.probes.verify import ListSource, MailSource
from gateway.verification.reasons import Level


class NamesSource(Protocol):
    """Answers who serves a domain; `NameServerResolver` does."""

    async def names(self, domain: str, *, now: datetime) -> NameServers:
        """Look up a registered domain in A-label form; a failure is an answer that did not end."""


class CompanyVerifier:
    """Verdicts on companies. Lists are always asked, for they are at hand; DNS from level `dns` on.

    `concurrency` bounds the DNS look-ups of one batch.
    """

    def __init__(self, lists: ListSource, mail: MailSource, names: NamesSource, *, concurrency: int = 100) -> None:
        self._lists = lists
        self._mail = mail
        self._names = names
        self._concurrency = concurrency

    async def companies(
        self, claims: Sequence[Claims], *, level: Level = Level.DNS, now: datetime
    ) -> list[CompanyVerdict]:
        """Judge what leads say of their companies, in order; each domain is asked about once."""
        hosts = dict.fromkeys(host for each in claims for host in hosts_to_list(each))
        looked = Looked(lists={host: self._lists.hits(host) for host in hosts})
        if level.rank >= Level.DNS.rank:
            wanted = dict.fromkeys(name for each in claims for name in domains_to_ask(each, looked.lists))
            looked = await self._look_up(looked, wanted, now)
        return [judge_company(each, _about(each, looked), now=now) for each in claims]

    async def _look_up(self, looked: Looked, domains: Iterable[str], now: datetime) -> Looked:
        room = asyncio.Semaphore(self._concurrency)

        async def one(domain: str) -> None:
            async with room:
                names[domain] = await self._names.names(domain, now=now)
                mail[domain] = await self._mail.mail(domain, now=now)

        names: dict[str, NameServers] = {}
        mail = dict(looked.mail)
        async with asyncio.TaskGroup() as group:
            for domain in domains:
                group.create_task(one(domain))
        return Looked(lists=looked.lists, names=names, mail=mail)


def _about(claims: Claims, looked: Looked) -> Looked:
    """What was looked up of one lead's company alone: the rest of a batch is not its evidence."""
    hosts = [host for host in hosts_to_list(claims) if host in looked.lists]
    lists = {host: looked.lists[host] for host in hosts}
    domains = domains_to_ask(claims, looked.lists)
    return Looked(
        lists=lists,
        names={name: looked.names[name] for name in domains if name in looked.names},
        mail={name: looked.mail[name] for name in domains if name in looked.mail},
    )
