"""A destination is met gently: nobody knows yet how much it holds, on both stores."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, RowMapping, func, select, update

from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.outbox import Outbox
from gateway.release.kit.window import START
from gateway.sandbox.inbox import busy
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.leads.tables import deliveries
from gateway.storage.log.tables import audit_checkpoints, audit_sequence
from gateway.storage.sending import attempts
from gateway.storage.sending.deliveries import read_due
from tests.chaos.world import World, lead_of, running
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.integration


async def signed_retraction(world: World) -> None:
    """Wait until a retraction may be sent."""
    signed = select(func.max(audit_checkpoints.c.size)).scalar_subquery()
    told = select(deliveries.c.id).join(audit_sequence, audit_sequence.c.event_id == deliveries.c.decided_by)
    told = told.where(deliveries.c.kind == "lead.retracted", audit_sequence.c.idx < signed)
    await eventually(lambda: world.gateway.office.database.read(lambda c: c.execute(told).all()), bool)


async def refused_while_due_again(world: World) -> str:
    """A lead whose message is due for its second attempt when its person objects, while nobody sends; gives its id."""
    world.inbox.script([busy("3600")])
    lead = await world.post("bob@acme.example")
    await world.hears("lead.created", lead.id)
    await world.settled()
    await world.gateway.outbox.stop()
    world.clock.ahead += timedelta(hours=2)
    await world.gateway.desks.preferences.object(LOCAL, Who(lead_id=lead.id), Against())
    await signed_retraction(world)
    return lead.id


async def send_again(world: World) -> None:
    """Let another outbox go on."""
    world.gateway.outbox = Outbox(world.gateway.outbox.means)
    await world.gateway.outbox.start()


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
        await signed_retraction(world)
        world.inbox.gate.set()
        await world.hears("lead.retracted", first.id)
        place = [lead_of(each) for each in world.inbox.received].index(first.id, 1)
        assert place < len(leads) // 2
        for lead in leads:
            await world.rests(lead.id, "released")


async def test_a_retraction_goes_before_the_second_attempt_at_what_it_takes_back(store: Store, tmp_path: Path) -> None:
    """It does not wait for a message that waits itself behind all others; that one is cancelled, never sent again."""
    async with running(store, tmp_path) as world:
        lead = await refused_while_due_again(world)
        others = await world.post_many([f"ada.{number}@acme.example" for number in range(12)])
        for other in others:
            await world.rests(other.id, "decided")
        earlier = update(deliveries).where(deliveries.c.lead_id != lead)
        earlier = earlier.values(next_at=world.clock.now() - timedelta(hours=2))
        database = world.gateway.office.database
        await database.transact(lambda tx: tx.connection.execute(earlier))
        due = await database.transact(lambda tx: read_due(tx.connection, world.clock.now(), 8, ()))
        assert [(row["lead_id"], row["kind"]) for row in due[:1]] == [(lead, "lead.retracted")]
        assert lead not in {row["lead_id"] for row in due[1:]}
        await send_again(world)
        await world.hears("lead.retracted", lead)
        for other in others:
            await world.rests(other.id, "released")
        await world.settled()
        assert world.kinds(lead) == ["lead.created", "lead.retracted"]
        told = [(row["kind"], row["status"], row["reason"]) for row in await world.deliveries(lead)]
        assert told == [("lead.created", "cancelled", "overtaken"), ("lead.retracted", "delivered", "http_200")]


class _TakenBackError(Exception):
    """Ends a transaction that is not to be committed."""


async def test_a_retraction_waits_for_a_message_that_left_meanwhile(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another sender took the message just after this one saw it wait: two are never under way at once."""

    def outrun(connection: Connection, now: datetime, limit: int, full: Collection[str]) -> list[RowMapping]:
        rows = read_due(connection, now, limit, full)
        connection.execute(update(deliveries).where(deliveries.c.kind == "lead.created").values(status="sending"))
        return rows

    async with running(store, tmp_path) as world:
        lead = await refused_while_due_again(world)
        means = world.gateway.outbox.means
        claimed = []

        def take(tx: Tx) -> None:
            life = timedelta(minutes=1)
            claimed.append(means.claims.take(tx, means.clock, lambda _: 4, limit=8, full=(), life=life))
            raise _TakenBackError

        for faster in (False, True):
            if faster:
                monkeypatch.setattr(attempts, "read_due", outrun)
            with pytest.raises(_TakenBackError):
                await means.database.transact(take, lock=Lock.SHARED)
        monkeypatch.undo()
        assert [[claim.kind for claim in claims] for claims in claimed] == [["lead.retracted"], []]
        await send_again(world)
        await world.hears("lead.retracted", lead)
        await world.settled()
