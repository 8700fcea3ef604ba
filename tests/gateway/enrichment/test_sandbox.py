"""The whole way over sockets: engine, connector, client and the sandbox's vendor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest

from connectors.discovery import discover
from connectors.kit.fakes import ZoneDns
from gateway import http
from gateway.enrichment import (
    ClientHttp,
    Engine,
    Enriched,
    MemoryWindows,
    Plan,
    Question,
    install,
)
from gateway.enrichment.asker import Tools
from gateway.sandbox.vendors import ACME, KEY, NOT_FOUND, Scripted, Vendors
from tests.support.enrichment import MemoryCache, MemoryCalls, MemoryQuotas

pytestmark = pytest.mark.integration


class WallClock:
    """The time on the wall."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)


async def real_sleep(seconds: float) -> None:
    """Waits."""
    await asyncio.sleep(seconds)


@asynccontextmanager
async def engine(vendors: Vendors, *, key: str = KEY, seconds: float = 10.0) -> AsyncIterator[Engine]:
    """An engine with every connector that takes one `api_key`, mapped to the sandbox."""
    found = {
        name: plugin
        for name, plugin in discover().items()
        if [each for each, setting in plugin.manifest.spec.items() if setting.required] == ["api_key"]
    }
    ready = install(found, {name: {"api_key": key} for name in found})
    hosts = [host for entry in ready.values() for host in entry.manifest.hosts]
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
        yield Engine(plan=Plan(stages=Plan.order(ready, (), frozenset(found)), seconds=seconds), tools=tools)


async def asked(vendors: Vendors, domain: str, *, key: str = KEY, seconds: float = 10.0) -> Enriched:
    """One question about a domain."""
    async with engine(vendors, key=key, seconds=seconds) as made:
        return await made.enrich(Question(lead_id="ld_1", facts={"company.domain": domain}))


@pytest.mark.parametrize(
    ("domain", "outcome", "calls", "credits"),
    [
        ("acme.example", "match", 1, 1),
        ("nobody.example", "no_match", 1, 0),
        ("broke.example", "quota_exhausted", 1, 0),
        ("busy.example", "match", 2, 1),
        ("flaky.example", "match", 2, 1),
        ("down.example", "vendor_error", 3, 0),
        ("garbage.example", "vendor_error", 1, 0),
    ],
)
async def test_vendor_replies_become_outcomes(domain: str, outcome: str, calls: int, credits: int) -> None:  # noqa: A002 - what the vendor calls it
    """Each scripted company ends as it should, with as many calls as it takes and the vendor's own bill."""
    async with Vendors() as vendors:
        found = await asked(vendors, domain)
        assert list(found.marks.values()) == [outcome]
        assert (vendors.calls, vendors.credits_spent) == (calls, credits)


async def test_record_arrives_with_provenance() -> None:
    """The company's fields come back with source, confidence and terms, and only the domain was sent."""
    async with Vendors() as vendors:
        found = await asked(vendors, "acme.example")
        sent = vendors.queries[0]
    values = {seen.field: seen.value for seen in found.observations}
    assert values["company.name"] == "Acme Industries"
    assert "company.linkedin_url" not in values, "the vendor's placeholder is no value"
    assert {seen.confidence for seen in found.observations} == {0.9}
    assert all(seen.source and seen.licence and seen.purposes for seen in found.observations)
    assert sent["website"] == "acme.example"
    assert set(sent) == {"website", "min_likelihood", "data_include"}


async def test_wrong_key_is_told_apart() -> None:
    """A key that the vendor does not know ends as unauthorised, once."""
    async with Vendors() as vendors:
        found = await asked(vendors, "acme.example", key="another-key")
        assert (list(found.marks.values()), vendors.calls) == (["unauthorised"], 1)


async def test_slow_vendor_ends_at_the_deadline_and_counts_as_charged() -> None:
    """A paid call that was sent and not answered in time counts as spent and is not repeated."""
    async with Vendors() as vendors:
        found = await asked(vendors, "slow.example", seconds=1.0)
    assert (list(found.marks.values()), found.costs, len(vendors.queries)) == (["timeout"], {"USD": 10}, 1)


async def test_script_is_followed_in_order() -> None:
    """An own script gives each reply as often as it says, the last one for ever."""
    script = {"x.example": (Scripted(status=503, times=2), Scripted(body={**ACME, "website": "x.example"}), NOT_FOUND)}
    async with Vendors(script) as vendors:
        for outcome in ("match", "no_match", "no_match"):
            assert list((await asked(vendors, "x.example")).marks.values()) == [outcome]
        assert dict(vendors.statuses) == {503: 2, 200: 1, 404: 2}


async def test_a_record_of_another_company_is_no_match() -> None:
    """A vendor that answers with somebody else's record is told apart, and nothing of it is taken over."""
    async with Vendors({"x.example": (Scripted(body=ACME),)}) as vendors:
        found = await asked(vendors, "x.example")
    assert (list(found.marks.values()), found.observations) == (["mismatch"], ())
    assert [each.why for each in found.rejected] == ["other_domain"]
    assert "company.name" in {each.field for each in found.rejected[0].observations}
