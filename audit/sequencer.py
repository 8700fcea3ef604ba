"""The sequencer: gives entries their place in the tree, signs the tree, publishes the signature.

Three steps, each durable before the next: 1. commit indices, tree and a batch leaf under the fencing token;
2. compare with the memory, sign the checkpoint, make the memory durable; 3. publish. A crash between them
repeats 2 and 3 on the same tree. Two sequencers may believe that they lead; the store lets only the newer
token commit, and the memory's compare-and-swap lets only one sign on top of what was signed last.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.batching import MAX_BATCH, Turn, plan
from audit.checkpoint import Checkpoint, NoteSigner, open_checkpoint
from audit.encoding import to_micros
from audit.errors import (
    BadNote,
    BadProof,
    Fenced,
    HeadMoved,
    MemoryConflict,
    RefusedToSign,
    StoreUnavailable,
)
from audit.merkle import CompactRange, leaf_hash
from audit.ports import Head, Memory, Store
from audit.proofs import subtrees

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Entries per batch, how its looks follow each other, and the lease's life, which a take-over waits for.

    Times are in seconds. `poll` is between looks when nobody has told of entries; `gather` is how long it waits when
    somebody has, so that what is committed at the same time shares a signature; `gap` is between one batch and the
    next look, and between two tries to lead. After a quiet spell `spare` batches are let off the gap: a single lead's
    entries come in a row, and somebody waits for them.

    A short lease is safe, whatever a pause or a clock does: the fencing token and the memory alone say who commits
    and who signs. Too short, it lets two sequencers take over from each other under load.
    """

    batch: int = MAX_BATCH
    poll: float = 0.5
    gather: float = 0.005
    gap: float = 0.05
    spare: int = 2
    lease: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sequencer works: the store, the memory, the log's signing key."""

    store: Store
    memory: Memory
    signer: NoteSigner


