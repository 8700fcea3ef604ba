"""A take-over: what the store holds is compared with what was signed, at a price that does not grow with the log."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.batching import Turn, plan
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.encoding import to_micros
from audit.errors import HeadMoved, RefusedToSign
from audit.merkle import CompactRange, leaf_hash
from audit.ports import Head
from tests.audit.rederive import rederive
from tests.audit.reference import mth
from tests.audit.world import ORIGIN, World, fixed, signer


async def rolled_back(world: World) -> None:
    """The database came back from a backup, the memory did not."""
    last = world.fake.heads.pop()
    for event_id in world.fake.ids[world.fake.heads[-1].size : last.size]:
        del world.fake.index[event_id]
    del world.fake.log[world.fake.heads[-1].size :], world.fake.ids[world.fake.heads[-1].size :]
    del world.fake.notes[last.size]


async def rolled_back_and_grown(world: World) -> None:
    """After the backup other entries came in, and the log is longer than what was signed."""
    await rolled_back(world)
    base = world.fake.heads[-1]
    entries = [world.entry(b'{"other":1}') for _ in range(9)]
    world.fake.add(entries)
    turn = Turn(origin=ORIGIN, token=world.fake.token, time=to_micros(world.now))
    await world.fake.commit(plan(base, [each.leaf for each in entries], turn))


async def memory_lost(world: World) -> None:
    """Somebody deleted the memory."""
    world.memory.note = None


async def memory_restored(world: World) -> None:
    """The memory came back from a backup, the database did not."""
    world.memory.note = world.fake.notes[min(world.fake.notes)]


async def memory_of_another_log(world: World) -> None:
    """The memory was signed by another key."""
    other = signer(seed="other")
    world.memory.note = other.sign(Checkpoint(origin=ORIGIN, size=0, root=Head().root()).text())


async def a_leaf_changed(world: World) -> None:
    """Somebody with the database changed an old leaf."""
    world.fake.log[0] = world.entry().leaf


async def a_leaf_removed(world: World) -> None:
    """Somebody with the database removed the newest leaf but left the head."""
    world.fake.log.pop()


async def the_head_changed(world: World) -> None:
    """The stored compact range is not that of the leaves."""
    head = world.fake.heads[-1]
    nodes = (fixed("node", 32), *head.nodes[1:])
    world.fake.heads[-1] = Head(size=head.size, nodes=nodes, time=head.time)


async def the_head_broken(world: World) -> None:
    """The stored compact range cannot stand for its size."""
    world.fake.heads[-1] = Head(size=3, nodes=(), time=1)


@pytest.mark.parametrize(
    "fault",
    [
        rolled_back,
        rolled_back_and_grown,
        memory_lost,
        memory_restored,
        memory_of_another_log,
        a_leaf_changed,
        a_leaf_removed,
        the_head_changed,
        the_head_broken,
    ],
    ids=lambda fault: fault.__name__,
)
async def test_what_contradicts_the_memory_is_never_signed(fault: Callable[[World], Awaitable[None]]) -> None:
    """A tree that does not extend what was signed stops the sequencer, says so, and changes nothing."""
    world = World()
    await world.append(*[world.entry() for _ in range(3)])
    await world.append(*[world.entry() for _ in range(3)])
    await fault(world)
    notes, remembered = dict(world.fake.notes), world.memory.note
    with pytest.raises(RefusedToSign):
        await asyncio.wait_for(world.sequencer("b" if world.fake.holder is None else "a").run(), 5)
    assert world.fake.notes == notes
    assert world.memory.note == remembered


def rewritten(world: World, leaves: Sequence[bytes]) -> None:
    """Make the store's whole tree that of other leaves, as somebody who may write all its tables would."""
    tree, tiles = CompactRange(), list[tuple[int, int, bytes]]()
    for leaf in leaves:
        tree.append_noting(leaf_hash(leaf), tiles)
    world.fake.log = list(leaves)
    world.fake.tiles = {(level, index): hashed for level, index, hashed in tiles}
    world.fake.heads[-1] = replace(world.fake.heads[-1], size=tree.size, nodes=tuple(tree.nodes))


