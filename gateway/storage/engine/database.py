"""The one way to the store: write a unit, run a transaction, read; the same on SQLite and PostgreSQL."""

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import ClassVar, Final, TypeVar

from sqlalchemy import Connection, Table, TextClause, text

from gateway.errors import StoreBusy, StoreUnavailable
from gateway.storage.engine.unit import INSERT, Unit
from gateway.storage.engine.writer import GroupWriter

T = TypeVar("T")

Listener = Callable[[], None]

FAULT_SECONDS: Final = 10.0
"""For how long after a write that failed one that succeeds proves nothing: on a full disk a small one may find room."""


class Lock(Enum):
    """The lock of the sending protocol: a claim shares it, a withdrawal has it alone (design section 3)."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


class Tx:
    """One open transaction, synchronous: in SQLite's writer thread, or inside `run_sync` on PostgreSQL.

    `connection` takes any SQLAlchemy Core statement. Nothing in it may await, sleep or call out: on SQLite
    the whole gateway waits meanwhile.
    """

    __slots__ = ("_apply", "connection", "units")

    def __init__(self, connection: Connection, apply: Callable[[Connection, Sequence[Unit]], None]) -> None:
        self.connection = connection
        self.units: list[Unit] = []
        self._apply = apply

    def apply(self, unit: Unit) -> None:
        """Write a unit in this transaction, its jobs included.

        Raises:
            Conflict: a key is taken; the whole transaction is rolled back, so let it pass.
        """
        self._apply(self.connection, (unit,))
        self.units.append(unit)


class Database(ABC):
    """An open store. Made by `opening.open_database`; closed once, at the end.

    Attributes:
        dialect: `sqlite` or `postgresql`.
        fault: why this process's last writes failed, until one succeeds some seconds later; None while they do not.
    """

    dialect: ClassVar[str]
    one_process: ClassVar[bool]  # whether one process does everything, so that its memory is shared enough
    fault: str | None
    warnings: tuple[str, ...] = ()  # what readiness should say, in words for the operator

    def __init__(self) -> None:
        self.fault = None
        self._failed_at = 0.0
        self._writer = GroupWriter(lambda units: self._watched(self._commit(units)), self._announce)
        self._listeners: list[Listener] = []
        self._inserts: dict[Table, list[Listener]] = {}
        self._commits: list[Listener] = []
        self._closed = False

    async def write(self, unit: Unit) -> None:
        """Commit a unit together with whatever else waits; returns when it is durable.

        Raises:
            Conflict: a row to insert has a key that is taken; nothing of this unit is stored.
            StoreUnavailable: the disk is full or the connection is lost. If the connection broke in the very
                commit the unit may be stored all the same, so a repetition must be harmless (same ids).
        """
        await self._writer.write(unit)
        self._committed()

    async def write_each(self, units: Sequence[Unit]) -> list[BaseException | None]:
        """Commit units as `write` does, and return what went wrong with each: None where it is durable."""
        answers = [self._writer.queue(unit) for unit in units]
        try:
            for answer in answers:
                with suppress(Exception):  # told below
                    await answer
            self._committed()
        finally:
            for answer in answers:
                answer.cancel()  # where the caller has given up; the others are done
        return [answer.exception() for answer in answers]

    async def transact(self, fn: Callable[[Tx], T], *, lock: Lock | None = None) -> T:
        """Run a function in a transaction of its own and return what it returns; an exception rolls back.

        On PostgreSQL `lock` is taken first, as an advisory lock of the transaction; on SQLite the writer
        is the lock. After a deadlock or serialisation failure the function is run again, so it changes nothing
        but the store.

        Raises:
            Conflict: a row to insert has a key that is taken.
            StoreUnavailable: as in `write`.
        """
        self._check_open()
        result, units = await self._watched(self._transact(fn, lock))
        self._committed()
        self._announce(units)
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function on a read-only connection with one consistent view; it never waits for the writer.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        self._check_open()
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

    def on_jobs(self, listener: Listener) -> None:
        """Have a function called, in the event loop, after each commit that enqueued jobs."""
        self._listeners.append(listener)

    def on_insert(self, table: Table, listener: Listener) -> None:
        """Have a function called, in the event loop, after each commit of a unit that inserted rows into a table.

        On PostgreSQL it hears of the commits of other processes too, where the table is one of those that are told
        (`schema.TOLD`). News may be lost with a connection: whoever waits for it also looks by itself, now and then.
        """
        self._inserts.setdefault(table, []).append(listener)

    def on_commit(self, listener: Listener) -> None:
        """Have a function called, in the event loop, after each commit of this process; it must cost nothing."""
        self._commits.append(listener)

    @abstractmethod
    def at_rest(self, column: str, job: str) -> TextClause:
        """Give the condition that no job of a name, queued or a dead letter, carries the id in a column.

        The list of those ids is read once, and not for each row.
        """

    @abstractmethod
    def not_given_up(self, column: str, job: str) -> TextClause:
        """Give the condition that no dead letter of a name that was not replayed carries the id in a column."""

    @abstractmethod
    async def _commit(self, units: Sequence[Unit]) -> None:
        """Write the units in one transaction."""

    @abstractmethod
    async def _transact(self, fn: Callable[[Tx], T], lock: Lock | None) -> tuple[T, Sequence[Unit]]:
        """Run a function in a transaction; give too the units that it applied."""

    @abstractmethod
    async def _read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function on a read-only connection."""

    @abstractmethod
    async def _dispose(self) -> None:
        """Close every connection."""

    async def _watched(self, write: Awaitable[T]) -> T:
        """Await a write, and remember how it ended: but not that it met others, for then the store takes writes."""
        try:
            result = await write
        except StoreBusy:
            raise
        except StoreUnavailable as error:
            self.fault, self._failed_at = error.detail, time.monotonic()
            raise
        if self.fault is not None and time.monotonic() - self._failed_at > FAULT_SECONDS:
            self.fault = None
        return result

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed")

    def _announce(self, units: Sequence[Unit]) -> None:
        """Say what was committed, once for all units."""
        if any(unit.jobs for unit in units):
            for listener in self._listeners:
                listener()
        for table in self._inserts:
            if any((table, INSERT) in unit.rows for unit in units):
                self._inserted(table.name)

    def _inserted(self, name: str | None) -> None:
        """Tell who waits for rows of a table; None tells everybody, as after news that may have been missed."""
        for table, listeners in self._inserts.items():
            if name in {None, table.name}:
                for listener in listeners:
                    listener()

    def _committed(self) -> None:
        for listener in self._commits:
            listener()
