"""What is PgQueuer's own: notifications, the transaction trap, settings that no environment changes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.errors import RowRefused
from gateway.storage.engine.postgres import PostgresDatabase
from gateway.storage.engine.postgres_statements import queue_settings, raw_connection
from gateway.storage.engine.unit import Job, Unit
from gateway.work.engine import WorkEngine
from gateway.work.pgqueuer import PgQueuerQueue
from tests.gateway.work.doubles import CountingIds, RealClock, Recorder
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually, until

pytestmark = [pytest.mark.integration, pytest.mark.postgres]

LISTENERS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%' || :channel || '%'"
)
"""The connections that listen."""


def channel(database: PostgresDatabase) -> str:
    """The channel on which a schema's jobs are told."""
    return queue_settings(database.schema).channel


@pytest.fixture
async def ours(postgres_store: Store) -> AsyncIterator[PostgresDatabase]:
    """The worker's own database."""
    database = await postgres_store.open()
    assert isinstance(database, PostgresDatabase)
    yield database
    await database.close()


@pytest.fixture
async def theirs(postgres_store: Store) -> AsyncIterator[Database]:
    """The database as another process sees it."""
    database = await postgres_store.open()
    yield database
    await database.close()


@pytest.fixture
async def verify(ours: PostgresDatabase) -> AsyncIterator[Recorder]:
    """A handler under an engine that would not poll again while a test waits."""
    recorder = Recorder()
    engine = WorkEngine(
        PgQueuerQueue(ours, worker=uuid4()), clock=RealClock(), ids=CountingIds(), draw=lambda: 0.0, poll=2 * PATIENCE
    )
    engine.register("verify", recorder)
    await engine.start()
    await eventually(lambda: ours.read(lambda c: c.execute(LISTENERS, {"channel": channel(ours)}).scalars().all()))
    yield recorder
    await engine.stop(5)


async def test_another_process_s_commit_wakes_the_worker(theirs: Database, verify: Recorder) -> None:
    """A notification comes with the commit; nobody waits for the next poll."""
    await theirs.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    await until(lambda: verify.seen == ["ld_1"])


async def test_a_listener_that_was_cut_off_listens_again(
    ours: PostgresDatabase, theirs: Database, verify: Recorder
) -> None:
    """After its connection was ended the worker connects anew, and looks for what it has missed."""
    end = text(f"SELECT pg_terminate_backend(pid) FROM ({LISTENERS}) AS listeners")  # noqa: S608 - our own query
    ended = await theirs.transact(lambda tx: tx.connection.execute(end, {"channel": channel(ours)}).scalars().all())
    assert ended == [True]
    await theirs.write(Unit().enqueue(Job(name="verify", ids=("missed",))))
    await until(lambda: verify.seen == ["missed"])
    await theirs.write(Unit().enqueue(Job(name="verify", ids=("heard",))))
    await until(lambda: verify.seen == ["missed", "heard"])


async def test_the_driver_is_not_touched_outside_of_a_transaction(ours: PostgresDatabase) -> None:
    """Before its first statement SQLAlchemy has begun nothing: a job enqueued then would survive a rollback."""

    def touch(tx: Tx) -> None:
        raw_connection(tx.connection)

    with pytest.raises(RowRefused, match="run a statement"):
        await ours.transact(touch)


async def test_a_job_is_due_at_its_exact_time(ours: PostgresDatabase) -> None:
    """`run_at` is stored to the microsecond, however long the transaction has been open."""
    run_at = datetime(2031, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
    past = datetime.now(UTC) - timedelta(days=1)
    await ours.write(
        Unit().enqueue(Job(name="later", ids=("a",), run_at=run_at), Job(name="past", ids=("b",), run_at=past))
    )
    query = text("SELECT entrypoint, execute_after, execute_after <= now() AS due FROM pgqueuer ORDER BY entrypoint")
    later, overdue = await ours.read(lambda connection: connection.execute(query).all())
    assert (later.execute_after, later.due) == (run_at, False)
    assert overdue.due


def test_no_environment_changes_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """PgQueuer reads its names from the environment, even without a prefix; ours are given."""
    before = queue_settings("leadgate")
    names = ["CHANNEL", "FUNCTION", "TRIGGER", "QUEUE_TABLE", "DURABILITY", "PREFIX", "SCHEMA", "QUEUE_TABLE_LOG"]
    for name in names:
        monkeypatch.setenv(name, "volatile")
        monkeypatch.setenv(f"PGQUEUER_{name}", "volatile")
    assert queue_settings("leadgate") == before
    assert before.channel == "ch_leadgate_leadgate"
