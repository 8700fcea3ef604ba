"""A destination is met gently: nobody knows yet how much it holds, on both stores."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.release.kit.window import START
from gateway.storage.leads.tables import deliveries
from gateway.storage.log.tables import audit_checkpoints, audit_sequence
from tests.chaos.world import lead_of, running
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.integration


async def test_a_small_receiver_gets_no_more_than_it_holds_and_then_everything(store: Store, tmp_path: Path) -> None:
    """Sixty leads that wait for a new destination knock four at a time; once it answers, all of them arrive."""
    async with running(store, tmp_path) as world:
        world.inbox.gate.clear()
        leads = await world.post_many([f"ada.{number}@acme.example" for number in range(60)])
        await world.inbox.wait(START, PATIENCE)
        await world.quiet(1.5)
        assert len(world.inbox.received) == START
        world.inbox.gate.set()
        for lead in leads:
            await world.rests(lead.id, "released")
        assert len(world.inbox.received) == len(leads)


async def test_a_retraction_goes_before_what_was_due_earlier(store: Store, tmp_path: Path) -> None:
    """Sixty leads wait for a slow destination; whoever objects meanwhile is taken back there before they arrive."""
    async with running(store, tmp_path) as world:
        first = await world.post("bob@acme.example")
        await world.rests(first.id, "released")
        world.inbox.gate.clear()
        leads = await world.post_many([f"ada.{number}@acme.example" for number in range(60)])
        await world.inbox.wait(1 + START, PATIENCE)
        for lead in leads:
            await world.rests(lead.id, "decided")
        await world.gateway.desks.preferences.object(LOCAL, Who(lead_id=first.id), Against())
        signed = select(func.max(audit_checkpoints.c.size)).scalar_subquery()
        told = select(deliveries.c.id).join(audit_sequence, audit_sequence.c.event_id == deliveries.c.decided_by)
        told = told.where(deliveries.c.kind == "lead.retracted", audit_sequence.c.idx < signed)
        await eventually(lambda: world.gateway.office.database.read(lambda c: c.execute(told).all()), bool)
        world.inbox.gate.set()
        await world.hears("lead.retracted", first.id)
        place = [lead_of(each) for each in world.inbox.received].index(first.id, 1)
        assert place < len(leads) // 2
        for lead in leads:
            await world.rests(lead.id, "released")
