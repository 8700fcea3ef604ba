"""One SQLite file: driver, pragmas, engines, errors, the check of the version, the lock on its directory."""

import fcntl
import os
import sqlite3 as stdlib_sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from gateway.errors import Conflict, LeadgateError, SetupError, StoreUnavailable
from gateway.storage.engine import statements
from gateway.storage.engine.errors import RowRefused

SAFE_FROM: Final = (3, 51, 3)  # https://sqlite.org/wal.html, section on the WAL-reset bug
OLDEST: Final = (3, 33, 0)  # UPDATE … FROM, https://sqlite.org/lang_update.html
BUSY_SECONDS: Final = 5.0
_CHECKPOINT: Final = "wal_autocheckpoint=8000"
"""Pages (32 MB) after which the log is copied into the file. A lead writes to some nine pages, most of them index pages
that the next leads write to again: the longer the log, the fewer of them are copied."""
_KEPT_STATEMENTS: Final = 1024
"""Prepared ones per connection: the writer has one per table, operation and number of rows."""
LOCK_NAME: Final = "leadgate.lock"

# Primary result codes, https://sqlite.org/rescode.html: about the file or machine, not the unit.
_GONE: Final = {
    5: "another process holds the database's write lock",  # SQLITE_BUSY
    6: "another connection holds a table lock",  # SQLITE_LOCKED
    7: "out of memory",  # SQLITE_NOMEM
    8: "the database file cannot be written to",  # SQLITE_READONLY
    10: "the disk answers with an I/O error",  # SQLITE_IOERR
    11: "the database file is damaged; restore a backup",  # SQLITE_CORRUPT
    13: "the disk or the database is full; make room",  # SQLITE_FULL
    14: "the database file cannot be opened",  # SQLITE_CANTOPEN
    15: "another process changes the lock protocol",  # SQLITE_PROTOCOL
    26: "the file is no database",  # SQLITE_NOTADB
}
_TAKEN: Final = "UNIQUE constraint failed:"  # a primary key is reported so too; pysqlite3 knows no extended codes


def driver() -> ModuleType:
    """Give pysqlite3 (a newer SQLite, statically linked) where it is installed, else the standard library's."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - there is no wheel for every platform
    except ImportError:
        return stdlib_sqlite3
    found: ModuleType = dbapi2
    return found


def _quicken(module: ModuleType) -> None:
    """Give the driver adapters that give bytes and None back as they are.

    It binds both natively, but only after a search for adapters that ends in a raised and caught AttributeError: most
    of what binding a row costs, and all of it under the interpreter's lock.
    """
    module.register_adapter(bytes, bytes)
    module.register_adapter(type(None), {}.get)


def check_version(version: tuple[int, ...]) -> None:
    """Check that an SQLite version knows all that is said to it.

    Raises:
        SetupError: it is too old.
    """
    if version < OLDEST:
        raise SetupError(
            f"SQLite {_dotted(version)} is too old: Leadgate needs {_dotted(OLDEST)} or newer. Install the pysqlite3 "
            "package, which brings its own, or a newer SQLite library, or use PostgreSQL."
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def wal_warning(version: tuple[int, ...]) -> str | None:
    """Say what is wrong with an SQLite version, or None."""
    if version >= SAFE_FROM:
        return None
    return (
        f"SQLite {_dotted(version)} can corrupt its write-ahead log when two connections write or "
        "checkpoint at once (fixed in 3.51.3): install the pysqlite3 package or a newer SQLite, or use PostgreSQL"
    )


class DataDirLock:
    """A held lock on a data directory; released by `release` or with the process, even by SIGKILL."""

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def release(self) -> None:
        """Let another process write."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def lock_data_dir(path: Path) -> DataDirLock:
    """Take the data directory for this process, so that two never write to one SQLite file.

    Raises:
        SetupError: another process holds it.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(handle)
        raise SetupError(
            f"Another Leadgate process (pid {holder}) uses the data directory {path}: stop it, "
            "or give this one another DATA_DIR, or use PostgreSQL, which many processes may share"
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return DataDirLock(handle)


def engine_of(path: Path, *, read_only: bool = False, pool: int = 1) -> Engine:
    """Make an engine on one file; a writer begins IMMEDIATE, so that it never fails half-way for a lock.

    It is also what the migrations run on: without BEGIN IMMEDIATE a failed migration stays half-applied,
    because the driver commits before DDL.

    Raises:
        SetupError: the SQLite that is there is too old.
    """
    module = driver()
    check_version(module.sqlite_version_info)
    _quicken(module)
    uri = f"file:{quote(str(path.absolute()))}" + ("?mode=ro" if read_only else "")

    def connect() -> Any:  # noqa: ANN401 - a DBAPI connection of one of two modules
        return module.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
            cached_statements=_KEPT_STATEMENTS,
        )

    engine = create_engine(
        "sqlite://",
        module=module,
        creator=connect,
        poolclass=QueuePool,
        pool_size=pool,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=statements.to_json,
    )
    event.listen(engine, "connect", _read_only_pragmas if read_only else _writer_pragmas)
    event.listen(engine, "begin", _begin if read_only else _begin_immediate)
    return engine


def _writer_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a DBAPI connection
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", _CHECKPOINT)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _read_only_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a DBAPI connection
    connection.execute("PRAGMA query_only=ON").fetchall()


def _begin(connection: Connection) -> None:
    _tell(connection, "BEGIN")


def _begin_immediate(connection: Connection) -> None:
    _tell(connection, "BEGIN IMMEDIATE")


def _tell(connection: Connection, statement: str) -> None:
    """Send a statement straight to the driver: a lead has some two transactions, and their beginnings add up."""
    raw: Any = connection.connection.driver_connection
    raw.execute(statement)


def path_of(url: str) -> Path:
    """Read the file's path from an SQLite URL.

    Raises:
        SetupError: it names no file.
    """
    name = make_url(url).database
    if not name or name == ":memory:":
        raise SetupError("An SQLite DATABASE_URL names a file: sqlite:///leadgate-data/leadgate.db")
    return Path(name)


class Translated:
    """In a `with`: turns the driver's errors into the gateway's, which name columns and never values."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, driver().Error):
            raise translate(cause) from None


def translate(error: BaseException) -> LeadgateError:
    """Say what an SQLite error means for the caller."""
    message = str(error)
    if message.startswith(_TAKEN):
        return Conflict(f"This is stored already ({message.removeprefix(_TAKEN).strip()})")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _GONE:
        return StoreUnavailable(f"The store cannot take this now: {_GONE[code]}")
    # SQLite's messages name tables, columns and syntax; a value stands in none of them.
    return RowRefused(f"SQLite refuses a statement: {type(error).__name__} {code}: {message}")
