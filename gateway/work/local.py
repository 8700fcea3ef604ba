"""The queue on SQLite: the table `work_items`, read and settled by the one process that there is.

What is claimed is remembered in memory alone: it needs no commit, and after a crash every item that was not finished
is still there, waiting. Nothing has to be put back. What runs is noted in a file beside the database, so that the next
process can count the death of this one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from gateway.storage.engine.sqlite import AT_ONCE, SqliteDatabase
from gateway.storage.engine.tables import dead_letters, work_items
from gateway.storage.engine.unit import Unit
from gateway.work.ports import Again, Dead, Item, Judge, Settlement, Wake
from gateway.work.running_file import Running


class LocalQueue:
    """`gateway.work.ports.Queue` over `work_items`."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._held: set[int] = set()
        self._running: Running | None = None
        self._left: frozenset[int] = frozenset()

    async def open(self, wake: Wake) -> None:
        """Have every commit with jobs wake the engine at once; other processes' commits are found by polling."""
        self._running = Running(self._database.path.with_name(f"{self._database.path.name}-running"))
        self._left = self._running.left()
        self._held |= self._left  # until they are judged
        self._database.on_jobs(wake)

    async def claim(self, names: Collection[str], limit: int, now: datetime) -> Sequence[Item]:
        """Read due items that are not held: delayed ones first, so that a backlog does not starve retries."""
        held = frozenset(self._held)  # an item that is settled during the read is gone, though the read still saw it
        wanted = limit + len(held)
        due = (
            _due(names, wanted).where(work_items.c.run_at > AT_ONCE, work_items.c.run_at <= now),
            _due(names, wanted).where(work_items.c.run_at == AT_ONCE),
        )

        def read(connection: Connection) -> list[Mapping[str, Any]]:
            return [dict(row) for query in due for row in connection.execute(query).mappings()]

        rows = [row for row in await self._database.read(read) if row["id"] not in held][:limit]
        self._held.update(row["id"] for row in rows)
        return [_item(row) for row in rows]

    async def begin(self, items: Collection[Item]) -> None:
        """Note in the file that the items run."""
        if self._running is not None:
            self._running.add(item.ticket for item in items)

    async def bereaved(self, names: Collection[str], judge: Judge) -> Settlement:
        """Judge what ran when the last process ended; only the first look finds anything."""
        if not self._left or self._running is None:
            return Settlement()
        left, wanted = self._left, select(work_items).where(work_items.c.id.in_(self._left))
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        items = [_item(row) for row in rows if row["name"] in names and row["status"] == "waiting"]
        settlement = judged(items, judge)
        await self.settle(settlement)
        self._running.remove(left)  # and no more: others may run by now, if the store was away before
        self._left = frozenset()
        self._held -= left
        return settlement

    async def settle(self, settlement: Settlement) -> None:
        """Delete what is done, put off what failed, bury what is dead; committed in a group with other units."""
        unit = Unit()
        for again in settlement.again:
            unit.insert(work_items, _row(again))
        for dead in settlement.dead:
            unit.put(dead_letters, letter_row(dead.item, letter=dead.letter, error=dead.error, at=dead.at))
        await self._database.write(unit.delete(work_items, *({"id": item.ticket} for item in settlement.items)))
        await self.put_back(settlement.items)

    async def beat(self, items: Collection[Item]) -> None:
        """Do nothing: there is no other process that could take the items."""

    async def put_back(self, items: Collection[Item]) -> None:
        """Forget that the items were taken, and that they ran."""
        tickets = [item.ticket for item in items]
        self._held.difference_update(tickets)
        if self._running is not None:
            self._running.remove(tickets)

    async def close(self) -> None:
        """Close the file; the database is not ours to close."""
        if self._running is not None:
            self._running.close()
            self._running = None


def judged(items: Iterable[Item], judge: Judge) -> Settlement:
    """Put a judge's words on items together."""
    words = [judge(item) for item in items]
    again = tuple(each for each in words if isinstance(each, Again))
    return Settlement(again=again, dead=tuple(each for each in words if isinstance(each, Dead)))


def letter_row(item: Item, *, letter: str, error: str, at: datetime) -> dict[str, Any]:
    """Give the row of a dead letter."""
    return {
        "id": letter,
        "name": item.name,
        "ids": list(item.ids),
        "attempts": item.attempt + item.deaths + 1,
        "error": error,
        "at": at,
        "replayed_at": None,
    }


def _item(row: RowMapping | Mapping[str, Any]) -> Item:
    counts = {"attempt": row["attempt"], "deaths": row["deaths"]}
    return Item(ticket=row["id"], name=row["name"], ids=tuple(row["ids"]), **counts)


def _row(again: Again) -> dict[str, Any]:
    item, counts = again.item, {"attempt": again.attempt, "deaths": again.deaths}
    return {"name": item.name, "ids": list(item.ids), "run_at": again.run_at, "status": "waiting", **counts}


def _due(names: Collection[str], limit: int) -> Select[Any]:
    return (
        select(work_items)
        .where(work_items.c.status == "waiting", work_items.c.name.in_(sorted(names)))
        .order_by(work_items.c.run_at, work_items.c.id)
        .limit(limit)
    )
