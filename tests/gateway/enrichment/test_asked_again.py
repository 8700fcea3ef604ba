"""A vendor that could not answer is asked again later, by itself, and whoever has the lead hears what it says."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from connectors.kit import Answer, Context, LookupOutcome, Manifest, Observer, Plain, Query
from gateway import looking_up
from gateway.desk.office import LOCAL
from gateway.sandbox.vendors import Scripted, Vendors, Vies
from tests.chaos.world import World, running
from tests.gateway.enrichment.doubles import manifest
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

NAME: Final = "busyvendor"
WAIT: Final = timedelta(seconds=6)
"""Longer than anybody sleeps for, so that a job is put off."""
OPEN: Final = {"purposes": ["inquiry_response", "marketing", "enrichment"], "redistribution": True}


class BusyVendor:
    """A vendor that has too much to do at first, and knows the trade of every employer afterwards."""

    manifest: ClassVar[Manifest] = manifest(NAME, compliance=manifest("x").compliance.model_dump() | OPEN)
    asked: ClassVar[list[str]] = []

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Answer:
        """Answer at once: what goes over the wire is not what is tried here."""
        self.asked.append(query["company.domain"])
        if len(self.asked) == 1:
            return Answer(outcome=LookupOutcome.THROTTLED, reason="status_429", retry_at=context.now + WAIT)
        observer = Observer(self.manifest, now=context.now)
        observer.see("company.industry", "bridges", method="vendor")
        return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())


@pytest.fixture
def _busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a vendor that nobody has asked, and ask again soon."""
    monkeypatch.setattr(BusyVendor, "asked", [])
    monkeypatch.setattr(looking_up, "AGAIN_AFTER", timedelta(seconds=1))


async def marks(world: World, lead_id: str) -> Mapping[str, str]:
    """How the connectors ended."""
    return (await world.gateway.desks.leads.get(LOCAL, lead_id)).enrichment


@pytest.mark.usefixtures("_busy")
async def test_a_throttled_vendor_is_asked_again_when_it_said(store: Store, tmp_path: Path) -> None:
    """The lead is released at once; six seconds later the vendor answers, and the destination is told."""
    stages = {"stages": [[NAME], ["dns_footprint"]]}
    async with running(store, tmp_path, plugins={NAME: BusyVendor}, enrichment=stages) as world:
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        assert (await marks(world, lead.id))[NAME] == "throttled"
        assert len(BusyVendor.asked) == 1

        async def read() -> Mapping[str, Any]:
            return await marks(world, lead.id)

        await eventually(read, lambda told: told[NAME] == "match")
        shown = await world.gateway.desks.leads.get(LOCAL, lead.id)
        assert [sorted(each.id for each in lookup.asked) for lookup in shown.lookups] == [
            [NAME, "dns_footprint"],
            [NAME],
        ], "only the one that could say more was asked"
        *_, told = await world.hears("lead.updated", lead.id)
        assert told["data"]["company"]["industry"] == "bridges"
        assert BusyVendor.asked == ["acme.example"] * 2


NUMBER: Final = "FR60815004395"
TOLD: Final = {"valid": True, "vatNumber": NUMBER[2:], "name": "SAS ATELIER LUMIERE", "address": "75008 PARIS"}
SLOW: Final = Scripted(body=TOLD, wait=1.5)
"""What takes three times as long as a lead has, and much less than the register's time-out."""


async def test_a_slow_register_is_asked_again_with_patience(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lead goes on when its time is up; asked again, the register has the time that it needs, and says it."""
    monkeypatch.setattr(looking_up, "AGAIN_AFTER", timedelta(seconds=0.5))
    async with (
        Vendors(Vies(script={NUMBER: (SLOW,)})) as vendors,
        running(
            store,
            tmp_path,
            addresses={("ec.europa.eu", 443): vendors.address},
            enrichment={"stages": [["vies"]], "deadline_seconds": 0.5},
            connectors={"vies": {}},
        ) as world,
    ):
        lead = await world.post("ada@acme.example", company={"vat_id": NUMBER}, person={"country": "FR"})
        await world.rests(lead.id, "released")
        assert (await marks(world, lead.id))["vies"] == "timeout"
        await eventually(lambda: marks(world, lead.id), lambda told: told["vies"] == "match")
        shown = await world.gateway.desks.leads.get(LOCAL, lead.id)
        assert [each.marks for each in shown.lookups] == [{"vies": "timeout"}, {"vies": "match"}]
        *_, told = await world.hears("lead.updated", lead.id)
        assert told["data"]["company"]["legal_name"] == "SAS ATELIER LUMIERE"
