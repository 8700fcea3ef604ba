"""A destination is disabled while something is under way to it, on both stores."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.desk.office import LOCAL
from gateway.storage.people.acceptances import open_name
from gateway.storage.people.tables import policy_acceptances
from tests.chaos.world import running
from tests.support.gateway import SECRET, crm, running_gateway
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


async def test_who_accepted_and_which_contract_are_in_no_clear_byte(tmp_path: Path) -> None:
    """Free text may name a person: it is read back where it belongs, and stands sealed in the store and its log."""
    name, contract = "Zoe Quillfeather <zoe@quill.example>", "signed by Ed Marrowfat 2026"
    async with running_gateway(tmp_path, accept=None, worker=False) as world:
        await world.gateway.desks.policies.accept(LOCAL, "base", name)
        await world.gateway.desks.destinations.add(LOCAL, crm(world.inbox.url, contract=contract), [SECRET])
        [row] = await world.gateway.desks.destinations.list()
        assert row["contract"] == contract
        office = world.gateway.office
        rows = await office.database.read(lambda connection: connection.execute(select(policy_acceptances)).all())
        assert {open_name(office.vault, row) for row in rows} == {name}
        stored = b"".join(path.read_bytes() for path in sorted((tmp_path / "data").rglob("*.db*")))
        assert b"policy_acceptances" in stored
        for part in ("Quillfeather", "quill.example", "Marrowfat"):
            assert part.encode() not in stored, part
