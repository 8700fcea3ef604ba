"""Whatever races, a receiver hears of a lead in order, on both stores: whole first, and never an older state later."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audit.sequencer import Place, Sequencer
from consent.terms import Purpose
from gateway import afterwards
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.errors import Conflict
from gateway.lead import Lead
from gateway.ports import Arrival, Journal, Mark, Move
from gateway.release.kit.schedule import DELAYS, JITTER
from gateway.sandbox.inbox import ERROR, GONE, busy
from gateway.steps import UPDATED
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.leads.rows import delivery_row
from gateway.storage.leads.tables import deliveries
from gateway.wiring.system import SystemIds
from tests.chaos.world import SteeredClock, World, add_destination, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

NEWS = {
    "purpose": "marketing",
    "channel": "email",
    "status": "granted",
    "mechanism": "double_opt_in",
    "notice_id": "news",
    "evidence": {"form_url": "https://acme.example/news"},
}
GERMAN = {"country": "DE"}
OPEN = {"pending", "sending"}


@dataclass
class Held:
    """A journal that reads at once, and commits only when it is let to."""

    journal: Journal
    read: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, arrivals: Sequence[Arrival], mark: Mark | None = None) -> Sequence[Lead]:
        return await self.journal.open(arrivals, mark)

    async def load(self, ids: Sequence[str]) -> Sequence[Lead]:
        return await self.journal.load(ids)

    async def commit(self, moves: Sequence[Move]) -> Sequence[Lead]:
        self.read.set()
        await self.go_on.wait()
        return await self.journal.commit(moves)


@asynccontextmanager
async def signing(world: World) -> AsyncIterator[None]:
    """Sign the log for a while, so that deliveries may leave; outside, what is decided has to wait."""
    gateway = world.gateway
    place = Place(store=gateway.audit_store, memory=gateway.memory, signer=gateway.office.vault.keyring.log_signer())
    made = Sequencer(place, holder="test", clock=world.clock.now)
    running = asyncio.create_task(made.run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def statuses(world: World, lead_id: str) -> list[tuple[str, str | None]]:
    """What became of a lead's deliveries, by id."""
    return [(row["status"], row["reason"]) for row in await world.deliveries(lead_id)]


def slow_ids() -> SystemIds:
    """The ids of a machine whose clock is an hour slow."""
    clock = SteeredClock()
    clock.ahead = timedelta(hours=-1)
    return SystemIds(clock)


async def test_an_update_never_overtakes_the_creation_it_races_with(store: Store, tmp_path: Path) -> None:
    """A first message that failed is written anew while another machine, whose clock is slow, decides an update."""
    async with running(store, tmp_path, sequencing=False) as world:
        gateway = world.gateway
        world.inbox.script([busy("3600")])
        async with signing(world):
            lead = await world.post("ada@nordwind-logistik.example", person=GERMAN, consent=[NEWS])
            await world.hears("lead.created", lead.id)
            await world.settled()
        await gateway.engine.stop(2.0)
        await gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against(purpose=Purpose.MARKETING))
        held = Held(SqlJournal(gateway.office.database, gateway.office.vault, gateway.journal.arrivals, slow_ids()))
        other = asyncio.create_task(afterwards.reconsider(replace(gateway.world, journal=held), [lead.id]))
        await held.read.wait()
        world.clock.ahead += timedelta(hours=2)
        gateway.outbox.wake.set()
        await eventually(lambda: statuses(world, lead.id), lambda found: ("cancelled", "superseded") in found)
        held.go_on.set()
        await other
        assert len(await world.deliveries(lead.id)) == 3
        await gateway.start_sequencer()
        await eventually(lambda: statuses(world, lead.id), lambda found: not {each[0] for each in found} & OPEN)
        messages = await world.hears("lead.created", lead.id, count=2)
        assert [each["data"]["permit"]["may_email"]["status"] for each in messages] == ["allowed", "denied"]
        assert world.kinds(lead.id) == ["lead.created", "lead.created"]
        said = sorted(await statuses(world, lead.id), key=str)
        assert said == [("cancelled", "superseded"), ("cancelled", "superseded"), ("delivered", "http_200")]


