"""A destination is disabled while something is under way to it, on both stores."""

import asyncio
from pathlib import Path

import pytest

from gateway.desk.office import LOCAL
from tests.chaos.world import running
from tests.support.stores import Store
from tests.support.waiting import eventually, until

pytestmark = pytest.mark.integration


async def test_disabling_waits_for_what_flies_and_lists_it(store: Store, tmp_path: Path) -> None:
    """What had begun is named with its outcome; asked again, nothing is under way, and nothing more arrives."""
    async with running(store, tmp_path) as world:
        world.inbox.gate.clear()
        lead = await world.post("ada@acme.example")
        await until(lambda: len(world.inbox.received) == 1)
        disabling = asyncio.create_task(world.gateway.desks.destinations.disable(LOCAL, "crm", "moved"))
        await eventually(world.gateway.desks.destinations.list, lambda rows: rows[0]["disabled_reason"] == "moved")
        assert not disabling.done(), "it did not wait for what was under way"
        world.inbox.gate.set()
        stopped = await disabling
        (flying,) = stopped.in_flight
        assert (flying["lead_id"], flying["destination"], flying["outcome"]) == (lead.id, "crm", "delivered")
        (delivery,) = await world.deliveries(lead.id)
        assert flying["delivery_id"] == delivery["id"]
        again = await world.gateway.desks.destinations.disable(LOCAL, "crm", "incident")
        assert again.in_flight == ()
        await world.post("bob@brightpath.example")
        await world.settled()
        assert len(world.inbox.received) == 1
