"""What was under way when its sender died is sent again at once, but not as often as it dies. On both stores."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.release import ATTEMPT_SECONDS
from gateway.release.kit.schedule import DELAYS
from gateway.sandbox.inbox import ERROR
from tests.chaos.world import World, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


async def restarted(world: World) -> int:
    """Do what a process does that finds itself alone as it starts: how many deliveries it sends again."""
    results, now = world.gateway.outbox.means.results, world.clock.now()
    resumed = await world.gateway.office.database.transact(lambda tx: results.resume(tx, now))
    world.gateway.outbox.wake.set()
    return resumed


async def lost(world: World) -> None:
    """Let the deadline of what is under way pass, and do what a process does that finds it."""
    world.clock.ahead += timedelta(seconds=ATTEMPT_SECONDS)
    results, now = world.gateway.outbox.means.results, world.clock.now()
    await world.gateway.office.database.transact(lambda tx: results.recover(tx, now))
    world.gateway.outbox.wake.set()


async def test_a_crash_loop_uses_up_one_attempt(store: Store, tmp_path: Path) -> None:
    """Nine restarts within seconds: the receiver hears of the lead twice, and eight attempts are left."""
    async with running(store, tmp_path) as world:
        world.inbox.gate.clear()
        lead = await world.post("ada@acme.example")
        await world.hears("lead.created", lead.id)
        assert await restarted(world) == 1
        await world.hears("lead.created", lead.id, count=2)
        assert [await restarted(world) for _ in range(8)] == [0] * 8
        world.inbox.gate.set()
        await world.rests(lead.id, "released")
        await world.settled()
        (row,) = await world.deliveries(lead.id)
        assert (row["status"], row["attempts"], len(world.heard(lead.id))) == ("delivered", 2, 2)


async def test_after_an_answer_a_death_is_a_first_one_again(store: Store, tmp_path: Path) -> None:
    """A delivery that was lost once and then answered is sent at once again when its sender dies another time."""
    async with running(store, tmp_path) as world:
        world.inbox.script([ERROR, ERROR])
        world.inbox.gate.clear()
        lead = await world.post("ada@acme.example")
        await world.hears("lead.created", lead.id)
        assert await restarted(world) == 1
        await world.hears("lead.created", lead.id, count=2)
        world.inbox.gate.set()
        await eventually(lambda: world.deliveries(lead.id), lambda rows: rows[0]["reason"] == "http_500")
        world.inbox.gate.clear()
        world.clock.ahead += 2 * DELAYS[2]
        await world.hears("lead.created", lead.id, count=3)
        assert await restarted(world) == 1
        world.inbox.gate.set()
        await world.rests(lead.id, "released")


async def test_what_is_lost_again_and_again_waits_as_after_an_answer(store: Store, tmp_path: Path) -> None:
    """The first sender that dies costs no time; after the second the schedule holds, so that ten attempts last."""
    async with running(store, tmp_path) as world:
        world.inbox.gate.clear()
        lead = await world.post("ada@acme.example")
        await world.hears("lead.created", lead.id)
        await lost(world)
        await world.hears("lead.created", lead.id, count=2)
        await lost(world)
        (row,) = await world.deliveries(lead.id)
        assert (row["status"], row["attempts"]) == ("pending", 2)
        assert row["next_at"] - world.clock.now() > DELAYS[2] / 2
        world.clock.ahead += DELAYS[2]
        world.gateway.outbox.wake.set()
        await world.hears("lead.created", lead.id, count=3)
        world.inbox.gate.set()
        await world.rests(lead.id, "released")
        await world.settled()
