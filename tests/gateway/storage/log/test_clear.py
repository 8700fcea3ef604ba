"""Whoever edits the log's clear columns is found out, row by row, on both stores."""

import pytest
from sqlalchemy import update

from gateway.storage.engine.database import Database
from gateway.storage.log import clear
from gateway.storage.log.clear import Edited, edited_entries, edited_heads
from gateway.storage.log.store import SqlAuditStore
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_tree
from gateway.typeid import encode
from tests.audit.world import World
from tests.gateway.storage.log.test_store import SqlBench

pytestmark = pytest.mark.integration


async def test_each_edited_column_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type and time of an entry, the time of a head, the size of a checkpoint; an honest log names nothing."""
    monkeypatch.setattr(clear, "PAGE", 3)  # so that the pages' seams are crossed
    world = World(SqlAuditStore(database))
    bench = SqlBench(database)
    sequencer = world.sequencer()
    assert await sequencer.take()
    for _ in range(4):
        await bench.add([world.entry(), world.entry()])
        await sequencer.step()
    assert await found(database) == []
    event_ids = [await bench.store.event_at(index) for index in (1, 5)]
    sizes = sorted(await database.read(lambda c: c.execute(audit_tree.select()).scalars().all()))
    first, second = (each for each in event_ids if each is not None)
    for edit in (
        update(audit_entries).where(audit_entries.c.event_id == first).values(type=500),
        update(audit_entries).where(audit_entries.c.event_id == second).values(at=world.clock()),
        update(audit_tree).where(audit_tree.c.size == sizes[1]).values(at=world.clock()),
        update(audit_checkpoints).where(audit_checkpoints.c.size == sizes[-1]).values(size=sizes[-1] + 1),
        update(audit_tree).where(audit_tree.c.size == sizes[-1]).values(size=sizes[-1] + 1),
    ):
        await database.transact(lambda tx, edit=edit: tx.connection.execute(edit))  # type: ignore[misc]
    assert await found(database) == [
        *sorted(
            [
                Edited(table="audit_entries", row=encode("ev", first), column="type"),
                Edited(table="audit_entries", row=encode("ev", second), column="at"),
            ],
            key=lambda each: each.row,
        ),
        Edited(table="audit_tree", row=str(sizes[1]), column="at"),
        Edited(table="audit_checkpoints", row=str(sizes[-1] + 1), column="size"),
    ]


async def found(database: Database) -> list[Edited]:
    """All that the two walks find."""
    told: list[Edited] = []
    event: bytes | None = b""
    while event is not None:
        more, event = await database.read(lambda c, at=event: edited_entries(c, at))  # type: ignore[misc]
        told += sorted(more, key=lambda each: each.row)
    size: int | None = 0
    while size is not None:
        heads, size = await database.read(lambda c, at=size: edited_heads(c, at))  # type: ignore[misc]
        told += heads
    return told
