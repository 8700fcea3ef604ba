"""What is PostgreSQL's own: asyncpg under SQLAlchemy, pooled connections, retries, locks."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeVar

import orjson
from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from gateway.errors import SetupError
from gateway.storage.engine import statements
from gateway.storage.engine.database import Database, Listener, Lock, Tx
from gateway.storage.engine.postgres_errors import AGAIN, ERRORS, lost, sqlstate, translate
from gateway.storage.engine.postgres_news import hear
from gateway.storage.engine.postgres_statements import PostgresStatements, queue_settings
from gateway.storage.engine.unit import Unit

T = TypeVar("T")

TRIES: Final = 4  # of a transaction that meets a deadlock or a serialisation failure
CONNECT_SECONDS: Final = 5.0
WRITE_POOL: Final = 8  # transactions of `transact` side by side; the batch writer has its own connection

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_LOCKS: Final = {
    Lock.SHARED: text("SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/sending', 0))"),
    Lock.EXCLUSIVE: text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/sending', 0))"),
}
_GIVEN_UP: Final = (
    "SELECT jsonb_array_elements_text(ids) AS id FROM dead_letters WHERE name = :name AND replayed_at IS NULL"
)
_AT_WORK: Final = (
    "SELECT jsonb_array_elements_text(convert_from(payload, 'UTF8')::jsonb -> 'ids') AS id "  # noqa: S608 - our own
    "FROM pgqueuer WHERE entrypoint = :name "
    # A job of a due lead that the server's clock still puts off is late, unless it waits to be tried again.
    "AND (execute_after <= now() OR (convert_from(payload, 'UTF8')::jsonb ->> 'attempt')::int > 0 "
    "OR headers ->> 'deaths' IS NOT NULL) "
    f"UNION ALL {_GIVEN_UP}"
)


def _not_among(ids: str, column: str, job: str) -> TextClause:
    condition = f"NOT EXISTS (SELECT 1 FROM ({ids}) AS among WHERE among.id = {column})"  # noqa: S608 - a column of ours
    return text(condition).bindparams(name=job)


def engine_of(url: str, *, schema: str | None, pool: int, statement_seconds: float | None) -> AsyncEngine:
    """Make an engine; without `statement_seconds` nothing ends a statement.

    Raises:
        SetupError: the URL cannot be read.
    """
    parsed, schema = parse(url, schema)
    server_settings = {
        "application_name": "leadgate",
        "statement_timeout": str(int((statement_seconds or 0) * 1000)),
        "idle_in_transaction_session_timeout": str(int((statement_seconds or 0) * 4000)),
        "TimeZone": "UTC",
    }
    if schema:
        server_settings["search_path"] = schema
    return create_async_engine(
        parsed,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=statement_seconds or CONNECT_SECONDS,
        hide_parameters=True,
        json_serializer=statements.to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": None if statement_seconds is None else statement_seconds + CONNECT_SECONDS,
            "server_settings": server_settings,
        },
    )


def parse(url: str, schema: str | None) -> tuple[URL, str | None]:
    """Read a URL; `?schema=name` in it does what the argument does.

    Raises:
        SetupError: the URL cannot be read, or the schema's name would need quotes.
    """
    try:
        parsed = make_url(url).set(drivername="postgresql+asyncpg")
    except (ArgumentError, ValueError, LookupError) as error:
        raise SetupError("DATABASE_URL cannot be read: postgresql://user:password@host:port/name") from error
    named = parsed.query.get("schema")
    schema = schema or (named if isinstance(named, str) else None)
    if schema is not None and not _SCHEMA.fullmatch(schema):
        raise SetupError("The schema's name has lower-case letters, digits and underscores, at most 40")
    return parsed.difference_update_query(["schema"]), schema


class PostgresDatabase(Database):
    """PostgreSQL 14 and later: many processes write; each batches its own units."""

    dialect = "postgresql"
    one_process = False

    def __init__(self, url: str, *, schema: str | None, readers: int, statement_seconds: float) -> None:
        super().__init__()
        self.url = url
        self.schema = schema or ""
        self._engine = engine_of(url, schema=schema, pool=WRITE_POOL + readers, statement_seconds=statement_seconds)
        self._batch_engine = engine_of(url, schema=schema, pool=1, statement_seconds=statement_seconds)
        self._binder = statements.Binder(self._engine.dialect)
        self._statements = PostgresStatements(queue_settings("public"))
        self._read_slots = asyncio.Semaphore(readers)
        self._hearing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, schema: str | None, readers: int, statement_seconds: float) -> Self:
        """Connect, and learn which schema holds the tables."""
        database = cls(url, schema=schema, readers=readers, statement_seconds=statement_seconds)
        try:
            found = await database.read(lambda c: c.execute(text("SELECT current_schema()")).scalar_one())
        except BaseException:
            await database.close()
            raise
        if found is None:
            await database.close()
            raise SetupError("The PostgreSQL schema does not exist: run `leadgate db upgrade` as its owner")
        database.schema = found
        database._statements = PostgresStatements(queue_settings(found))
        return database

    async def _transact(self, fn: Callable[[Tx], T], lock: Lock | None) -> tuple[T, Sequence[Unit]]:
        """Run a function in a transaction on a pooled connection."""

        def run(connection: Connection) -> tuple[T, Sequence[Unit]]:
            if lock is not None:
                connection.execute(_LOCKS[lock])
            tx = Tx(connection, self._apply)
            return fn(tx), tx.units

        return await self._in_transaction(self._engine, run)

    async def _read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function in a read-only transaction with one snapshot."""

        def run(connection: Connection) -> T:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return fn(connection)

        async with self._read_slots:
            return await self._in_transaction(self._engine, run)

    async def wal_truncate(self) -> None:
        """Do nothing: PostgreSQL's log is the server's, and VACUUM clears what is dead."""

    def on_insert(self, table: Table, listener: Listener) -> None:
        """Hear of other processes' commits too, on one connection for all listeners."""
        super().on_insert(table, listener)
        if self._hearing is None:
            self._hearing = asyncio.create_task(hear(self.listening, self.schema, self._inserted))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[tuple[Any, asyncio.Event]]:
        """Hold a connection of its own for LISTEN: give the asyncpg connection and the event that it has ended.

        Raises:
            StoreUnavailable: the server cannot be reached.
        """
        engine = engine_of(self.url, schema=self.schema, pool=1, statement_seconds=None)
        ended = asyncio.Event()
        try:
            async with engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                driver.add_termination_listener(lambda _: ended.set())
                yield driver, ended
        except ERRORS as error:
            raise translate(error) from None
        finally:
            await engine.dispose()

    def at_rest(self, column: str, job: str) -> TextClause:
        """Look through PgQueuer's queue."""
        return _not_among(_AT_WORK, column, job)

    def not_given_up(self, column: str, job: str) -> TextClause:
        """Read the list of ids once."""
        return _not_among(_GIVEN_UP, column, job)

    async def _commit(self, units: Sequence[Unit]) -> None:
        await self._in_transaction(self._batch_engine, lambda connection: self._apply(connection, units))

    async def _in_transaction(self, engine: AsyncEngine, fn: Callable[[Connection], T]) -> T:
        """Run and commit; once more on a fresh connection if the pooled one turns out dead before that."""
        stale, tries_left = False, TRIES
        while True:
            tries_left -= 1
            progress = _Progress()
            try:
                async with engine.connect() as connection:
                    return await self._once(connection, fn, progress)
            except ERRORS as error:
                again = sqlstate(error) in AGAIN
                if not again and lost(error) and not stale and not progress.committing and progress.connected:
                    again = stale = True
                if not again or not tries_left:
                    raise translate(error) from None

    @staticmethod
    async def _once(connection: AsyncConnection, fn: Callable[[Connection], T], progress: "_Progress") -> T:
        progress.connected = True
        async with connection.begin() as transaction:
            result = await connection.run_sync(fn)
            progress.committing = True
            await transaction.commit()
        return result

    def _apply(self, connection: Connection, units: Sequence[Unit]) -> None:
        statements.apply(connection, self._statements, self._binder, units)

    async def _dispose(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        await self._engine.dispose()
        await self._batch_engine.dispose()


class _Progress:
    """How far an attempt came: a lost connection is harmless before the commit, and unknown in it."""

    __slots__ = ("committing", "connected")

    def __init__(self) -> None:
        self.connected = False
        self.committing = False
