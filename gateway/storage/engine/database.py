"""The one way to the store: write a unit, run a transaction, read; the same on SQLite and PostgreSQL."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text

from gateway.errors import LeadgateError, SetupError, StoreUnavailable
from gateway.storage.engine import statements
from gateway.storage.engine.unit import Unit

T = TypeVar("T")

BATCH: Final = 256  # units per commit at most

JobsCommitted = Callable[[], None]


class Lock(Enum):
    """The lock of the sending protocol: a claim shares it, a withdrawal has it alone (design section 3)."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


class Tx:
    """One open transaction, synchronous: in SQLite's writer thread, or inside `run_sync` on PostgreSQL.

    `connection` takes any SQLAlchemy Core statement. Nothing in it may await, sleep or call out: on SQLite
    the whole gateway waits meanwhile.
    """

    __slots__ = ("_apply", "connection", "has_jobs")

    def __init__(self, connection: Connection, apply: Callable[[Connection, Sequence[Unit]], None]) -> None:
        self.connection = connection
        self.has_jobs = False
        self._apply = apply

    def apply(self, unit: Unit) -> None:
        """Write a unit in this transaction, its jobs included.

        Raises:
            Conflict: a key is taken; the whole transaction is rolled back, so let it pass.
        """
        self._apply(self.connection, (unit,))
        self.has_jobs = self.has_jobs or bool(unit.jobs)


class Database(ABC):
    """An open store. Made by `open_database`; closed once, at the end."""

    dialect: str
    warnings: tuple[str, ...] = ()  # what readiness should say, in words for the operator

    def __init__(self) -> None:
        self._writer = GroupWriter(self._commit, self._announce)
        self._listeners: list[JobsCommitted] = []
        self._closed = False

    async def write(self, unit: Unit) -> None:
        """Commit a unit together with whatever else waits; returns when it is durable.

        Raises:
            Conflict: a row to insert has a key that is taken; nothing of this unit is stored.
            StoreUnavailable: the disk is full or the connection is lost. If the connection broke in the very
                commit the unit may be stored all the same, so a repetition must be harmless (same ids).
        """
        await self._writer.write(unit)

    async def transact(self, fn: Callable[[Tx], T], *, lock: Lock | None = None) -> T:
        """Run a function in a transaction of its own and return what it returns; an exception rolls back.

        On PostgreSQL `lock` is taken first, as an advisory lock of the transaction; on SQLite the writer
        is the lock. After a deadlock or serialisation failure the function is run again, so it changes nothing
        but the store.

        Raises:
            Conflict: a row to insert has a key that is taken.
            StoreUnavailable: as in `write`.
        """
        self._hold_open()
        result, jobs = await self._transact(fn, lock)
        if jobs:
            self._announce()
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function on a read-only connection with one consistent view; it never waits for the writer.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        self._hold_open()
        return await self._read(fn)

    async def ping(self) -> None:
        """Ask the store for a sign of life.

        Raises:
            StoreUnavailable: there is none.
        """
        await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())

    @abstractmethod
    async def wal_truncate(self) -> None:
        """Empty SQLite's write-ahead log, so that deleted bytes are gone; nothing to do on PostgreSQL.

        Raises:
            StoreUnavailable: a long reader holds the log; try again.
        """

    async def close(self) -> None:
        """Finish what waits, then close every connection; what comes later is refused."""
        await self._writer.close()
        if not self._closed:
            self._closed = True
            await self._dispose()

    def on_jobs(self, listener: JobsCommitted) -> None:
        """Have a function called, in the event loop, after each commit that enqueued jobs."""
        self._listeners.append(listener)

    @abstractmethod
    async def _commit(self, units: Sequence[Unit]) -> None:
        """Write the units in one transaction."""

    @abstractmethod
    async def _transact(self, fn: Callable[[Tx], T], lock: Lock | None) -> tuple[T, bool]:
        """Run a function in a transaction; say too whether jobs were enqueued."""

    @abstractmethod
    async def _read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function on a read-only connection."""

    @abstractmethod
    async def _dispose(self) -> None:
        """Close every connection."""

    def _hold_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed")

    def _announce(self) -> None:
        for listener in self._listeners:
            listener()


class GroupWriter:
    """Commits units in groups: one task takes whatever came in while the previous commit ran, without linger.

    Invariants: a unit is answered only after its commit; units are committed in the order they came; after an
    error each unit that would have been committed alone, in that order, is committed.
    """

    def __init__(
        self, commit: Callable[[Sequence[Unit]], Any], announce: Callable[[], None], *, batch: int = BATCH
    ) -> None:
        self._commit = commit
        self._announce = announce
        self._batch = batch
        self._waiting: list[tuple[Unit, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, unit: Unit) -> None:
        """Queue a unit and wait for its commit; a caller that gives up meanwhile does not stop it."""
        if self._closed:
            raise StoreUnavailable("The store is being closed")
        if not unit:
            return
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        await answer

    async def close(self) -> None:
        """Commit what waits and take nothing more."""
        self._closed = True
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            answers = {id(unit): answer for unit, answer in batch}
            for units in statements.cuts([unit for unit, _ in batch]):
                await self._settle(units, answers)

    async def _settle(self, units: Sequence[Unit], answers: dict[int, asyncio.Future[None]]) -> None:
        """Commit units together, or each half by itself where something in them is wrong."""
        try:
            await self._commit(units)
        except StoreUnavailable as gone:
            self._give_up(gone, [answers[id(unit)] for unit in units])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to the unit that caused it
            if len(units) == 1:
                _answer(answers[id(units[0])], error)
                return
            half = len(units) // 2
            await self._settle(units[:half], answers)
            await self._settle(units[half:], answers)
        else:
            for unit in units:
                _answer(answers[id(unit)], None)
            if any(unit.jobs for unit in units):
                self._announce()

    def _give_up(self, gone: StoreUnavailable, answers: list[asyncio.Future[None]]) -> None:
        """Answer everybody who waits: the store is gone for all of them."""
        answers += [answer for _, answer in self._waiting]
        self._waiting = []
        for answer in answers:
            _answer(answer, StoreUnavailable(gone.detail, retry_after=gone.retry_after))


def _answer(answer: asyncio.Future[None], error: BaseException | None) -> None:
    if answer.done():  # its caller has given up
        return
    if error is None:
        answer.set_result(None)
    else:
        answer.set_exception(error)


class RowRefused(LeadgateError):
    """A row breaks a rule of its table that only the store knows; this is a fault in the gateway."""


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
