"""A lead is taken back from everybody who may have it, on both stores: also from who was disabled when it ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import RowMapping

from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.errors import Conflict
from gateway.sandbox.inbox import ERROR, OK, busy
from tests.chaos.world import World, add_destination, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

GOT, BACK = ("lead.created", "delivered"), ("lead.retracted", "delivered")


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A whole gateway with a second destination, `erp`; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        await add_destination(made.gateway, made.inbox.url, name="erp")
        yield made


async def disable(world: World, *names: str) -> None:
    """Disable destinations."""
    for name in names:
        await world.gateway.desks.destinations.disable(LOCAL, name, "moved")


async def told(world: World, lead_id: str, destination: str) -> list[tuple[str, str]]:
    """What a destination was to be told of a lead, in order: kind and status."""
    rows = await world.deliveries(lead_id)
    return [(row["kind"], row["status"]) for row in rows if row["destination"] == destination]


async def hears(world: World, lead_id: str, destination: str, *expected: tuple[str, str]) -> None:
    """Wait until a destination was told this, and hold that nothing more comes."""
    await eventually(lambda: told(world, lead_id, destination), lambda found: found == list(expected))
    await world.settled()
    assert await told(world, lead_id, destination) == list(expected)


async def withdraw(world: World, lead_id: str) -> None:
    """Take everything back."""
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead_id), Against())


async def test_a_destination_that_was_disabled_is_told_when_it_is_back(world: World) -> None:
    """The other one is told at once; this one when it is added again, whatever else is changed of it, and once."""
    lead = await world.post("ada@acme.example")
    for name in ("crm", "erp"):
        await hears(world, lead.id, name, GOT)
    await disable(world, "crm")
    await withdraw(world, lead.id)
    await hears(world, lead.id, "erp", GOT, BACK)
    assert (await world.rests(lead.id, "retracted"))["reason"] is not None
    assert await told(world, lead.id, "crm") == [GOT]
    for _ in range(2):
        await add_destination(world.gateway, world.inbox.url, purposes=["inquiry_response"])
        await hears(world, lead.id, "crm", GOT, BACK)
    assert await told(world, lead.id, "erp") == [GOT, BACK]
    shown = [each["what"] for each in await world.gateway.desks.leads.timeline(LOCAL, lead.id)]
    assert shown.count("retracted") == 2


async def test_two_that_were_disabled_are_each_told_when_they_are_back(world: World) -> None:
    """Nobody is there to be told at first; then one comes back, and later the other."""
    lead = await world.post("ada@acme.example")
    for name in ("crm", "erp"):
        await hears(world, lead.id, name, GOT)
    await disable(world, "crm", "erp")
    await withdraw(world, lead.id)
    await world.settled()
    await add_destination(world.gateway, world.inbox.url, name="erp")
    await hears(world, lead.id, "erp", GOT, BACK)
    assert await told(world, lead.id, "crm") == [GOT]
    await disable(world, "erp")
    await add_destination(world.gateway, world.inbox.url)
    await hears(world, lead.id, "crm", GOT, BACK)
    await add_destination(world.gateway, world.inbox.url, name="erp")
    await hears(world, lead.id, "erp", GOT, BACK)


async def test_who_never_had_it_is_told_nothing(world: World) -> None:
    """A destination that was disabled before the lead came hears neither of the lead nor of its end."""
    await disable(world, "crm")
    lead = await world.post("ada@acme.example")
    await hears(world, lead.id, "erp", GOT)
    await withdraw(world, lead.id)
    await hears(world, lead.id, "erp", GOT, BACK)
    await add_destination(world.gateway, world.inbox.url)
    await hears(world, lead.id, "crm")


async def test_what_was_being_repeated_does_not_come_after_the_retraction(world: World) -> None:
    """A message that waits for its next attempt is cancelled; whoever may have got it is told to forget it."""
    world.inbox.script([busy("3600"), busy("3600")])
    lead = await world.post("ada@acme.example")
    await world.hears("lead.created", lead.id, count=2)
    await world.settled()
    await disable(world, "crm")
    await withdraw(world, lead.id)
    await world.hears("lead.retracted", lead.id)
    await add_destination(world.gateway, world.inbox.url)
    await world.hears("lead.retracted", lead.id, count=2)
    world.clock.ahead += timedelta(hours=2)
    for name in ("crm", "erp"):
        await hears(world, lead.id, name, ("lead.created", "cancelled"), BACK)
    assert world.kinds(lead.id) == ["lead.created"] * 2 + ["lead.retracted"] * 2


async def given_up(world: World, lead_id: str, destination: str) -> None:
    """Let an outage pass that outlasts every attempt at the newest message to a destination."""
    world.inbox.default = ERROR
    passed = 0
    async with asyncio.timeout(15):
        while (row := await newest(world, lead_id, destination))["status"] != "dead":
            if row["status"] == "pending" and row["attempts"] > passed:  # nothing is under way that would come late
                world.clock.ahead += timedelta(hours=30)
                passed = row["attempts"]
            await asyncio.sleep(0.05)
    world.inbox.default = OK


async def newest(world: World, lead_id: str, destination: str) -> RowMapping:
    """The newest delivery of a lead to a destination."""
    return [row for row in await world.deliveries(lead_id) if row["destination"] == destination][-1]


async def test_a_dead_message_that_is_replayed_after_the_end_is_not_sent(world: World) -> None:
    """It may have arrived all the same: the message is cancelled, and the lead taken back once that can be told."""
    await disable(world, "erp")
    world.inbox.default = ERROR
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "decided")
    await given_up(world, lead.id, "crm")
    await add_destination(world.gateway, world.inbox.url, name="erp")
    await disable(world, "crm")
    await withdraw(world, lead.id)
    await world.rests(lead.id, "rejected")
    (dead,) = await world.gateway.desks.stuck.list()
    await world.gateway.desks.stuck.replay(LOCAL, dead["id"])
    await hears(world, lead.id, "crm", ("lead.created", "cancelled"))
    before = len(world.heard(lead.id))
    await add_destination(world.gateway, world.inbox.url)
    await hears(world, lead.id, "crm", ("lead.created", "cancelled"), BACK)
    await world.rests(lead.id, "retracted")
    with pytest.raises(Conflict):
        await world.gateway.desks.stuck.replay(LOCAL, dead["id"])
    assert world.kinds(lead.id)[before:] == ["lead.retracted"]


async def test_a_retraction_that_was_never_answered_is_tried_again(world: World) -> None:
    """After ten attempts it is dead; added again, perhaps elsewhere, the destination hears it under the same id."""
    await disable(world, "erp")
    lead = await world.post("ada@acme.example")
    await hears(world, lead.id, "crm", GOT)
    world.inbox.default = ERROR
    await withdraw(world, lead.id)
    await world.rests(lead.id, "retracted")
    await given_up(world, lead.id, "crm")
    await add_destination(world.gateway, world.inbox.url)
    await hears(world, lead.id, "crm", GOT, BACK)
    assert len({message.id for message in world.heard(lead.id, "lead.retracted")}) == 1


async def test_a_retraction_that_cannot_be_said_stays_for_a_person(world: World) -> None:
    """A map without words for it will have none when the destination is added again: the letter stays dead."""
    mapped = {"about": "a form", "format": "json", "fields": {"id": "data.lead.id"}}
    await disable(world, "erp")
    await add_destination(world.gateway, world.inbox.url, map=mapped)
    lead = await world.post("ada@acme.example")
    await hears(world, lead.id, "crm", GOT)
    await withdraw(world, lead.id)
    for _ in range(2):
        await hears(world, lead.id, "crm", GOT, ("lead.retracted", "dead"))
        (dead,) = await world.gateway.desks.stuck.list()
        assert dead["attempts"] == 1
        await add_destination(world.gateway, world.inbox.url, map=mapped)
