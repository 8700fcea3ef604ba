"""Whoever edits the log's clear columns is found out, column by column, on both stores."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, RowMapping, Table, literal, select, type_coerce, update

from gateway.storage.engine.database import Database
from gateway.storage.engine.schema import Time
from gateway.storage.log import clear
from gateway.storage.log.clear import Comparison, Edited
from gateway.storage.log.store import SqlAuditStore
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_sequence, audit_tree
from gateway.typeid import encode
from tests.audit.world import World, fixed
from tests.gateway.storage.log.test_store import SqlBench

pytestmark = pytest.mark.integration

TABLES: Mapping[str, Table] = {each.name: each for each in (audit_entries, audit_tree, audit_checkpoints)}
Edit = Callable[[Any], Any]
# What somebody may write into each column in place of what stands there.
EDITS: Mapping[tuple[str, str], Sequence[Edit]] = {
    ("audit_entries", "event_id"): [lambda _: fixed("another", 16), lambda _: b"", lambda found: found * 2],
    ("audit_entries", "type"): [lambda found: found + 1],
    ("audit_entries", "at"): [lambda found: found + 1, lambda _: 2**62, lambda _: -1],
    ("audit_entries", "leaf"): [lambda _: b"no leaf", lambda _: b""],
    ("audit_tree", "size"): [lambda found: found + 1, lambda found: found - 1, lambda _: -7, lambda _: 2**62],
    ("audit_tree", "fence"): [lambda found: found + 1],
    ("audit_tree", "root"): [lambda _: fixed("another", 32), lambda _: b""],
    ("audit_tree", "range"): [lambda found: found[1:] + found[:1], lambda found: found + bytes(32), lambda _: b""],
    ("audit_tree", "at"): [lambda found: found + 1, lambda _: 2**62],
    ("audit_checkpoints", "size"): [lambda found: found + 1, lambda found: found - 1, lambda _: -7, lambda _: 2**62],
    ("audit_checkpoints", "note"): [lambda found: found.replace(b"\n", b"\n1", 1), lambda _: b""],
    ("audit_checkpoints", "at"): [lambda found: found + 1, lambda _: 2**62],
}


async def log_of(database: Database) -> World:
    """A log of five batches, the last of them after a take-over."""
    world = World(SqlAuditStore(database))
    bench = SqlBench(database)
    for holder in ("a", "b"):
        sequencer = world.sequencer(holder)
        world.now += sequencer._pace.lease
        assert await sequencer.take()
        for _ in range(4 if holder == "a" else 1):
            await bench.add([world.entry(), world.entry()])
            await sequencer.step()
    return world


async def found(database: Database, world: World, span: tuple[int, int] | None = None) -> list[Edited]:
    """All that the three walks find."""
    told: list[Edited] = []
    comparison = Comparison(key=world.signer.key, span=span)
    for walk in (comparison.entries, comparison.heads, comparison.checkpoints):
        more, place = await database.read(partial(walk, after=None))
        told += more
        while place is not None:
            more, place = await database.read(partial(walk, after=place))
            told += more
    return told


async def edit(database: Database, table: Table, column: str, row: Any, value: Any) -> Any:  # noqa: ANN401 - a column's
    """Write into a column of the row with this primary key; give the key that it has then."""
    (key,) = table.primary_key.columns
    stored = literal(value, BigInteger()) if isinstance(table.c[column].type, Time) else value
    query = update(table).where(key == row).values({column: stored})
    await database.transact(lambda tx: tx.connection.execute(query))
    return value if column == key.name else row


async def rows_of(database: Database, table: Table) -> Sequence[RowMapping]:
    """The rows as they are stored, in the order of the primary key."""
    columns = [
        type_coerce(each, BigInteger).label(each.name) if isinstance(each.type, Time) else each
        for each in table.columns
    ]
    query = select(*columns).order_by(*table.primary_key.columns)
    return await database.read(lambda connection: list(connection.execute(query).mappings()))


def name_of(row: Any) -> str:  # noqa: ANN401 - a primary key
    """How a finding names a row."""
    if isinstance(row, bytes):
        return encode("ev", row) if len(row) == 16 else row.hex()
    return str(row)


async def test_each_edited_column_is_named_and_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each column alone, in the first row, one in the middle and the last; an honest log names nothing."""
    monkeypatch.setattr(clear, "PAGE", 3)  # so that the pages' seams are crossed
    world = await log_of(database)
    assert await found(database, world) == []
    for (name, column), edits in EDITS.items():
        table = TABLES[name]
        rows = await rows_of(database, table)
        for row in (rows[0], rows[len(rows) // 2], rows[-1]):
            for each in edits:
                place = row[next(iter(table.primary_key.columns)).name]
                now = await edit(database, table, column, place, each(row[column]))
                assert await found(database, world) == [Edited(table=name, row=name_of(now), column=column)]
                await edit(database, table, column, now, row[column])
    assert await found(database, world) == []


def test_no_column_of_these_tables_is_left_out() -> None:
    """Each has its edits above, so that it must be compared, and the reference names each and no other."""
    every = {(table.name, column.name) for table in TABLES.values() for column in table.columns}
    assert set(EDITS) == every
    page = (Path(__file__).parents[4] / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    listed = re.findall(r"(audit_[a-z]+) \(([a-z_,\s]+)\)", page)
    assert sorted((table, column) for table, columns in listed for column in re.split(r",\s", columns)) == sorted(every)


async def test_a_range_is_compared_without_the_rest(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export asks of its own leaves alone: what stands before and behind them is not read."""
    monkeypatch.setattr(clear, "PAGE", 2)
    world = await log_of(database)
    sizes = [row["size"] for row in await rows_of(database, audit_tree)]
    span = (sizes[0], sizes[2])
    order = select(audit_sequence.c.event_id).order_by(audit_sequence.c.idx)
    events = await database.read(lambda connection: connection.execute(order).scalars().all())
    for index in (0, span[0] - 1, span[0], span[1] - 1, span[1], sizes[-1] - 1):
        await edit(database, audit_entries, "type", events[index], 600)
    for table in (audit_tree, audit_checkpoints):
        for size in sizes:
            await edit(database, table, "at", size, 1)
    inside = {name_of(events[index]) for index in (span[0], span[1] - 1)} | {str(size) for size in sizes[1:3]}
    named = await found(database, world, span)
    assert {each.row for each in named} == inside
    assert len(named) == 6
    assert len(await found(database, world)) == 6 + 2 * len(sizes)


async def test_a_lost_leaf_is_not_an_edited_column(database: Database) -> None:
    """Exports tell what is gone: beside it the note still says what the head is, and nothing is made up."""
    world = await log_of(database)
    last = (await rows_of(database, audit_tree))[2]["size"] - 1
    gone = select(audit_sequence.c.event_id).where(audit_sequence.c.idx == last).scalar_subquery()
    await database.transact(
        lambda tx: tx.connection.execute(audit_entries.delete().where(audit_entries.c.event_id == gone))
    )
    assert await found(database, world) == []
