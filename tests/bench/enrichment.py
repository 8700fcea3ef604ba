"""The enrichment rows: companies asked about at one vendor, one by one and in its batches, beside bare httpx calls."""

import asyncio
import secrets
import time
from base64 import b64encode
from collections.abc import Sequence
from random import Random
from statistics import median
from typing import Any, Final

import httpx

from connectors.kit.fakes import ZoneDns
from gateway import http, longrun
from gateway.enrichment import ClientHttp, Engine, MemoryWindows, Plan, Question, install
from gateway.enrichment.alone import OwnAnswers, OwnCalls
from gateway.enrichment.tools import Tools
from gateway.sandbox.vendors import KEY
from tests.bench.outside import DOMAINS, outside
from tests.bench.table import Row
from tests.gateway.enrichment.sandbox import WallClock, real_sleep
from tests.support.connectors import unlimited
from tests.support.enrichment import MemoryQuotas

AT_ONCE: Final = 64
"""Leads in flight, and bare calls."""
BUDGET_RATE: Final = 500.0
"""Leads per second: twice what the whole journey has to do (design, Speed)."""
FLOOR: Final = 0.5
"""Of the bare calls: reading the record, provenance, windows, breaker, budgets and the record of what is paid."""
_VENDOR: Final = "people_data_labs"
_MATCHES: Final = {_VENDOR: "match"}


def measure(*, rounds: int) -> list[Row]:
    """Ask about every company once per round, in three ways, against the same vendor in a process of its own."""
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    with outside(secret) as world:
        seen = [longrun.run(_round(world.vendor)) for _ in range(rounds)]
    bare = median(rates[0] for rates in seen)
    return [
        Row(
            what=f"enrichment at one vendor, {how}",
            beside=f"as many bare httpx calls and nothing else ({bare:,.0f}/s)",
            seen=f"{median(rates[at] for rates in seen):,.0f} leads/s",
            ratio=median(rates[at] / rates[0] for rates in seen),
            floor=FLOOR,
            figure=median(rates[at] for rates in seen),
            budget=BUDGET_RATE,
        )
        for at, how in ((1, "one by one"), (2, "in its batches"))
    ]


async def _round(vendor: tuple[str, int]) -> tuple[float, float, float]:
    bare = await _bare(vendor)
    return bare, await _enriched(vendor, batch=False), await _enriched(vendor, batch=True)


async def _bare(vendor: tuple[str, int]) -> float:
    """The calls by themselves, each reply read as JSON; per second."""
    host, port = vendor
    room = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(timeout=10, headers={"X-Api-Key": KEY}) as client:

        async def one(domain: str) -> None:
            async with room:
                url = f"http://{host}:{port}/v5/company/enrich"
                (await client.get(url, params={"website": domain})).raise_for_status().json()

        return await _rate(list(map(one, DOMAINS)))


async def _enriched(vendor: tuple[str, int], *, batch: bool) -> float:
    """The same companies through the engine, nothing known beforehand; leads per second.

    Raises:
        RuntimeError: not every lead was a match, or something else was measured.
    """
    plugin = unlimited(_VENDOR, at_once=AT_ONCE, **({} if batch else {"batch": None}))
    (entry,) = install({_VENDOR: plugin}, {_VENDOR: {"api_key": KEY}}).values()
    async with http.HttpClient(addresses={(host, 443): vendor for host in entry.manifest.hosts}) as client:
        clock = WallClock()
        tools = Tools(
            http=ClientHttp(client=client, clock=clock),
            dns=ZoneDns(),
            windows=MemoryWindows(MemoryQuotas()),
            cache=OwnAnswers(),
            calls=OwnCalls(),
            clock=clock,
            sleep=real_sleep,
            random=Random(1),  # noqa: S311 - jitter
            index_key=bytes(32),
        )
        engine = Engine(plan=Plan(stages=((entry,),), seconds=30.0, budget_micros=10_000_000), tools=tools)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(domain: str) -> None:
            async with room:
                found = await engine.enrich(Question(lead_id=f"ld_{domain}", facts={"company.domain": domain}))
            if found.marks != _MATCHES:
                raise RuntimeError(f"the vendor's answer was {dict(found.marks)}")

        return await _rate(list(map(one, DOMAINS)))


async def _rate(work: Sequence[Any]) -> float:
    longrun.settle()
    begun = time.perf_counter()
    await asyncio.gather(*work)
    return len(work) / (time.perf_counter() - begun)
