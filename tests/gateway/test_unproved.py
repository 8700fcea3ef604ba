"""Nothing leaves unproved: without a signed checkpoint over its decision a delivery waits."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.memory_file import FileMemory
from gateway.storage.log.tables import audit_sequence
from tests.chaos.world import running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


class StalledMemory(FileMemory):
    """A memory that takes nothing in until its gate is opened: the tree is committed, and not signed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = asyncio.Event()

    async def swap(self, expected: bytes | None, new: bytes) -> None:
        await self.gate.wait()
        await super().swap(expected, new)


async def test_without_a_signature_nothing_leaves(store: Store, tmp_path: Path) -> None:
    """No sequencer, then one that commits and cannot sign: the lead is decided and waits; signed, it leaves."""
    async with running(store, tmp_path, sequencing=False) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "decided")
        await world.quiet()
        assert world.heard(lead.id) == []
        memory = StalledMemory(world.gateway.settings.memory / "checkpoint")
        world.gateway.memory = memory
        await world.gateway.start_sequencer()
        counted = select(func.count()).select_from(audit_sequence)
        await eventually(lambda: world.gateway.office.database.read(lambda c: c.execute(counted).scalar()))
        await world.quiet()
        assert world.heard(lead.id) == []
        memory.gate.set()
        await world.rests(lead.id, "released")