async def test_a_message_that_was_given_up_is_not_replayed_behind_a_later_one(store: Store, tmp_path: Path) -> None:
    """A receiver that has heard a newer form since hears nothing: the replay says so, and the delivery stays listed."""
    async with running(store, tmp_path) as world:
        world.inbox.script([GONE])
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "held")
        await add_destination(world.gateway, world.inbox.url)
        await world.rests(lead.id, "released")
        (dead,) = [row for row in await world.deliveries(lead.id) if row["status"] == "dead"]
        with pytest.raises(Conflict, match="overtaken"):
            await world.gateway.desks.stuck.replay(LOCAL, dead["id"])
        assert dead["id"] in [each["id"] for each in await world.gateway.desks.stuck.list()]
        put_back = update(deliveries).where(deliveries.c.id == dead["id"])  # as a replay just before the newer one
        put_back = put_back.values(status="pending", next_at=world.clock.now(), ended_at=None)
        await world.gateway.office.database.transact(lambda tx: tx.connection.execute(put_back).rowcount)
        await eventually(lambda: statuses(world, lead.id), lambda found: ("cancelled", "overtaken") in found)
        await world.settled()
        assert world.kinds(lead.id) == ["lead.created", "lead.created"]
        assert (await world.rests(lead.id, "released"))["reason"] is None


@pytest.mark.postgres
async def test_a_replay_waits_for_a_later_message_that_is_being_claimed(postgres_store: Store, tmp_path: Path) -> None:
    """Whether a message is overtaken rests on the others, so nobody changes those while it is asked."""
    from sqlalchemy.util import await_only  # noqa: PLC0415 - only here

    async with running(postgres_store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        database, stuck = world.gateway.office.database, world.gateway.desks.stuck
        (first,) = await world.deliveries(lead.id)
        given_up = update(deliveries).where(deliveries.c.id == first["id"]).values(status="dead")
        later = update(deliveries).where(deliveries.c.id != first["id"])

        def queue(tx: Tx) -> None:
            ask_for_an_update(tx, world, lead)
            tx.connection.execute(later.values(next_at=world.clock.now() + timedelta(days=1)))
            tx.connection.execute(given_up)

        def claim(tx: Tx) -> asyncio.Task[None]:
            tx.connection.execute(later.values(status="sending", attempts=1))
            replaying = asyncio.ensure_future(stuck.replay(LOCAL, first["id"]))
            await_only(asyncio.wait({replaying}, timeout=0.3))
            return replaying

        await database.transact(queue)
        replaying = await database.transact(claim)
        with pytest.raises(Conflict, match="overtaken"):
            await replaying
        await database.transact(lambda tx: tx.connection.execute(later.values(status="cancelled", attempts=0)).rowcount)


async def test_an_update_behind_a_creation_that_was_given_up_tells_the_whole_story(
    store: Store, tmp_path: Path
) -> None:
    """A receiver that refused the creation ten times and then answers again hears of the lead as a new one."""
    async with running(store, tmp_path) as world:
        world.inbox.script([ERROR] * len(DELAYS))
        lead = await world.post("ada@acme.example")
        await world.hears("lead.created", lead.id)
        await world.settled()
        await world.gateway.office.database.transact(lambda tx: ask_for_an_update(tx, world, lead))
        for attempt, delay in enumerate(DELAYS[1:], 2):
            world.clock.ahead += delay * (1 + JITTER)
            await world.hears("lead.created", lead.id, count=attempt)
            await world.settled()
        await world.rests(lead.id, "released")
        assert world.kinds(lead.id) == ["lead.created"] * (len(DELAYS) + 1)
        assert [status for status, _ in await statuses(world, lead.id)] == ["dead", "delivered"]


def ask_for_an_update(tx: Tx, world: World, lead: Lead) -> None:
    """Queue an update of a lead, under the decision that its first message rests on."""
    decided_by = tx.connection.execute(select(deliveries.c.decided_by)).scalar_one()
    ids, revision = world.gateway.office.ids, lead.revision + 5
    tx.apply(Unit().insert(deliveries, delivery_row(lead, "crm", UPDATED, decided_by, ids, revision=revision)))
