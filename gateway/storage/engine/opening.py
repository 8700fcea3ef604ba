"""Opening a store by its URL: the one place that knows both dialects."""

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from gateway.errors import SetupError
from gateway.storage.engine.database import Database

T = TypeVar("T")

_POSTGRES: Final = ("postgresql:", "postgres:", "postgresql+asyncpg:")
_NO_STORE: Final = "DATABASE_URL begins with sqlite:/// or postgresql://"


class SchemaMaker(Protocol):
    """How the schema of a store is made and migrated, before the store is open; a module for each dialect."""

    async def in_one_transaction(self, url: str, fn: Callable[[Connection], T], *, schema: str | None) -> T:
        """Connect, run a function in one transaction, close."""
        ...

    def lock_migrations(self, connection: Connection) -> None:
        """Wait until no other process migrates this schema; the lock ends with the transaction."""
        ...

    def install_queue(self, connection: Connection) -> None:
        """Make the tables that are a queue library's own, in the connection's transaction."""
        ...

    async def owns_schema(self, url: str, *, schema: str | None) -> bool:
        """Say whether migrating is this role's to do."""
        ...

    async def prepare_schema(self, url: str, *, schema: str | None) -> None:
        """Make what must be there before the first migration."""
        ...

    async def upgrade_queue(self, url: str, *, schema: str | None) -> None:
        """Bring a queue library's own tables to what is installed."""
        ...


def schema_maker_of(url: str) -> SchemaMaker:
    """Choose the schema's maker for a URL; imported here as below.

    Raises:
        SetupError: the URL names no store that Leadgate knows.
    """
    if url.startswith("sqlite:"):
        from gateway.storage.engine import sqlite_schema  # noqa: PLC0415 - as above

        return sqlite_schema
    if url.startswith(_POSTGRES):
        from gateway.storage.engine import postgres_schema  # noqa: PLC0415 - as above

        return postgres_schema
    raise SetupError(_NO_STORE)


async def open_database(
    url: str, *, schema: str | None = None, readers: int = 4, statement_seconds: float = 15.0
) -> Database:
    """Open the store that a URL names; its tables must be there (`gateway.storage.migrations.migrate.upgrade`).

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql://user:password@host:port/name`.
        schema: the PostgreSQL schema that holds the tables; None takes the role's search path.
        readers: how many reads run side by side.
        statement_seconds: after how long PostgreSQL ends a statement.

    Raises:
        SetupError: the URL names no store that Leadgate knows.
        StoreUnavailable: the store cannot be reached.
    """
    # Imported here, so that an SQLite deployment never loads asyncpg and PgQueuer.
    if url.startswith("sqlite:"):
        from gateway.storage.engine.sqlite import SqliteDatabase  # noqa: PLC0415 - as above

        return await SqliteDatabase.open(url, readers=readers)
    if url.startswith(_POSTGRES):
        from gateway.storage.engine.postgres import PostgresDatabase  # noqa: PLC0415 - as above

        return await PostgresDatabase.open(url, schema=schema, readers=readers, statement_seconds=statement_seconds)
    raise SetupError(_NO_STORE)
