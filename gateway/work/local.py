"""The queue on SQLite: the table `work_items`, read and settled by the one process that there is.

What is claimed is remembered in memory alone: it needs no commit, and after a crash every item that was not finished
is still there, waiting. Nothing has to be put back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from gateway.storage.engine.database import Database
from gateway.storage.engine.sqlite import AT_ONCE
from gateway.storage.engine.unit import Unit
from gateway.storage.tables import dead_letters, work_items
from gateway.work.ports import Item, Settlement, Wake


class LocalQueue:
    """`gateway.work.ports.Queue` over `work_items`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: set[int] = set()

    async def open(self, wake: Wake) -> None:
        """Have every commit with jobs wake the engine at once; other processes' commits are found by polling."""
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
        return [Item(ticket=row["id"], name=row["name"], ids=tuple(row["ids"]), attempt=row["attempt"]) for row in rows]

    async def settle(self, settlement: Settlement) -> None:
        """Delete what is done, put off what failed, bury what is dead; committed in a group with other units."""
        unit = Unit()
        for again in settlement.again:
            row = _row(again.item, attempt=again.attempt, run_at=again.run_at)
            unit.insert(work_items, row)
        for dead in settlement.dead:
            unit.insert(dead_letters, letter_row(dead.item, letter=dead.letter, error=dead.error, at=dead.at))
        await self._database.write(unit.delete(work_items, *({"id": item.ticket} for item in settlement.items)))
        self._held.difference_update(item.ticket for item in settlement.items)

    async def beat(self, items: Collection[Item]) -> None:
        """Do nothing: there is no other process that could take the items."""

    async def put_back(self, items: Collection[Item]) -> None:
        """Forget that the items were taken."""
        self._held.difference_update(item.ticket for item in items)

    async def close(self) -> None:
        """Do nothing: the database is not ours to close."""


def letter_row(item: Item, *, letter: str, error: str, at: datetime) -> dict[str, Any]:
    """Give the row of a dead letter."""
    return {
        "id": letter,
        "name": item.name,
        "ids": list(item.ids),
        "attempts": item.attempt + 1,
        "error": error,
        "at": at,
        "replayed_at": None,
    }


def _row(item: Item, *, attempt: int, run_at: datetime) -> dict[str, Any]:
    return {"name": item.name, "ids": list(item.ids), "run_at": run_at, "attempt": attempt, "status": "waiting"}


def _due(names: Collection[str], limit: int) -> Select[Any]:
    return (
        select(work_items)
        .where(work_items.c.status == "waiting", work_items.c.name.in_(sorted(names)))
        .order_by(work_items.c.run_at, work_items.c.id)
        .limit(limit)
    )
