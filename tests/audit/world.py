"""A small world around a log: keys, a memory, a clock that moves when told, and entries of one's own."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import NoteSigner
from audit.errors import MemoryConflict
from audit.export import ExportRequest, Places, export
from audit.findings import Verdict
from audit.manifest import Manifest
from audit.memory_store import MemoryStore
from audit.ports import Store
from audit.sealing import Event, EvidenceKey, SealedEntry, seal
from audit.sequencer import Pace, Place, Sequencer
from audit.types import LEAD_RECEIVED, EventType
from audit.verify import examine
from tests.support.faults import Faults

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ORIGIN = "leads.example/audit/7k2m"
GENERATOR = "leadgate test"
OUT = "export.zip"


def fixed(label: str, size: int) -> bytes:
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_256(label.encode()).digest(size)


def signer(origin: str = ORIGIN, seed: str = "log key") -> NoteSigner:
    """A log key of the tests."""
    return NoteSigner(name=origin, private=Ed25519PrivateKey.from_private_bytes(fixed(seed, 32)))


def subject(number: int) -> EvidenceKey:
    """The evidence key of a subject."""
    return EvidenceKey(dek_id=fixed(f"dek {number}", 16), key=fixed(f"evidence {number}", 32))


class Ram:
    """A sequencer's memory in a variable: the fake of `audit.memory_file.FileMemory`.

    `paused` is awaited once, before the next note is swapped in: what happens while its process stands still.
    """

    def __init__(self) -> None:
        self.note: bytes | None = None
        self.paused: Callable[[], Awaitable[None]] | None = None

    async def load(self) -> bytes | None:
        return self.note

    async def swap(self, expected: bytes | None, new: bytes) -> None:
        paused, self.paused = self.paused, None
        if paused is not None:
            await paused()
        if self.note != expected:
            raise MemoryConflict
        self.note = new


class FarStore(MemoryStore):
    """The store in memory behind a line that may break; it counts the rows that were read over it."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults()
        self.rows_read = 0

    async def unsequenced(self, limit: int) -> Sequence[bytes]:
        self.faults.meet("unsequenced")
        return await super().unsequenced(limit)

    async def leaves(self, start: int, end: int) -> Sequence[bytes]:
        self.rows_read += end - start
        return await super().leaves(start, end)

    async def nodes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        self.rows_read += end - start
        return await super().nodes(level, start, end)


@dataclass
class Keys:
    """Hands out the evidence keys of subjects, but for those destroyed."""

    held: dict[bytes, bytes] = field(default_factory=dict)

    async def evidence_keys(self, dek_ids: Collection[bytes]) -> Mapping[bytes, bytes]:
        return {each: self.held[each] for each in dek_ids if each in self.held}


class World:
    """A log with everything that it needs; time moves a second with every look at the clock."""

    def __init__(self, store: Store | None = None) -> None:
        self.fake = FarStore()
        self.store: Store = store if store is not None else self.fake
        self.memory = Ram()
        self.keys = Keys()
        self.signer = signer()
        self.now = START
        self.made = 0

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def entry(
        self, payload: bytes = b"{}", *, of: int = 1, kind: EventType = LEAD_RECEIVED, time: datetime | None = None
    ) -> SealedEntry:
        """Seal one entry of a subject."""
        self.made += 1
        key = subject(of)
        self.keys.held[key.dek_id] = key.key
        event = Event(event_id=fixed(f"event {self.made}", 16), time=time or self.now, type=kind, payload=payload)
        return seal(event, key, nonce=fixed(f"nonce {self.made}", 12))

    def sequencer(self, holder: str = "a", *, batch: int = 1024) -> Sequencer:
        """A sequencer of this log."""
        place = Place(store=self.store, memory=self.memory, signer=self.signer)
        return Sequencer(place, holder=holder, clock=self.clock, pace=Pace(batch=batch, poll=0.001))

    async def append(self, *entries: SealedEntry, batch: int = 1024) -> None:
        """Add entries to the in-memory store and sequence all that waits."""
        self.fake.add(entries)
        sequencer = self.sequencer(batch=batch)
        assert await sequencer.take()
        while await sequencer.step():
            pass

    @property
    def places(self) -> Places:
        return Places(store=self.store, signer=self.signer, keys=self.keys)

    async def export(self, out: Path, request: ExportRequest | None = None) -> Manifest:
        """Export with everything opened, or as asked for."""
        return await export(self.places, request or opened(), out, now=self.now)


def opened(**more: object) -> ExportRequest:
    """An opened export of everything."""
    facts: dict[str, object] = {"requester": "auditor", "purpose": "yearly audit", "opened": True, **more}
    return ExportRequest(generator=GENERATOR, **facts)  # type: ignore[arg-type]  # the tests say what they change


def proved(path: Path, world: World) -> Verdict:
    """Verify a file with the log's key, expect no finding, and return the verdict."""
    verdict = examine(path.read_bytes(), key=world.signer.key)
    assert [str(each) for each in verdict.findings] == []
    return verdict
