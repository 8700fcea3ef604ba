"""What is SQLite's own: one writer, pragmas, erased bytes, the version, the lock on the data directory."""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from gateway.errors import SetupError
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.sqlite import SqliteDatabase
from gateway.storage.engine.sqlite_file import driver, lock_data_dir, wal_warning
from gateway.storage.engine.unit import Unit
from gateway.storage.migrations import migrate
from gateway.storage.registers import sources
from tests.gateway.storage.rows import source
from tests.support.stores import Store


@pytest.mark.integration
async def test_sqlite_transactions_run_one_after_the_other(sqlite_store: Store) -> None:
    """On SQLite the writer is the lock: no transaction begins within another."""
    database = await sqlite_store.open()
    inside = 0

    def run(tx: Tx) -> int:
        nonlocal inside
        inside += 1
        tx.connection.execute(select(sources)).all()
        found, inside = inside, inside - 1
        return found

    locks = [Lock.SHARED, Lock.EXCLUSIVE, None]
    found = await asyncio.gather(*(database.transact(run, lock=locks[n % 3]) for n in range(30)))
    assert set(found) == {1}
    await database.close()


@pytest.mark.integration
async def test_erased_bytes_leave_the_file_and_its_log(sqlite_store: Store, tmp_path: Path) -> None:
    """After a deletion and `wal_truncate` the bytes are nowhere on the disk, and the log is empty."""
    database = await sqlite_store.open()
    assert isinstance(database, SqliteDatabase)
    canary = "canary-4711-" * 40
    await database.write(Unit().insert(sources, source("a", canary)))
    await database.write(Unit().delete(sources, {"key": "a"}))
    await database.wal_truncate()
    for name in ("leadgate.db", "leadgate.db-wal"):
        assert b"canary-4711" not in (tmp_path / name).read_bytes()
    assert (tmp_path / "leadgate.db-wal").stat().st_size == 0
    await database.close()


@pytest.mark.integration
async def test_sqlite_is_set_up_for_durability(sqlite_store: Store) -> None:
    """WAL, FULL, secure_delete on the writer; readers that cannot write."""
    database = await sqlite_store.open()

    def pragma(connection: Connection, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    found = await database.transact(
        lambda tx: [pragma(tx.connection, name) for name in ("journal_mode", "synchronous", "secure_delete")]
    )
    assert found == ["wal", 2, 1]
    assert await database.read(lambda c: pragma(c, "query_only")) == 1
    await database.close()


def test_the_data_directory_belongs_to_one_process(tmp_path: Path) -> None:
    """A second lock is refused with what to do, and granted once the first is gone."""
    held = lock_data_dir(tmp_path / "data")
    with pytest.raises(SetupError, match="stop it"):
        lock_data_dir(tmp_path / "data")
    held.release()
    held.release()
    lock_data_dir(tmp_path / "data").release()


@pytest.mark.parametrize(
    ("version", "bad"),
    [
        ((3, 40, 1), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_the_version_check_knows_the_bad_versions(version: tuple[int, ...], bad: bool) -> None:  # noqa: FBT001 - a case
    """3.7.0 to 3.51.2 are named, the fixed ones are not."""
    assert (wal_warning(version) is not None) is bad


async def test_a_version_that_is_too_old_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail at the first change of a row; the message names what was found, what is needed and what to do."""
    monkeypatch.setattr(driver(), "sqlite_version_info", (3, 32, 3))
    url = f"sqlite:///{tmp_path / 'leadgate.db'}"
    for start in (migrate.upgrade(url), SqliteDatabase.open(url, readers=1)):
        with pytest.raises(SetupError, match=r"3\.32\.3 .* needs 3\.33\.0 .*pysqlite3"):
            await start


@pytest.mark.integration
async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """A new database is readable by its owner alone, also in a folder that others may enter."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    await migrate.upgrade(f"sqlite:///{folder / 'leadgate.db'}")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["leadgate.db", "leadgate.db-wal", "leadgate.db-shm", "."])
def test_what_may_not_be_written_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """SQLite would open it to read, and fail at the first lead; the message names the file."""
    monkeypatch.chdir(tmp_path)
    for suffix in ("", "-wal", "-shm"):
        Path(f"leadgate.db{suffix}").touch()
    tmp_path.chmod(0o777)
    for file in tmp_path.iterdir():
        file.chmod(0o666)
    Path(name).chmod(0o555 if name == "." else 0o444)
    with _as_somebody(), pytest.raises(SetupError, match=rf"^{re.escape(name)} cannot be written to") as caught:
        asyncio.run(SqliteDatabase.open("sqlite:///leadgate.db", readers=1))
    tmp_path.chmod(0o700)
    assert "chown" in str(caught.value)


@contextmanager
def _as_somebody() -> Iterator[None]:
    """Ask as a user who is not root: root may write everywhere."""
    if os.getuid() != 0:
        yield
        return
    os.setreuid(65534, -1)
    try:
        yield
    finally:
        os.setreuid(0, -1)
