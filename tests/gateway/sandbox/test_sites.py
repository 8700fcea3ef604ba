"""The sandbox's company sites: reached by the address map alone, and visited through the whole of enrichment."""

import contextlib
import random
from collections.abc import AsyncIterator

import pytest

from connectors.discovery import discover
from connectors.kit import LookupOutcome, Reply, Request
from connectors.kit.fakes import ZoneDns
from gateway.enrichment import Engine, Enriched, LeadSite, MemoryWindows, Plan, Question, install
from gateway.enrichment.retry import RetryPolicy
from gateway.enrichment.tools import Tools
from gateway.http import HttpClient
from gateway.sandbox.sites import Host, Served, Sites, load_sites
from tests.gateway.enrichment.doubles import Time
from tests.gateway.http.servers import Names
from tests.support.enrichment import MemoryCache, MemoryCalls, MemoryQuotas

pytestmark = pytest.mark.integration


@contextlib.asynccontextmanager
async def visiting(sites: Sites, *, seconds: float = 10.0) -> AsyncIterator[Engine]:
    """An engine with the website connector, whose outside are the sandbox's sites."""
    clock = Time()
    async with sites, HttpClient(addresses=sites.addresses, resolver=Names({})) as client:
        website = install(discover(), {})["website"]
        tools = Tools(
            http=Nobody(),
            dns=ZoneDns(),
            site=LeadSite(client=client, clock=clock),
            windows=MemoryWindows(MemoryQuotas()),
            cache=MemoryCache(),
            calls=MemoryCalls(),
            clock=clock,
            sleep=clock.sleep,
            random=random.Random(7),  # noqa: S311 - jitter, and the same in every run
            index_key=b"k" * 32,
            retry=RetryPolicy(attempts=1),
        )
        yield Engine(plan=Plan(stages=((website,),), seconds=seconds), tools=tools)


class Nobody:
    """A vendors' transport that nobody may use here."""

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        raise AssertionError("a site was asked like a vendor")


async def ask(engine: Engine, domain: str) -> Enriched:
    """Asks about the company of a domain."""
    return await engine.enrich(Question(lead_id="ld_1", facts={"company.domain": domain}))


@pytest.mark.parametrize(
    ("domain", "outcome", "reason"),
    [
        ("acme.example", LookupOutcome.MATCH, ""),
        ("nordwind-logistik.example", LookupOutcome.MATCH, ""),
        ("brightpath.example", LookupOutcome.MATCH, ""),
        ("atelier-lumiere.example", LookupOutcome.MATCH, ""),
        ("goldengate-robotics.example", LookupOutcome.MATCH, ""),
        ("huge.example", LookupOutcome.MATCH, ""),
        ("sold.example", LookupOutcome.MATCH, ""),
        ("empty.example", LookupOutcome.NO_MATCH, "nothing_said"),
        ("bomb.example", LookupOutcome.NO_MATCH, "nothing_said"),
        ("download.example", LookupOutcome.NO_MATCH, "nothing_said"),
        ("gone.example", LookupOutcome.NO_MATCH, "status_410"),
        ("lawyers.example", LookupOutcome.REFUSED, "status_451"),
        ("keepout.example", LookupOutcome.REFUSED, "robots"),
        ("norobots.example", LookupOutcome.REFUSED, "robots_unavailable"),
        ("loop.example", LookupOutcome.REFUSED, "too_many_redirects"),
        ("literal.example", LookupOutcome.REFUSED, "host_is_an_address"),
        ("downgrade.example", LookupOutcome.REFUSED, "redirect_to_http"),
        ("unknown.example", LookupOutcome.REFUSED, "host_is_local"),
        ("busy.example", LookupOutcome.THROTTLED, "status_429"),
        ("slow.example", LookupOutcome.TIMEOUT, "time_is_up"),
        ("drip.example", LookupOutcome.TIMEOUT, "time_is_up"),
        ("inside.example", LookupOutcome.REFUSED, "host_is_local"),  # its www, where a name out there is unreachable
        ("garbled.example", LookupOutcome.VENDOR_ERROR, "content_coding_unknown"),
        ("broken.example", LookupOutcome.VENDOR_ERROR, "RemoteProtocolError"),
    ],
)
async def test_what_comes_of_a_site(domain: str, outcome: LookupOutcome, reason: str) -> None:
    """Good, broken and hostile sites each have their outcome, and none of them ends anything else."""
    async with visiting(Sites(), seconds=1.0 if reason == "time_is_up" else 10.0) as engine:
        found = await ask(engine, domain)
    assert [(call.outcome, call.reason) for call in found.calls] == [(outcome, reason)]
    # A site that was sold leads to its buyer's, which speaks of another company.
    assert bool(found.observations) is (outcome.found and domain != "sold.example")


async def test_observations_of_a_visit_hold_the_company_and_nobody_else() -> None:
    """Through the whole of enrichment, what comes of a page that names people names none of them."""
    async with visiting(Sites()) as engine:
        found = await ask(engine, "acme.example")
    values = {seen.field: seen.value for seen in found.observations}
    assert (values["company.vat_id"], values["company.legal_name"]) == ("DE136695976", "Acme Industries GmbH")
    assert values["company.domain"] == "acme.example"
    assert {seen.connector for seen in found.observations} == {"website"}
    assert "beispiel" not in repr([seen.value for seen in found.observations]).lower()


async def test_slow_legal_page_loses_nothing_of_the_front_page() -> None:
    """What was read before the time was up is the answer, and it is partial."""
    front = Served(body='<meta property="og:site_name" content="Acme"><a href="/impressum">Impressum</a>')
    sites = Sites({"acme.example": Host(pages={"/": front, "/impressum": Served(wait=30)})})
    async with visiting(sites, seconds=1.0) as engine:
        found = await ask(engine, "acme.example")
    assert found.calls[0].outcome is LookupOutcome.PARTIAL
    assert ("company.name", "Acme") in [(seen.field, seen.value) for seen in found.observations]


async def test_addresses_lead_to_loopback_and_nowhere_else() -> None:
    """Both web ports of every host are mapped; a port that is not served leads to one where nobody listens."""
    async with Sites() as sites:
        assert {host for host, _ in sites.addresses} == set(load_sites())
        assert {port for _, port in sites.addresses} == {80, 443}
        assert {host for host, _ in sites.addresses.values()} == {"127.0.0.1"}
        assert sites.addresses["brightpath.example", 80] == sites.addresses["atelier-lumiere.example", 443]
    with pytest.raises(RuntimeError, match="not running"):
        Sites({}).addresses  # noqa: B018 - it raises
