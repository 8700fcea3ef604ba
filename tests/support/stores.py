"""A migrated store of each kind for tests: a copied SQLite file, and an emptied schema on PostgreSQL."""

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from gateway.storage.engine.database import Database
from gateway.storage.engine.opening import open_database
from gateway.storage.migrations import migrate
from tests.support.postgres import Server, run_sql


@dataclass(frozen=True, slots=True)
class Store:
    """Where a migrated, empty store is."""

    url: str
    schema: str | None
    dialect: str

    async def open(self) -> Database:
        """Open it; the test closes it."""
        return await open_database(self.url, schema=self.schema)


def sqlite_template(folder: Path) -> Path:
    """Migrate one file, to be copied for each test."""
    path = folder / "template.db"
    asyncio.run(migrate.upgrade(f"sqlite:///{path}"))
    return path


def sqlite_store(template: Path, folder: Path) -> Store:
    """Copy the template."""
    shutil.copy(template, folder / "leadgate.db")
    return Store(f"sqlite:///{folder / 'leadgate.db'}", None, "sqlite")


@contextmanager
def postgres_schema(server: Server) -> Iterator[Store]:
    """Make and migrate a schema of this run's own, and drop it at the end; skip without a server."""
    if server.url is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL tests must run under CI: {server.why}")
        pytest.skip(f"no PostgreSQL: {server.why}")
    schema = f"t{os.getpid()}_{secrets.token_hex(4)}"
    asyncio.run(migrate.upgrade(server.url, schema=schema))
    try:
        yield Store(server.url, schema, "postgresql")
    finally:
        asyncio.run(run_sql(server.url, f"DROP SCHEMA {schema} CASCADE"))


async def empty(store: Store) -> None:
    """Delete every row of a PostgreSQL store, PgQueuer's included."""
    connection = await asyncpg.connect(store.url, server_settings={"search_path": store.schema or "public"})
    try:
        names = await connection.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid "
            "WHERE c.relkind = 'r' AND s.schemaname = current_schema() AND c.relname <> 'alembic_version'"
        )
        deletions = "; ".join(f'DELETE FROM "{row["relname"]}"' for row in names)  # noqa: S608 - names from the server's own catalogue
        await connection.execute(deletions)
    finally:
        await connection.close()
