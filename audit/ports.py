"""What the audit package needs from outside, as Protocols that wiring fills.

A SQL store needs: ``pending(event_id, leaf)``, filled in the business transaction and emptied by
`Store.commit`; ``leaf(idx, event_id, leaf)``, ``payload(event_id, ciphertext)``, ``batch(size, time, token,
nodes)``, ``node(level, idx, hash)``, ``checkpoint(size, note)``, all insert-only (payloads may be deleted);
and one row ``lease(holder, token, expires)``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from audit.merkle import CompactRange
from audit.sealing import SealedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The tree as committed: size, compact range, and the time (UTC µs) of its last batch leaf."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()
    time: int = 0

    def root(self) -> bytes:
        """Return the tree hash; raise BadProof when nodes and size do not fit."""
        return CompactRange(self.size, self.nodes).root()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One step of the tree, committed whole or not at all.

    ``event_ids`` name pending entries that get the indices from ``base`` on; ``own`` are the log's clear
    entries that follow them, the last of them the batch leaf; ``tiles`` are the completed (level, index,
    hash) of levels 8, 16, ...; ``head`` is the tree afterwards.
    """

    token: int
    base: int
    event_ids: Sequence[bytes]
    own: Sequence[SealedEntry]
    tiles: Sequence[tuple[int, int, bytes]] = field(repr=False)
    head: Head


class Store(Protocol):
    """The database behind the log; every call is its own transaction, StoreUnavailable means try again."""

    async def acquire(self, holder: str, *, now: datetime, ttl: timedelta) -> int | None:
        """Take the lease and return a new, higher fencing token; None while another holder's lease lives."""

    async def renew(self, token: int, *, now: datetime, ttl: timedelta) -> None:
        """Prolong the lease to now + ttl; raise Fenced when the token is not the latest."""

    async def release(self, token: int) -> None:
        """Let others acquire at once; nothing happens when the token is not the latest."""

    async def unsequenced(self, limit: int) -> Sequence[bytes]:
        """Return at most limit leaves without an index, oldest first where that is cheap."""

    async def head(self) -> Head:
        """Return the committed tree."""

    async def commit(self, batch: Batch) -> None:
        """Commit a batch: indices, the log's own entries, tiles, head.

        Raises:
            Fenced: the batch's token is not the latest.
            HeadMoved: the tree's size is not ``batch.base``, or an entry named is not pending.
        """

    async def publish(self, note: bytes, *, size: int, token: int) -> None:
        """Publish a signed checkpoint; publishing a size again changes nothing. Raises Fenced."""

    async def checkpoint(self) -> bytes | None:
        """Return the latest published checkpoint."""

    async def leaves(self, start: int, end: int) -> Sequence[bytes]:
        """Return the leaves [start, end) in order."""

    async def nodes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """Return the stored nodes [start, end) of a tile level in order."""

    async def payloads(self, start: int, end: int) -> Sequence[bytes | None]:
        """Return the ciphertexts of the leaves [start, end) in order, None for the deleted ones."""

    async def index_of(self, event_id: bytes) -> int | None:
        """Return an entry's index; None while it is pending or unknown."""

    async def event_at(self, index: int) -> bytes | None:
        """Return the event id at an index, also where its leaf is gone; None when that is not known either."""

    async def head_at(self, size: int) -> Head | None:
        """Return the tree as it was committed at a size; None when no batch ended there."""

    async def size_before(self, time: int) -> int:
        """Return the size after the last batch whose time is before ``time`` (UTC µs); 0 of none."""

    async def batch_end(self, index: int) -> int | None:
        """Return the tree's size after the batch that holds this index; None when no batch is known to hold it."""


class Memory(Protocol):
    """The one place that remembers the last signed checkpoint, apart from the database and its backups.

    Who cannot reach it never signs: every failure raises, `MemoryUnreadable` or `MemoryConflict`.
    """

    async def load(self) -> bytes | None:
        """Return the last signed checkpoint note; None before the first."""

    async def swap(self, expected: bytes | None, new: bytes) -> None:
        """Replace ``expected`` by ``new`` durably; raise MemoryConflict when something else is remembered."""


class RootKey(Protocol):
    """The key above all others: a local file, or a key management service."""

    def wrap(self, secret: bytes, purpose: str) -> bytes:
        """Return the secret encrypted and bound to its purpose."""

    def unwrap(self, blob: bytes, purpose: str) -> bytes:
        """Return the secret; raise CannotOpen when blob, key and purpose do not belong together."""


class EvidenceKeys(Protocol):
    """Gives an export the evidence keys of subjects, after the gateway has checked scope and purpose."""

    async def evidence_keys(self, dek_ids: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return the 32-byte evidence key per id; destroyed and unknown ones are left out."""
