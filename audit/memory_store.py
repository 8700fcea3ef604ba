"""A fake for tests: `audit.ports.Store` in memory, with state, held to the same suite as the SQL stores."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from audit.errors import Fenced, HeadMoved
from audit.ports import Batch, Head
from audit.sealing import SealedEntry


class MemoryStore:
    """Keeps the log in lists and dictionaries; `add` stands for the gateway's business transaction."""

    def __init__(self) -> None:
        """Start empty."""
        self.pending: dict[bytes, bytes] = {}
        self.ciphertexts: dict[bytes, bytes] = {}
        self.log: list[bytes] = []
        self.lost: set[int] = set()
        self.ids: list[bytes] = []
        self.index: dict[bytes, int] = {}
        self.heads: list[Head] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.notes: dict[int, bytes] = {}
        self.token = 0
        self.holder: str | None = None
        self.expires: datetime | None = None

    def add(self, entries: Iterable[SealedEntry]) -> None:
        """Store sealed entries, waiting for an index; an id that was used before raises ValueError."""
        for entry in entries:
            if entry.event_id in self.pending or entry.event_id in self.index:
                raise ValueError(entry.event_id.hex())
            self.pending[entry.event_id] = entry.leaf
            self.ciphertexts[entry.event_id] = entry.ciphertext

    def erase(self, event_id: bytes) -> None:
        """Delete an entry's ciphertext; its leaf stays."""
        del self.ciphertexts[event_id]

    def lose(self, index: int) -> None:
        """Lose a leaf, as somebody does who deletes its row; what named its event stays."""
        self.lost.add(index)

    async def acquire(self, holder: str, *, now: datetime, ttl: timedelta) -> int | None:
        """See `audit.ports.Store.acquire`."""
        if self.holder not in {None, holder} and self.expires is not None and now < self.expires:
            return None
        self.holder, self.expires = holder, now + ttl
        self.token += 1
        return self.token

    async def renew(self, token: int, *, now: datetime, ttl: timedelta) -> None:
        """See `audit.ports.Store.renew`."""
        self._fence(token)
        self.expires = now + ttl

    async def release(self, token: int) -> None:
        """See `audit.ports.Store.release`."""
        if token == self.token:
            self.holder = self.expires = None

    async def unsequenced(self, limit: int) -> Sequence[bytes]:
        """See `audit.ports.Store.unsequenced`."""
        return list(islice(self.pending.values(), limit))

    async def head(self) -> Head:
        """See `audit.ports.Store.head`."""
        return self.heads[-1] if self.heads else Head()

    async def commit(self, batch: Batch) -> None:
        """See `audit.ports.Store.commit`."""
        self._fence(batch.token)
        missing = [each for each in batch.event_ids if each not in self.pending]
        if len(self.log) != batch.base or missing:
            raise HeadMoved(found=len(self.log), expected=batch.base)
        for event_id in batch.event_ids:
            self._place(event_id, self.pending.pop(event_id))
        for entry in batch.own:
            self._place(entry.event_id, entry.leaf)
            self.ciphertexts[entry.event_id] = entry.ciphertext
        self.tiles.update({(level, index): hashed for level, index, hashed in batch.tiles})
        self.heads.append(batch.head)

    async def publish(self, note: bytes, *, size: int, token: int) -> None:
        """See `audit.ports.Store.publish`."""
        self._fence(token)
        self.notes.setdefault(size, note)

    async def checkpoint(self) -> bytes | None:
        """See `audit.ports.Store.checkpoint`."""
        return self.notes[max(self.notes)] if self.notes else None

    async def leaves(self, start: int, end: int) -> Sequence[bytes]:
        """See `audit.ports.Store.leaves`."""
        return [leaf for index, leaf in enumerate(self.log[start:end], start) if index not in self.lost]

    async def nodes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """See `audit.ports.Store.nodes`."""
        return [self.tiles[level, each] for each in range(start, end) if (level, each) in self.tiles]

    async def payloads(self, start: int, end: int) -> Sequence[bytes | None]:
        """See `audit.ports.Store.payloads`."""
        return [self.ciphertexts.get(each) for each in self.ids[start:end]]

    async def index_of(self, event_id: bytes) -> int | None:
        """See `audit.ports.Store.index_of`."""
        return self.index.get(event_id)

    async def event_at(self, index: int) -> bytes | None:
        """See `audit.ports.Store.event_at`."""
        return self.ids[index] if index < len(self.ids) else None

    async def head_at(self, size: int) -> Head | None:
        """See `audit.ports.Store.head_at`."""
        return next((each for each in self.heads if each.size == size), None)

    async def size_before(self, time: int) -> int:
        """See `audit.ports.Store.size_before`."""
        return max((each.size for each in self.heads if each.time < time), default=0)

    async def batch_end(self, index: int) -> int | None:
        """See `audit.ports.Store.batch_end`."""
        return min((each.size for each in self.heads if each.size > index), default=None)

    def _place(self, event_id: bytes, leaf: bytes) -> None:
        self.index[event_id] = len(self.log)
        self.log.append(leaf)
        self.ids.append(event_id)

    def _fence(self, token: int) -> None:
        if token != self.token:
            raise Fenced(token=token)
