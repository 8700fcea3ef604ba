"""The in-memory store passes the suite of every store."""

from collections.abc import Sequence

import pytest

from audit.memory_store import MemoryStore
from audit.sealing import SealedEntry
from tests.audit.store_suite import Bench, StoreSuite
from tests.audit.world import World


class MemoryBench(Bench):
    """The in-memory store on the bench."""

    def __init__(self) -> None:
        self.fake = MemoryStore()
        self.store = self.fake

    async def add(self, entries: Sequence[SealedEntry]) -> None:
        self.fake.add(entries)

    async def erase(self, event_id: bytes) -> None:
        self.fake.erase(event_id)


class TestMemoryStore(StoreSuite):
    """Runs the suite."""

    @pytest.fixture
    def bench(self) -> MemoryBench:
        """An empty in-memory store."""
        return MemoryBench()


def test_an_event_id_is_stored_once() -> None:
    """A second entry under the same id is refused, as a primary key refuses it."""
    store, entry = MemoryStore(), World().entry()
    store.add([entry])
    with pytest.raises(ValueError, match=entry.event_id.hex()):
        store.add([entry])
