"""The company check: asks lists, mail hosts and name servers as far as a domain could be taken, and has it judged."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

from gateway.verification.answers import DomainMail
from gateway.verification.company.claims import Claims, Looked, NameServers
from gateway.verification.company.judge import domains_to_ask, hosts_to_list, judge_company, mail_to_ask
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.probes.together import together
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
        hosts = [hosts_to_list(each) for each in claims]
        lists = {host: self._lists.hits(host) for host in dict.fromkeys(chain.from_iterable(hosts))}
        wanted = [domains_to_ask(each, lists) if level.rank >= Level.DNS.rank else () for each in claims]
        mails = [mail_to_ask(each, domains) for each, domains in zip(claims, wanted, strict=True)]
        names, mail = await self._look_up(chain.from_iterable(wanted), chain.from_iterable(mails), now)
        return [
            judge_company(
                each,
                # The rest of a batch is not a lead's evidence: one by one and together come to the same.
                Looked(
                    lists={host: lists[host] for host in listed},
                    names={domain: names[domain] for domain in domains},
                    mail={domain: mail[domain] for domain in asked},
                ),
                now=now,
            )
            for each, listed, domains, asked in zip(claims, hosts, wanted, mails, strict=True)
        ]

    async def _look_up(
        self, domains: Iterable[str], mails: Iterable[str], now: datetime
    ) -> tuple[dict[str, NameServers], dict[str, DomainMail]]:
        room = asyncio.Semaphore(self._concurrency)
        names: dict[str, NameServers] = {}
        mail: dict[str, DomainMail] = {}

        async def ask_names(domain: str) -> None:
            async with room:
                names[domain] = await self._names.names(domain, now=now)

        async def ask_mail(domain: str) -> None:
            async with room:
                mail[domain] = await self._mail.mail(domain, now=now)

        asked_names = [ask_names(domain) for domain in dict.fromkeys(domains)]
        await together([*asked_names, *(ask_mail(domain) for domain in dict.fromkeys(mails))])
        return names, mail
