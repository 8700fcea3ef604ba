"""Connectors that visit leads' sites: what one site does says nothing about the next one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from connectors.errors import CallError, TimedOut, Unreachable
from connectors.kit import Answer, Context, HeldSecrets, LookupOutcome, Manifest, Observer, Page, Plain, Query, classify
from connectors.kit.fakes import ScriptedSite, page
from gateway.enrichment import Engine, Enriched, Installed, Plan, Skip
from tests.gateway.enrichment.doubles import World, manifest, question

VISITS = {
    "hosts": [],
    "visits_site": True,
    "compliance": {
        "vendor": "the company's own site",
        "role": "public",
        "licence": "public-facts",
        "redistribution": True,
        "purposes": ["enrichment"],
        "art14_label": "the company's own site",
    },
}


class Visiting:
    """Takes the front page for the company's name."""

    manifest: ClassVar[Manifest] = manifest("visiting", **VISITS)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Answer:
        found = await context.site.fetch(f"https://{query['company.domain']}/")
        answer = classify(self.manifest, found.reply)
        if answer is not None:
            return answer
        observer = Observer(self.manifest, now=found.received_at)
        observer.see("company.name", found.body.decode(), method="page")
        return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())


class Town:
    """An engine with one visiting connector, and a site for every domain."""

    def __init__(self, pages: Mapping[str, Page | CallError]) -> None:
        self.site = ScriptedSite({f"https://{domain}/": step for domain, step in pages.items()})
        self.world = World(script={}, stages=[])
        entry = Installed(connector=Visiting({}), secrets=HeldSecrets({}))
        self.engine = Engine(plan=Plan(stages=((entry,),)), tools=replace(self.world.tools, site=self.site))

    async def ask(self, domain: str) -> Enriched:
        """Asks about one company."""
        return await self.engine.enrich(question(facts={"company.domain": domain}))


async def test_visit_reaches_the_site_and_is_kept() -> None:
    """The connector gets a site bound to the question; the answer is kept like any other."""
    town = Town({"acme.example": page(b"Acme")})
    first, second = await town.ask("acme.example"), await town.ask("acme.example")
    assert [seen.value for seen in first.observations] == ["Acme"]
    assert second.observations == first.observations
    assert town.site.fetched == ["https://acme.example/"]


async def test_dead_sites_open_no_breaker() -> None:
    """Any number of sites that cannot be reached leave the next one's visit as it is."""
    gone = {f"gone{number}.example": Unreachable("connection_failed") for number in range(20)}
    town = Town({**gone, "acme.example": page(b"Acme")})
    for domain in gone:
        found = await town.ask(domain)
        assert found.calls[0].outcome is LookupOutcome.UNREACHABLE
    assert [seen.value for seen in (await town.ask("acme.example")).observations] == ["Acme"]


async def test_site_that_wants_to_be_left_alone_speaks_for_itself() -> None:
    """A long Retry-After of one site holds up no visit to another."""
    busy = page(status=429, headers={"retry-after": "86400"})
    town = Town({"busy.example": busy, "acme.example": page(b"Acme")})
    first = await town.ask("busy.example")
    assert first.calls[0].outcome is LookupOutcome.THROTTLED
    assert first.retry_at == busy.received_at + timedelta(days=1)
    assert [seen.value for seen in (await town.ask("acme.example")).observations] == ["Acme"]


async def test_slow_site_is_visited_once() -> None:
    """A time-out of a site is not repeated, so that it does not take a lead's whole time; a lost connection is."""
    town = Town({"slow.example": TimedOut("time_is_up", sent=True), "gone.example": Unreachable("connection_failed")})
    slow, gone = await town.ask("slow.example"), await town.ask("gone.example")
    assert (slow.calls[0].outcome, slow.calls[0].attempts) == (LookupOutcome.TIMEOUT, 1)
    assert (gone.calls[0].outcome, gone.calls[0].attempts) == (LookupOutcome.UNREACHABLE, 3)


async def test_visits_keep_to_their_window() -> None:
    """Visits count in the connector's rate windows, and give their slots back."""
    tight = manifest("visiting", **VISITS, rate={"windows": [{"limit": 2, "per": 3600}], "concurrency": 1})
    town = Town({f"site{number}.example": page(b"Acme") for number in range(3)})

    class Tight(Visiting):
        manifest: ClassVar[Manifest] = tight

    entry = Installed(connector=Tight({}), secrets=HeldSecrets({}))
    town.engine = Engine(plan=Plan(stages=((entry,),)), tools=replace(town.world.tools, site=town.site))
    found = [await town.ask(f"site{number}.example") for number in range(3)]
    assert len(town.site.fetched) == 2
    assert [each.reason for each in found[-1].skipped] == [Skip.RATE_WINDOW]


async def test_without_a_site_nothing_is_visited() -> None:
    """Where no visitor is connected, a visit is refused."""
    town = Town({})
    entry = Installed(connector=Visiting({}), secrets=HeldSecrets({}))
    town.engine = Engine(plan=Plan(stages=((entry,),)), tools=town.world.tools)
    found = await town.ask("acme.example")
    assert (found.calls[0].outcome, found.calls[0].reason) == (LookupOutcome.REFUSED, "no_site_is_visited")
