"""A destination that is back gets what came while it was disabled, on both stores; the other one has it once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from gateway.desk import missed
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.sandbox.inbox import ERROR, GONE, OK, Inbox
from tests.chaos.world import SECRET, World, add_destination, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

GOT, ASKED = [("lead.created", "delivered")], ("cancelled", "dead")


@pytest.fixture
async def world(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A whole gateway with one destination, `crm`, that answers; a page is one delivery."""
    monkeypatch.setattr(missed, "_PAGE", 1)
    async with running(store, tmp_path) as made:
        yield made


@pytest.fixture
async def erp(world: World) -> AsyncIterator[Inbox]:
    """The receiver behind a second destination, `erp`, that does not answer yet."""
    async with Inbox(SECRET, clock=world.clock.now) as inbox:
        inbox.default = ERROR
        await add_destination(world.gateway, inbox.url, name="erp")
        yield inbox


async def told(world: World, lead_id: str, destination: str) -> list[tuple[str, str]]:
    """What a destination was to be told of a lead, in order: kind and status."""
    rows = await world.deliveries(lead_id)
    return [(row["kind"], row["status"]) for row in rows if row["destination"] == destination]


async def refused(world: World, lead_id: str) -> None:
    """Wait until the second destination was asked and did not take a lead."""
    await eventually(
        lambda: world.deliveries(lead_id),
        lambda rows: any(row["destination"] == "erp" and row["attempts"] > 0 for row in rows),
    )


async def test_a_destination_that_is_back_gets_what_it_missed_while_another_had_it(world: World, erp: Inbox) -> None:
    """Those that it refused before and those that came meanwhile: each once, and the other destination no more."""
    before = [await world.post(f"b{number}@acme.example") for number in range(3)]
    for lead in before:
        await world.rests(lead.id, "released")
        await refused(world, lead.id)
    await world.gateway.desks.destinations.disable(LOCAL, "erp", "incident")
    world.clock.ahead += timedelta(hours=1)
    world.gateway.outbox.wake.set()
    for lead in before:
        await eventually(partial(told, world, lead.id, "erp"), lambda kinds: kinds[0][1] in ASKED)
    meanwhile = [await world.post(f"m{number}@acme.example") for number in range(3)]
    for lead in meanwhile:
        await world.rests(lead.id, "released")
    erp.default = OK
    await add_destination(world.gateway, erp.url, name="erp")
    for lead in (*before, *meanwhile):
        await eventually(partial(told, world, lead.id, "erp"), lambda kinds: kinds == GOT)
    await world.quiet(0.3)
    for lead in (*before, *meanwhile):
        assert [await told(world, lead.id, name) for name in ("crm", "erp")] == [GOT, GOT]


async def test_a_receiver_that_said_it_was_gone_gets_the_lead_when_it_is_back(world: World, erp: Inbox) -> None:
    """Its own 410 disables it; the lead that was answered so is sent again under its id."""
    erp.default = GONE
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    await eventually(lambda: told(world, lead.id, "erp"), lambda kinds: kinds == [("lead.created", "dead")])
    erp.default = OK
    await add_destination(world.gateway, erp.url, name="erp")
    await eventually(lambda: told(world, lead.id, "erp"), lambda kinds: kinds == GOT)
    assert len({message.id for message in erp.received}) == 1


async def test_what_may_not_be_sent_any_more_is_not_sent_when_a_destination_is_back(world: World, erp: Inbox) -> None:
    """The claim decides again: who was told to forget meanwhile hears a retraction, and never the lead."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    await refused(world, lead.id)
    await world.gateway.desks.destinations.disable(LOCAL, "erp", "incident")
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against())
    await world.rests(lead.id, "retracted")
    seen = len(erp.received)
    erp.default = OK
    await add_destination(world.gateway, erp.url, name="erp")
    await eventually(lambda: told(world, lead.id, "erp"), lambda kinds: kinds[-1] == ("lead.retracted", "delivered"))
    assert all(b"lead.retracted" in message.body for message in list(erp.received)[seen:])