class Sequencer:
    """Sequences one log; ``holder`` is unique per process, ``wake`` is set by who has committed entries.

    ``published`` is called with the size of each newly published checkpoint.
    """

    def __init__(
        self,
        place: Place,
        *,
        holder: str,
        clock: Callable[[], datetime],
        wake: asyncio.Event | None = None,
        published: Callable[[int], None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Connect the parts; nothing is read before `run` or `take`."""
        self._store, self._memory, self._signer = place.store, place.memory, place.signer
        self._holder, self._clock, self._published = holder, clock, published
        self._wake = wake or asyncio.Event()
        self._pace = pace or Pace()
        self._token = 0
        self._renewed = datetime.min.replace(tzinfo=UTC)
        self._took_over = False
        self._head = Head()
        self._remembered: bytes | None = None

    async def run(self) -> None:
        """Wait for the lease and sequence until cancelled; the lease is given back on the way out.

        Raises:
            RefusedToSign: the tree contradicts what was signed before.
            MemoryUnreadable: the memory cannot be reached.
            BadLeaf: a pending entry is one that no verifier would accept; the log fails closed.
        """
        cause = ""
        try:
            while True:
                try:
                    await self._lead()
                except (Fenced, HeadMoved, MemoryConflict, StoreUnavailable) as error:
                    # Said once: it is tried again twenty times a second, and a log that is full hides the rest.
                    if cause != type(error).__name__:
                        cause = type(error).__name__
                        _log.warning("sequencer.stepped_back: %s", cause)
                else:
                    cause = ""
                await asyncio.sleep(self._pace.gap)
        finally:
            await self._give_back()

    async def take(self) -> bool:
        """Try to take the lease; when it is ours, finish what the last holder left (steps 2 and 3).

        Returns:
            Whether this sequencer now leads.
        """
        now = self._clock()
        token = await self._store.acquire(self._holder, now=now, ttl=self._pace.lease)
        if token is None:
            return False
        self._token, self._renewed, self._took_over = token, now, token > 1
        await self._catch_up()
        return True

    async def step(self) -> int:
        """Sequence, sign and publish one batch; return how many waiting entries it took."""
        await self._renew()
        leaves = await self._store.unsequenced(self._pace.batch)
        if not leaves and not self._took_over:
            return 0
        batch = plan(self._head, leaves, self._turn())
        await self._store.commit(batch)
        self._head, self._took_over = batch.head, False
        await self._sign_and_publish()
        return len(leaves)

    async def _lead(self) -> None:
        if not await self.take():
            return
        spare = self._pace.spare
        while True:
            self._wake.clear()
            taken = await self.step()
            if taken >= self._pace.batch:
                continue
            if taken and spare > 0:
                spare -= 1
            elif taken:
                await asyncio.sleep(self._pace.gap)
            if await self._quiet():
                spare = self._pace.spare

    async def _quiet(self) -> bool:
        """Wait until somebody tells of entries, or for the next look; whether it was quiet for a while."""
        if self._wake.is_set():
            return False
        began = asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._pace.poll)
        waited = asyncio.get_running_loop().time() - began
        await asyncio.sleep(self._pace.gather)
        return waited >= self._pace.gap * (self._pace.spare + 1)

    def _turn(self) -> Turn:
        return Turn(
            origin=self._signer.name,
            token=self._token,
            time=to_micros(self._clock()),
            holder=self._holder,
            took_over=self._took_over,
        )

    async def _renew(self) -> None:
        now = self._clock()
        if abs(now - self._renewed) >= self._pace.lease / 3:
            await self._store.renew(self._token, now=now, ttl=self._pace.lease)
            self._renewed = now

    async def _give_back(self) -> None:
        if self._token:
            with suppress(Fenced, StoreUnavailable):
                await self._store.release(self._token)

    async def _sign_and_publish(self) -> None:
        head = self._head
        note = self._signer.sign(Checkpoint(origin=self._signer.name, size=head.size, root=head.root()).text())
        await self._memory.swap(self._remembered, note)
        self._remembered = note
        await self._publish(note, head.size)

    async def _publish(self, note: bytes, size: int) -> None:
        await self._store.publish(note, size=size, token=self._token)
        if self._published:
            self._published(size)

    async def _catch_up(self) -> None:
        """Compare the store's tree with the memory, then repeat the steps that a crash left out."""
        head = await self._store.head()
        remembered, published = await self._memory.load(), await self._store.checkpoint()
        signed, shown = self._opened(remembered, "memory"), self._opened(published, "store")
        if remembered is None and published is not None:
            raise RefusedToSign(reason="the memory is gone, but checkpoints were published")
        if shown.size > signed.size:
            raise RefusedToSign(reason=f"size {shown.size} was published, the memory knows only {signed.size}")
        if signed.size > head.size:
            raise RefusedToSign(
                reason=f"{signed.size} leaves were signed, the store holds {head.size}: it was rolled back"
            )
        try:
            await self._compare(head, signed)
        except BadProof as error:
            raise RefusedToSign(reason=f"the tree in the store is not the one that was signed ({error})") from error
        self._head, self._remembered = head, remembered
        if head.size > signed.size:
            await self._sign_and_publish()
        elif remembered is not None and signed.size > shown.size:
            await self._publish(remembered, signed.size)

    async def _compare(self, head: Head, signed: Checkpoint) -> None:
        """Raise BadProof unless the stored nodes make up the signed tree and, with the leaves after it, the head.

        It reads some hundred rows whatever the tree's size. That the leaves behind the nodes are those that were
        hashed, the verifier of an export says: signing on top of the nodes never vouches for a changed leaf.
        """
        tree = CompactRange(signed.size, await subtrees(self._store, 0, signed.size))
        if tree.root() != signed.root:
            raise BadProof(reason=f"the nodes up to leaf {signed.size} have another root")
        while tree.size < head.size:
            leaves = await self._store.leaves(tree.size, min(tree.size + MAX_BATCH, head.size))
            if not leaves:
                raise BadProof(reason=f"the leaves from {tree.size} to {head.size} are gone")
            for leaf in leaves:
                tree.append(leaf_hash(leaf))
        if tree.root() != head.root():
            raise BadProof(reason=f"the leaves make up another tree of {head.size}")

    def _opened(self, note: bytes | None, where: str) -> Checkpoint:
        if note is None:
            return Checkpoint(origin=self._signer.name, size=0, root=Head().root())
        try:
            return open_checkpoint(note, self._signer.key)
        except BadNote as error:
            raise RefusedToSign(reason=f"the checkpoint in the {where} is not ours ({error})") from error
