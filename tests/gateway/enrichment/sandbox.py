"""The whole way over sockets: an engine with chosen connectors, the real client and the sandbox's vendors."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, cast

from connectors.discovery import discover
from connectors.kit import Answer, Context, NoSite, OwnSite, Query, VendorHttp
from connectors.kit.contract import BatchConnector, ask_many
from connectors.kit.fakes import ZoneDns
from gateway import http
from gateway.enrichment import ClientHttp, Engine, Enriched, MemoryWindows, Plan, Question, install
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.sandbox.vendors import Vendors
from tests.support.enrichment import MemoryCache, MemoryCalls, MemoryQuotas

OWN: Final = "companies.operator.example"
"""A host of the operator's own."""

Sections = Mapping[str, Mapping[str, object]]


class WallClock:
    """The time on the wall."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)


async def real_sleep(seconds: float) -> None:
    """Waits."""
    await asyncio.sleep(seconds)


@asynccontextmanager
async def engine(vendors: Vendors, sections: Sections, *, seconds: float = 10.0) -> AsyncIterator[Engine]:
    """An engine with the connectors that have a section, mapped to the sandbox."""
    found = {name: plugin for name, plugin in discover().items() if name in sections}
    ready = install(found, sections)
    hosts = {host for entry in ready.values() for host in (*entry.manifest.hosts, *entry.hosts)}
    async with http.HttpClient(addresses={(host, 443): vendors.address for host in hosts}) as client:
        clock = WallClock()
        tools = Tools(
            http=ClientHttp(client=client, clock=clock),
            dns=ZoneDns(),
            windows=MemoryWindows(MemoryQuotas()),
            cache=MemoryCache(),
            calls=MemoryCalls(),
            clock=clock,
            sleep=real_sleep,
            random=Random(1),  # noqa: S311 - jitter
            index_key=b"k" * 32,
        )
        stages = Plan.order(ready, (), frozenset(found))
        yield Engine(plan=Plan(stages=stages, seconds=seconds, budget_micros=1_000_000_000), tools=tools)


async def asked(
    vendors: Vendors, sections: Sections, facts: Mapping[str, str], *, seconds: float = 10.0, personal: bool = False
) -> Enriched:
    """One question, about a company or, where `personal`, about a person."""
    async with engine(vendors, sections, seconds=seconds) as made:
        return await made.enrich(Question(lead_id="ld_1", facts=facts, subject_id="sb_1", personal_allowed=personal))


async def asked_together(
    vendors: Vendors, name: str, section: Mapping[str, object], several: Sequence[Mapping[str, str]]
) -> Sequence[Answer]:
    """Several questions to one connector in one call, as its batch says."""
    entry = install({name: discover()[name]}, {name: section})[name]
    clock = WallClock()
    deadline = ClockDeadline(clock=clock, ends=clock.now() + timedelta(seconds=10))
    addresses = {(host, 443): vendors.address for host in (*entry.manifest.hosts, *entry.hosts)}
    async with http.HttpClient(addresses=addresses) as client:
        bound = VendorHttp(
            manifest=entry.manifest,
            http=ClientHttp(client=client, clock=clock),
            secrets=entry.secrets,
            deadline=deadline,
            hosts=entry.hosts,
        )
        queries = [Query.project(entry.manifest, facts) for facts in several]
        site = OwnSite(manifest=entry.manifest, query=queries[0], site=NoSite(), deadline=deadline)
        context = Context(now=clock.now(), http=bound, dns=ZoneDns(), site=site, deadline=deadline)
        return await ask_many(cast("BatchConnector", entry.connector), queries, context)
