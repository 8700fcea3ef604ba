"""Opening a store by its URL: the one place that knows both dialects."""

from gateway.errors import SetupError
from gateway.storage.engine.database import Database


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
    if url.startswith(("postgresql:", "postgres:", "postgresql+asyncpg:")):
        from gateway.storage.engine.postgres import PostgresDatabase  # noqa: PLC0415 - as above

        return await PostgresDatabase.open(url, schema=schema, readers=readers, statement_seconds=statement_seconds)
    raise SetupError("DATABASE_URL begins with sqlite:/// or postgresql://")
