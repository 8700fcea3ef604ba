"""The sequencer: every entry once, signed only on top of what was signed, whatever crashes or is restored."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from audit.batching import Turn, plan
from audit.checkpoint import open_checkpoint
from audit.encoding import parse_leaf
from audit.errors import BadLeaf, Fenced, MemoryConflict, StoreUnavailable
from audit.ports import Head
from audit.sealing import Event, clear_entry
from audit.sequencer import Pace
from audit.types import LOG_BATCH, SEQUENCER_TOOK_OVER
from tests.audit.rederive import rederive
from tests.audit.world import ORIGIN, START, World, fixed


class Crash(Exception):
    """The process died here."""


class Crashing:
    """A store or memory that dies at its n-th call, before or after doing it."""

    def __init__(self, inner: object, fuse: list[int], *, after: bool) -> None:
        self.inner, self.fuse, self.after = inner, fuse, after

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.inner, name)

        async def call(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - any method of the port
            self.fuse[0] -= 1
            if self.fuse[0] == 0 and not self.after:
                raise Crash
            result = await method(*args, **more)
            if self.fuse[0] == 0:
                raise Crash
            return result

        return call


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until the condition holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for is the fake's state, it has no event
            await asyncio.sleep(0.001)


async def drain(world: World, holder: str = "a") -> None:
    """Take the lease and sequence all that waits."""
    sequencer = world.sequencer(holder)
    while not await sequencer.take():
        world.now += timedelta(seconds=1)
    while await sequencer.step():
        pass


async def prove(world: World) -> None:
    """The log verifies, from its exported bytes."""
    await rederive(world.store, signer=world.signer, keys=world.keys)


async def test_a_backlog_is_sequenced_in_batches() -> None:
    """All entries get an index, each batch ends with its batch leaf, and the last checkpoint covers everything."""
    world = World()
    world.fake.add([world.entry(b'{"n":%d}' % n) for n in range(50)])
    sequencer = world.sequencer(batch=20)
    assert await sequencer.take()
    assert [await sequencer.step() for _ in range(4)] == [20, 20, 10, 0]
    kinds = [parse_leaf(each).type for each in world.fake.log]
    assert [at for at, kind in enumerate(kinds) if kind == LOG_BATCH.number] == [20, 41, 52]
    note = await world.store.checkpoint()
    assert note is not None
    assert open_checkpoint(note, world.signer.key).size == 53
    assert world.memory.note == note
    await prove(world)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_at_any_call_loses_and_doubles_nothing(*, after: bool) -> None:
    """Killed at each call to store or memory in turn, the next sequencer finishes the same tree."""
    calls = 0
    while True:
        calls += 1
        world = World()
        await world.append(world.entry(), world.entry())
        world.fake.add([world.entry() for _ in range(3)])
        inner_store, inner_memory, fuse = world.store, world.memory, [calls]
        world.store = Crashing(inner_store, fuse, after=after)  # type: ignore[assignment]  # has the port's methods
        world.memory = Crashing(inner_memory, fuse, after=after)  # type: ignore[assignment]  # as above
        try:
            await drain(world)
            crashed = False
        except Crash:
            crashed = True
        signed = inner_memory.note
        world.store, world.memory = inner_store, inner_memory
        await drain(world, "b")
        assert not world.fake.pending
        assert len(set(world.fake.ids)) == len(world.fake.ids)
        await prove(world)
        assert signed is not None
        if not crashed:
            break
    assert calls > 8


async def test_a_paused_sequencer_cannot_commit_after_a_take_over() -> None:
    """The old token is refused by the store; the new one goes on."""
    world = World()
    old, new = world.sequencer("a"), world.sequencer("b")
    assert await old.take()
    assert not await new.take()
    world.now += timedelta(seconds=10)
    assert await new.take()
    world.fake.add([world.entry()])
    with pytest.raises(Fenced):
        await old.step()
    assert await new.step() == 1
    await prove(world)


async def test_a_sequencer_paused_before_signing_cannot_sign() -> None:
    """Between commit and signature another one takes over: it signs the same tree, the first one's memory is stale."""
    world = World()
    world.fake.add([world.entry()])

    async def take_over() -> None:
        world.now += timedelta(seconds=10)
        await drain(world, "b")

    old = world.sequencer("a")
    assert await old.take()
    world.memory.paused = take_over
    with pytest.raises(MemoryConflict):
        await old.step()
    await prove(world)
    assert world.fake.log[1:] != []


