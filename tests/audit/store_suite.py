"""What every audit store must do: subclass `StoreSuite`, give it a `Bench`, and pytest runs it against the store."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta

import pytest

from audit.batching import Turn, plan
from audit.encoding import to_micros
from audit.errors import Fenced, HeadMoved
from audit.merkle import EMPTY_ROOT
from audit.ports import Batch, Head, Store
from audit.proofs import consistency_proof, inclusion_proof, range_root
from audit.sealing import SealedEntry
from tests.audit.reference import mth
from tests.audit.world import ORIGIN, START, World

TTL = timedelta(seconds=5)


class Bench(ABC):
    """An empty store to work on, and how the gateway puts entries into it and takes payloads out."""

    store: Store

    @abstractmethod
    async def add(self, entries: Sequence[SealedEntry]) -> None:
        """Store sealed entries as a business transaction does."""

    @abstractmethod
    async def erase(self, event_id: bytes) -> None:
        """Delete one ciphertext as an erasure does."""


class StoreSuite:
    """The suite. The subclass has a fixture ``bench`` that gives a `Bench` with an empty store."""

    async def token(self, bench: Bench, holder: str = "a") -> int:
        token = await bench.store.acquire(holder, now=START, ttl=TTL)
        assert token is not None
        return token

    async def commit(self, bench: Bench, token: int, count: int, world: World, *, seconds: int = 0) -> Batch:
        """Add entries and commit all that waits as one batch."""
        await bench.add([world.entry(b'{"n":%d}' % number) for number in range(count)])
        time = to_micros(START + timedelta(seconds=seconds))
        waiting = await bench.store.unsequenced(1024)
        batch = plan(await bench.store.head(), waiting, Turn(origin=ORIGIN, token=token, time=time))
        await bench.store.commit(batch)
        return batch

    async def test_an_entry_is_known_by_its_index_and_a_tree_by_its_size(self, bench: Bench) -> None:
        """What an export asks where a leaf is gone: whose it was, and the tree as it stood at a size."""
        token, world = await self.token(bench), World()
        batch = await self.commit(bench, token, 3, world)
        assert await bench.store.event_at(1) == batch.event_ids[1]
        assert await bench.store.event_at(4) is None
        assert await bench.store.head_at(4) == batch.head == await bench.store.head()
        assert await bench.store.head_at(3) is None

    async def test_an_empty_store_has_an_empty_tree(self, bench: Bench) -> None:
        """Before the first entry there is no checkpoint, no leaf and the root of nothing."""
        assert await bench.store.head() == Head()
        assert (await bench.store.head()).root() == EMPTY_ROOT
        assert await bench.store.checkpoint() is None
        assert list(await bench.store.unsequenced(10)) == []
        assert list(await bench.store.leaves(0, 10)) == []
        assert await bench.store.size_before(to_micros(START)) == 0

    async def test_entries_wait_until_they_are_committed(self, bench: Bench) -> None:
        """An added entry waits without an index, a committed one has one and waits no more."""
        world = World()
        entries = [world.entry() for _ in range(3)]
        await bench.add(entries)
        assert set(await bench.store.unsequenced(10)) == {each.leaf for each in entries}
        assert len(await bench.store.unsequenced(2)) == 2
        assert await bench.store.index_of(entries[0].event_id) is None
        await self.commit(bench, await self.token(bench), 0, world)
        assert list(await bench.store.unsequenced(10)) == []
        assert {await bench.store.index_of(each.event_id) for each in entries} == {0, 1, 2}

    async def test_leaves_and_payloads_come_back_by_index(self, bench: Bench) -> None:
        """Leaves and ciphertexts are read in the order of indices, the batch leaf last, bytes as they were."""
        batch = await self.commit(bench, await self.token(bench), 5, World())
        leaves = await bench.store.leaves(0, batch.head.size)
        assert mth(leaves) == batch.head.root()
        assert list(await bench.store.leaves(2, 4)) == list(leaves)[2:4]
        payloads = await bench.store.payloads(0, batch.head.size)
        assert len(payloads) == 6
        assert payloads[-1] == batch.own[-1].ciphertext
        assert list(await bench.store.payloads(2, 4)) == list(payloads)[2:4]

    async def test_an_erased_payload_is_gone_and_its_leaf_is_not(self, bench: Bench) -> None:
        """Erasing deletes the ciphertext; the leaf keeps its place in the tree."""
        world = World()
        entry = world.entry()
        await bench.add([entry])
        batch = await self.commit(bench, await self.token(bench), 2, world)
        index = await bench.store.index_of(entry.event_id)
        assert index is not None
        await bench.erase(entry.event_id)
        assert (await bench.store.payloads(0, 4))[index] is None
        assert mth(await bench.store.leaves(0, 4)) == batch.head.root()

    async def test_the_head_survives_as_it_was_committed(self, bench: Bench) -> None:
        """Size, compact range and time of the last batch come back exactly."""
        world, token = World(), await self.token(bench)
        for count in (1, 2, 7):
            batch = await self.commit(bench, token, count, world, seconds=count)
            assert await bench.store.head() == batch.head

    async def test_a_stale_token_commits_and_publishes_nothing(self, bench: Bench) -> None:
        """Once another sequencer has taken over, the old token changes nothing."""
        world, stale = World(), await self.token(bench)
        await self.commit(bench, stale, 1, world)
        later = START + timedelta(seconds=6)
        fresh = await bench.store.acquire("b", now=later, ttl=TTL)
        assert fresh is not None
        assert fresh > stale
        before = await bench.store.head()
        with pytest.raises(Fenced):
            await self.commit(bench, stale, 1, world)
        with pytest.raises(Fenced):
            await bench.store.publish(b"note", size=2, token=stale)
        with pytest.raises(Fenced):
            await bench.store.renew(stale, now=later, ttl=TTL)
        assert await bench.store.head() == before
        assert await bench.store.checkpoint() is None
        assert len(await bench.store.unsequenced(10)) == 1

    async def test_a_batch_from_another_base_is_refused_whole(self, bench: Bench) -> None:
        """A batch that was planned on another tree, or with an entry that waits no more, leaves nothing behind."""
        world, token = World(), await self.token(bench)
        first = await self.commit(bench, token, 2, world)
        waiting = world.entry()
        await bench.add([waiting])
        turn = Turn(origin=ORIGIN, token=token, time=to_micros(START) + 9)
        with pytest.raises(HeadMoved):
            await bench.store.commit(plan(Head(), [waiting.leaf], turn))
        with pytest.raises(HeadMoved):
            await bench.store.commit(plan(first.head, [waiting.leaf, world.entry().leaf], turn))
        assert await bench.store.head() == first.head
        assert await bench.store.index_of(waiting.event_id) is None

    async def test_the_lease_is_exclusive_until_it_expires(self, bench: Bench) -> None:
        """A second holder gets it only after expiry or release; renewing prolongs it; tokens only grow."""
        store = bench.store
        first = await self.token(bench, "a")
        assert await store.acquire("b", now=START + TTL / 2, ttl=TTL) is None
        await store.renew(first, now=START + TTL / 2, ttl=TTL)
        assert await store.acquire("b", now=START + TTL, ttl=TTL) is None
        second = await store.acquire("b", now=START + TTL * 2, ttl=TTL)
        assert second is not None
        await store.release(first)
        assert await store.acquire("c", now=START + TTL * 2, ttl=TTL) is None
        await store.release(second)
        third = await store.acquire("c", now=START + TTL * 2, ttl=TTL)
        assert third is not None
        assert first < second < third

    async def test_a_holder_takes_its_own_lease_again(self, bench: Bench) -> None:
        """The same holder need not wait for its own lease, and its old token is dead."""
        first = await self.token(bench, "a")
        second = await self.token(bench, "a")
        assert second > first
        with pytest.raises(Fenced):
            await bench.store.renew(first, now=START, ttl=TTL)

    async def test_the_latest_checkpoint_is_the_largest(self, bench: Bench) -> None:
        """Checkpoints are published once; publishing a size again changes nothing."""
        token = await self.token(bench)
        await bench.store.publish(b"two", size=2, token=token)
        await bench.store.publish(b"nine", size=9, token=token)
        await bench.store.publish(b"other nine", size=9, token=token)
        assert await bench.store.checkpoint() == b"nine"

    async def test_batches_are_found_by_time_and_by_index(self, bench: Bench) -> None:
        """A time gives the size after the last batch before it, an index the end of its batch."""
        world, token = World(), await self.token(bench)
        for seconds in (10, 20, 30):
            await self.commit(bench, token, 2, world, seconds=seconds)
        at = [to_micros(START + timedelta(seconds=seconds)) for seconds in (10, 20, 30)]
        assert [await bench.store.size_before(time) for time in at] == [0, 3, 6]
        assert [await bench.store.size_before(time + 1) for time in at] == [3, 6, 9]
        assert [await bench.store.batch_end(index) for index in range(10)] == [3, 3, 3, 6, 6, 6, 9, 9, 9, None]

    async def test_tiles_give_the_same_proofs_as_all_leaves(self, bench: Bench) -> None:
        """Over several tiles, roots and proofs from stored nodes equal those from the leaves themselves."""
        world, token = World(), await self.token(bench)
        for _ in range(2):
            await self.commit(bench, token, 300, world)
        size = (await bench.store.head()).size
        leaves = list(await bench.store.leaves(0, size))
        assert len(await bench.store.nodes(8, 0, 2)) == 2
        assert list(await bench.store.nodes(8, 1, 2)) == [mth(leaves[256:512])]
        for upto in (1, 255, 256, 257, 512, 600, size):
            assert await range_root(bench.store, 0, upto) == mth(leaves[:upto])
        assert await inclusion_proof(bench.store, 300, size)
        assert await consistency_proof(bench.store, 300, size)
