"""Rows to write in tests."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.storage.engine.database import Database
from gateway.storage.registers import sources

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def source(key: str, kind: str = "api") -> dict[str, Any]:
    """A whole row of `sources`."""
    row = {"key": key, "kind": kind, "purposes": ["marketing"], "settings": {"cap": 1}, "created_at": NOW}
    return {**row, "notice_id": None, "provenance": None}


async def kinds(database: Database) -> dict[str, str]:
    """Read every source's kind by key."""

    def read(connection: Connection) -> dict[str, str]:
        return {row.key: row.kind for row in connection.execute(select(sources.c.key, sources.c.kind))}

    return await database.read(read)
