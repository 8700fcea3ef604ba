"""What is SQLite's own: the one writer thread, the read-only readers, statements for many rows."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sqlalchemy import Connection, Table, TextClause, text

from gateway.errors import SetupError, StoreUnavailable
from gateway.storage.engine import statements
from gateway.storage.engine.database import Database, Lock, Tx
from gateway.storage.engine.sqlite_file import Translated, driver, engine_of, path_of, wal_warning
from gateway.storage.engine.statements import Binder
from gateway.storage.engine.tables import work_items
from gateway.storage.engine.unit import DELETE, INSERT, PUT, Job, Operation, Row, Unit, Update

T = TypeVar("T")

_LARGE: Final = (128, 64, 32)
"""Rows of one statement; fewer than the last of these are a statement of their own number."""
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
TRUNCATE_SECONDS: Final = 5.0

_GIVEN_UP: Final = (
    "SELECT value FROM dead_letters, json_each(dead_letters.ids) "
    "WHERE dead_letters.name = :name AND dead_letters.replayed_at IS NULL"
)
_AT_WORK: Final = (
    "SELECT value FROM work_items, json_each(work_items.ids) WHERE work_items.name = :name "  # noqa: S608 - our own
    f"UNION ALL {_GIVEN_UP}"
)


class SqliteStatements:
    """One prepared statement per table, operation and number of rows, run in one step.

    The driver lets go of the interpreter's lock at each step and must then wait for it again: row by row, as
    `executemany` would, that was some twenty hand-overs a lead between the writer and the event loop.
    """

    def __init__(self, binder: Binder) -> None:
        self._binder = binder

    def run(self, connection: Connection, table: Table, operation: Operation, rows: Sequence[Row]) -> None:
        """Send the rows of one table, straight to the driver: this is what the writer does most."""
        raw: Any = connection.connection.driver_connection
        if operation == DELETE:
            raw.executemany(_delete(table), rows)
            return
        start = 0
        for size in _sizes(len(rows)):
            values = tuple(chain.from_iterable(rows[start : start + size]))
            raw.executemany(_change(table, operation, size), (values,))  # `execute` would let go of the lock once more
            start += size

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Add the jobs to the local engine's queue."""
        rows = [(job.name, job.ids, job.run_at or AT_ONCE, 0, "waiting", 0) for job in jobs]
        self.run(connection, work_items, INSERT, self._binder.bind(work_items, INSERT, rows))


@cache
def _delete(table: Table) -> str:
    where = " AND ".join(f'"{name}" = ?' for name in statements.written(table, DELETE))
    return f'DELETE FROM "{table.name}" WHERE {where}'  # noqa: S608 - names of our own metadata


@cache
def _change(table: Table, operation: Operation, size: int) -> str:
    names = statements.written(table, operation)
    columns = ", ".join(f'"{name}"' for name in names)
    rows = ", ".join([f"({', '.join('?' * len(names))})"] * size)
    if isinstance(operation, Update):
        return f"WITH new({columns}) AS (VALUES {rows}) {statements.change(table, operation)}"
    insert = f'INSERT INTO "{table.name}" ({columns}) VALUES {rows}'  # noqa: S608 - as above
    return insert if operation != PUT else f"{insert} {statements.on_conflict(table)}"


def _sizes(count: int) -> Iterator[int]:
    """Split so many rows into statements that are likely to have been prepared before: large ones, and what is left."""
    for size in _LARGE:
        while count >= size:
            yield size
            count -= size
    if count:
        yield count


def _check_writable(path: Path) -> None:
    """Check that file and directory may be written: SQLite would open them to read, and fail at the first lead.

    Raises:
        SetupError: naming what may not be written.
    """
    files = [Path(f"{path}{suffix}") for suffix in ("", "-wal", "-shm")]
    for each in (path.parent, *(file for file in files if file.exists())):
        if not os.access(each, os.W_OK):
            raise SetupError(f"{each} cannot be written to: give it to the user that runs Leadgate (chown, chmod u+w).")


class SqliteDatabase(Database):
    """SQLite: one thread writes, a few read; one process (design section 4)."""

    dialect = "sqlite"
    one_process = True

    def __init__(self, path: Path, *, readers: int) -> None:
        super().__init__()
        self.path = path
        self._engine = engine_of(path)
        self._readers = engine_of(path, read_only=True, pool=readers)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._read_threads = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._binder = Binder(self._engine.dialect)
        self._statements = SqliteStatements(self._binder)
        warning = wal_warning(driver().sqlite_version_info)
        self.warnings = (warning,) if warning else ()

    @classmethod
    async def open(cls, url: str, *, readers: int) -> Self:
        """Open the file, creating it where it is missing."""
        path = path_of(url)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SetupError(f"The directory {path.parent} cannot be made: choose another DATA_DIR") from error
        _check_writable(path)
        database = cls(path, readers=readers)
        try:
            await database._in_writer(_sign_of_life)
        except BaseException:
            await database.close()
            raise
        return database

    async def _transact(self, fn: Callable[[Tx], T], lock: Lock | None) -> tuple[T, Sequence[Unit]]:
        """Run a function in the writer thread; the writer is the lock."""
        del lock

        def run(connection: Connection) -> tuple[T, Sequence[Unit]]:
            tx = Tx(connection, self._apply)
            return fn(tx), tx.units

        return await self._in_writer(run)

    async def _read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function in a reader thread."""

        def run() -> T:
            with Translated(), self._readers.begin() as connection:
                return fn(connection)

        return await asyncio.get_running_loop().run_in_executor(self._read_threads, run)

    async def wal_truncate(self) -> None:
        """Copy the log into the file and cut it to nothing, waiting for readers to let go of it."""

        def run() -> None:
            deadline = time.monotonic() + TRUNCATE_SECONDS
            with Translated():
                raw = self._engine.raw_connection()
                try:
                    while raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                        if time.monotonic() > deadline:
                            raise StoreUnavailable("A long read keeps the write-ahead log from being emptied")
                        time.sleep(0.02)
                finally:
                    raw.close()

        await asyncio.get_running_loop().run_in_executor(self._write_thread, run)

    def at_rest(self, column: str, job: str) -> TextClause:
        """Look through our own queue."""
        return text(f"{column} NOT IN ({_AT_WORK})").bindparams(name=job)

    def not_given_up(self, column: str, job: str) -> TextClause:
        """Read the list of ids once."""
        return text(f"{column} NOT IN ({_GIVEN_UP})").bindparams(name=job)

    async def _commit(self, units: Sequence[Unit]) -> None:
        await self._in_writer(lambda connection: self._apply(connection, units))

    async def _in_writer(self, fn: Callable[[Connection], T]) -> T:
        def run() -> T:
            with Translated(), self._engine.begin() as connection:
                return fn(connection)

        return await asyncio.get_running_loop().run_in_executor(self._write_thread, run)

    def _apply(self, connection: Connection, units: Sequence[Unit]) -> None:
        statements.apply(connection, self._statements, self._binder, units)

    async def _dispose(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._read_threads.shutdown)
        await loop.run_in_executor(None, self._write_thread.shutdown)
        self._readers.dispose()
        self._engine.dispose()


def _sign_of_life(connection: Connection) -> None:
    connection.execute(text("SELECT count(*) FROM sqlite_schema")).scalar_one()