async def test_a_take_over_is_logged_once() -> None:
    """The first holder is no take-over; each later one leaves one entry that names its token."""
    world = World()
    await drain(world, "a")
    assert world.fake.log == []
    await world.append(world.entry())
    kinds = [parse_leaf(each).type for each in world.fake.log]
    assert kinds.count(SEQUENCER_TOOK_OVER.number) == 1
    await prove(world)


async def test_batch_times_grow_when_the_clock_does_not() -> None:
    """A clock that stands or goes back cannot make "from-to" ambiguous."""
    world = World()
    await world.append(world.entry())
    world.now -= timedelta(days=1)
    sequencer = world.sequencer("a")
    assert await sequencer.take()
    world.fake.add([world.entry()])
    await sequencer.step()
    times = [each.time for each in world.fake.heads]
    assert times == sorted(set(times))
    await prove(world)


async def test_only_the_log_writes_its_own_kinds_of_entry() -> None:
    """A pending entry that is no leaf, or pretends to close a batch, is never sequenced."""
    event = Event(event_id=fixed("fake", 16), time=START, type=LOG_BATCH, payload=b"{}")
    turn = Turn(origin=ORIGIN, token=1, time=1)
    for leaf in (b"short", clear_entry(event).leaf):
        with pytest.raises(BadLeaf):
            plan(Head(), [leaf], turn)


async def test_running_wakes_at_once_and_polls_otherwise() -> None:
    """A told sequencer does not wait for its next look, an untold one finds the entry by itself, and stops clean."""
    world, wake = World(), asyncio.Event()
    sizes: list[int] = []
    told = world.sequencer("a")
    told._wake, told._published = wake, sizes.append
    told._pace = type(told._pace)(poll=30.0)
    task = asyncio.create_task(told.run())
    await asyncio.sleep(0.01)
    world.fake.add([world.entry()])
    wake.set()
    await until(lambda: sizes == [2])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.fake.holder is None
    untold = asyncio.create_task(world.sequencer("b").run())
    world.fake.add([world.entry()])
    await until(lambda: not world.fake.pending)
    untold.cancel()
    with pytest.raises(asyncio.CancelledError):
        await untold
    await prove(world)


async def test_what_is_told_within_some_milliseconds_shares_a_signature() -> None:
    """A sequencer that is told waits a moment for others, so that two leads at once cost one checkpoint."""
    world, sizes = World(), list[int]()
    sequencer = world.sequencer("a")
    sequencer._published = sizes.append
    sequencer._pace = Pace(poll=30.0, gather=0.5)
    task = asyncio.create_task(sequencer.run())
    await until(lambda: world.fake.holder == "a")
    await asyncio.sleep(0.01)
    world.fake.add([world.entry()])
    sequencer._wake.set()
    await asyncio.sleep(0.01)
    world.fake.add([world.entry()])
    sequencer._wake.set()
    await until(lambda: not world.fake.pending)
    await until(lambda: bool(sizes))
    assert sizes == [3]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await prove(world)


async def test_under_load_there_is_one_batch_per_gap() -> None:
    """However often it is told, it signs no oftener than its pace says, but for the first few after a quiet spell."""
    world, sizes = World(), list[int]()
    sequencer = world.sequencer("a")
    sequencer._published = sizes.append
    sequencer._pace = Pace(poll=30.0, gather=0.0, gap=0.1, spare=2)
    task = asyncio.create_task(sequencer.run())
    began = asyncio.get_running_loop().time()
    for _ in range(60):
        world.fake.add([world.entry()])
        sequencer._wake.set()
        await asyncio.sleep(0.005)
    gaps = (asyncio.get_running_loop().time() - began) / 0.1
    assert 3 <= len(sizes) <= 3 + gaps
    await until(lambda: not world.fake.pending)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await prove(world)


async def test_an_unreachable_store_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """A lost connection makes the sequencer step back and come again, says so once, and loses no entry."""
    world = World()
    world.fake.add([world.entry()])
    world.fake.faults.next("unsequenced", *(StoreUnavailable(reason="connection lost") for _ in range(3)))
    task = asyncio.create_task(world.sequencer("a").run())
    await until(lambda: not world.fake.pending)
    assert [each.getMessage() for each in caplog.records] == ["sequencer.stepped_back: StoreUnavailable"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await drain(world)
    await prove(world)