async def several_tiles(world: World, *, signed: int, unsigned: int) -> None:
    """Sequence and sign some leaves; then commit some more and die before signing them."""
    await world.append(*[world.entry() for _ in range(signed)])
    world.fake.add([world.entry() for _ in range(unsigned)])
    turn = Turn(origin=ORIGIN, token=world.fake.token, time=to_micros(world.now))
    await world.fake.commit(plan(world.fake.heads[-1], await world.fake.unsequenced(unsigned), turn))


def a_leaf_and_every_node_above_it(world: World) -> None:
    """An old entry was replaced, and tiles and head made to fit."""
    rewritten(world, [world.entry().leaf, *world.fake.log[1:]])


def a_node_of_a_signed_tile(world: World) -> None:
    """One stored hash below the signed root was changed."""
    world.fake.tiles[8, 0] = fixed("node", 32)


def an_unsigned_leaf(world: World) -> None:
    """An entry that was committed and not yet signed was replaced, in the middle of a complete tile."""
    world.fake.log[600] = world.entry().leaf


def an_unsigned_leaf_gone(world: World) -> None:
    """The newest leaves are gone, the head is still there."""
    del world.fake.log[300:]


@pytest.mark.parametrize(
    "fault",
    [a_leaf_and_every_node_above_it, a_node_of_a_signed_tile, an_unsigned_leaf, an_unsigned_leaf_gone],
    ids=lambda fault: fault.__name__,
)
async def test_a_take_over_compares_tiles_with_what_was_signed(fault: Callable[[World], None]) -> None:
    """Nodes below the signed root and leaves after it are re-derived, also where whole tiles are complete."""
    world = World()
    await several_tiles(world, signed=299, unsigned=599)
    fault(world)
    signed = world.memory.note
    with pytest.raises(RefusedToSign):
        await world.sequencer("a").take()
    assert world.memory.note == signed


async def test_a_take_over_finishes_what_was_left_unsigned_over_several_tiles() -> None:
    """Untouched, the same tree is signed as it stands."""
    world = World()
    await several_tiles(world, signed=299, unsigned=599)
    assert await world.sequencer("a").take()
    note = await world.store.checkpoint()
    assert note is not None
    assert open_checkpoint(note, world.signer.key) == Checkpoint(origin=ORIGIN, size=900, root=mth(world.fake.log))
    await rederive(world.store, signer=world.signer, keys=world.keys)


async def test_a_take_over_reads_some_hundred_rows_of_any_tree() -> None:
    """With 200 times as many leaves it reads no more: at most the incomplete tile of each level, and what is new."""
    world = World()
    await world.append(world.entry())
    (leaf, _) = world.fake.log
    rewritten(world, [leaf] * (256 * 256 + 255 * 256 + 255))
    head = world.fake.heads[-1]
    world.memory.note = world.signer.sign(Checkpoint(origin=ORIGIN, size=head.size, root=head.root()).text())
    before = world.fake.rows_read
    assert await world.sequencer("a").take()
    assert world.fake.rows_read - before == 1 + 255 + 255


async def test_a_rollback_under_a_running_sequencer_is_noticed() -> None:
    """The next batch does not fit the store's tree; coming back, the sequencer compares and refuses."""
    world = World()
    await world.append(world.entry())
    sequencer = world.sequencer("a")
    assert await sequencer.take()
    world.fake.add([world.entry()])
    await sequencer.step()
    await rolled_back(world)
    world.fake.add([world.entry()])
    with pytest.raises(HeadMoved):
        await sequencer.step()
    with pytest.raises(RefusedToSign):
        await sequencer.take()


async def test_a_take_over_happens_under_ten_seconds() -> None:
    """A holder that vanishes without a word blocks the log no longer than its lease."""
    world = World()
    assert await world.sequencer("a").take()
    vanished = world.now
    standby = world.sequencer("b")
    while not await standby.take():
        assert world.now - vanished < timedelta(seconds=10)
    assert world.now - vanished < timedelta(seconds=10)
