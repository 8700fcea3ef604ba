"""A connector that is asked about people: what holds it back, and that each hold ends by the call that it names."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from connectors.kit import Answer, Context, LookupOutcome, Manifest, Observer, Plain, Query
from gateway.desk.office import LOCAL
from tests.chaos.world import World, add_destination, running
from tests.gateway.enrichment.doubles import manifest
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

NAME: Final = "peoplefinder"
ABROAD: Final = manifest("x").compliance.model_dump() | {
    "country": "US",
    "transfer": ["dpf", "scc"],
    "purposes": ["inquiry_response", "enrichment"],
}


class PeopleFinder:
    """A vendor in the United States that is asked with a person's address, and knows the trade of every employer."""

    manifest: ClassVar[Manifest] = manifest(
        NAME, subject="person", requires=[["person.email"]], sends=["person.email"], compliance=ABROAD
    )
    asked: ClassVar[list[str]] = []

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Answer:
        """Answer at once: what goes over the wire is not what is tried here."""
        self.asked.append(query["person.email"])
        observer = Observer(self.manifest, now=context.now)
        observer.see("company.industry", "bridges", method="vendor")
        return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())


INSTALLED: Final = {NAME: PeopleFinder}
DECLARED: Final = {NAME: {"transfer": "scc"}}


@pytest.fixture
def _unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a vendor that nobody has asked."""
    monkeypatch.setattr(PeopleFinder, "asked", [])


async def look_up(world: World, lead_id: str) -> Mapping[str, Any]:
    """What is decided on looking the person up."""
    items = await world.gateway.desks.leads.explain(LOCAL, lead_id)
    return next(each for each in items if each["recipient"] == "enrichment")


async def held_for(world: World, lead_id: str, reason: str) -> None:
    """Wait until the look-up is decided with a reason."""

    async def read() -> Mapping[str, Any]:
        return await look_up(world, lead_id)

    await eventually(read, lambda told: told["reason"] == reason)


@pytest.mark.usefixtures("_unasked")
async def test_each_hold_on_looking_a_person_up_ends_by_its_call(store: Store, tmp_path: Path) -> None:
    """The transfer tool is the operator's to declare, the assessment the privacy officer's: then it is asked."""
    async with running(store, tmp_path, plugins=INSTALLED, connectors={NAME: {}}) as world:
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        waits = await look_up(world, lead.id)
        assert (waits["outcome"], waits["reason"]) == ("HOLD", "transfer_unclear")
        assert waits["way_out"] == {"call": "POST /v1/leads/{id}/holds/transfer_unclear:resolve", "needs": []}
        assert (await world.gateway.desks.leads.get(LOCAL, lead.id)).enrichment[NAME] == "not_allowed"
    async with running(store, tmp_path, furnished=False, plugins=INSTALLED, connectors=DECLARED) as world:
        world.personal.add("ada@acme.example")
        await add_destination(world.gateway, world.inbox.url)
        desk = world.gateway.desks.leads
        await desk.resolve(LOCAL, lead.id, "transfer_unclear", {}, "clauses signed, C-2026-4")
        await held_for(world, lead.id, "assessment_missing")
        assert PeopleFinder.asked == []
        known = {"lia_id": "lia-7", "lia_valid_until": (world.clock.now() + timedelta(days=365)).isoformat()}
        await desk.resolve(LOCAL, lead.id, "assessment_missing", known, "assessed by the privacy officer")
        await held_for(world, lead.id, "allowed")
        assert PeopleFinder.asked == ["ada@acme.example"]
        shown = await desk.get(LOCAL, lead.id)
        assert shown.enrichment[NAME] == "match"
        assert "company.industry" in {each.field for each in shown.observations}
        *_, told = await world.hears("lead.updated", lead.id)
        assert told["data"]["company"]["industry"] == "bridges"


@pytest.mark.usefixtures("_unasked")
async def test_consent_lets_a_person_be_looked_up_too(store: Store, tmp_path: Path) -> None:
    """Whoever agrees to it later is looked up then."""
    async with running(store, tmp_path, plugins=INSTALLED, connectors=DECLARED) as world:
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        waits = await look_up(world, lead.id)
        assert waits["reason"] == "assessment_missing"
        assert [way["call"] for way in waits["other_ways"]] == ["POST /v1/consents"]
        await world.agrees(lead)
        await held_for(world, lead.id, "allowed")
        assert PeopleFinder.asked == ["ada@acme.example"]


async def test_looking_a_company_up_asks_for_nothing(store: Store, tmp_path: Path) -> None:
    """Where no connector is asked about people, nothing of the person is shown and nothing waits."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        told = await look_up(world, lead.id)
        assert (told["outcome"], told["rule"]) == ("ALLOW", "BASE-enrichment-company")
