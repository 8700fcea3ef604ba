"""The work engine, the same on both queues."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from gateway.errors import Conflict, KeysUnavailable, NotFound
from gateway.storage.engine.database import Database
from gateway.storage.engine.tables import work_items
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.registers import sources
from gateway.work import retries
from gateway.work.choose import engine_for
from gateway.work.dead_letters import dead, replay
from gateway.work.engine import POLL_SECONDS, WorkEngine
from gateway.work.retries import ATTEMPTS
from tests.gateway.work.doubles import CountingIds, RealClock, Recorder
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually, until

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Start = Callable[..., Awaitable[WorkEngine]]


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Start]:
    """Start engines that never wait between attempts, and stop them at the end."""
    started: list[WorkEngine] = []

    async def begin(draw: float = 0.0, poll: float = POLL_SECONDS, **handlers: Recorder) -> WorkEngine:
        engine = engine_for(database, clock=RealClock(), ids=CountingIds(), draw=lambda: draw, worker=uuid4())
        engine._poll = poll
        for name, handler in handlers.items():
            engine.register(name, handler)
        await engine.start()
        started.append(engine)
        return engine

    yield begin
    for engine in started:
        await engine.stop(5)


async def pending(database: Database) -> int:
    """Count the jobs that lie in the queue."""
    if database.dialect == "sqlite":
        return await database.read(lambda c: c.execute(select(func.count()).select_from(work_items)).scalar_one())
    return await database.read(lambda c: c.execute(text("SELECT count(*) FROM pgqueuer")).scalar_one())


async def settled(database: Database) -> None:
    """Wait until nothing lies in the queue."""
    await eventually(lambda: pending(database), lambda count: count == 0)


async def test_a_committed_job_runs_at_once(database: Database, start: Start) -> None:
    """The commit itself wakes the engine: no polling interval passes."""
    verify = Recorder()
    await start(poll=2 * PATIENCE, verify=verify)
    await asyncio.sleep(0.1)  # by now it waits for the next interval
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1", "ld_2"))))
    await until(lambda: verify.seen == ["ld_1", "ld_2"])
    await settled(database)


async def test_a_rolled_back_job_never_runs(database: Database, start: Start) -> None:
    """A job shares the fate of its unit: with a conflict it vanishes."""
    row = {"key": "a", "kind": "api", "purposes": [], "settings": {}, "created_at": NOW}
    await database.write(Unit().insert(sources, row))
    with pytest.raises(Conflict):
        await database.write(Unit().insert(sources, row).enqueue(Job(name="verify", ids=("ld_1",))))

    def fail(tx: object) -> None:
        tx.apply(Unit().enqueue(Job(name="verify", ids=("ld_2",))))  # type: ignore[attr-defined]  # a Tx
        raise KeyError("after the job was written")

    with pytest.raises(KeyError):
        await database.transact(fail)
    assert await pending(database) == 0
    verify = Recorder()
    await start(verify=verify)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_3",))))
    await until(lambda: verify.seen == ["ld_3"])


async def test_jobs_of_one_name_are_handled_together(database: Database, start: Start) -> None:
    """What waits is put into few calls of up to 64 ids, and no id is lost or doubled."""
    await database.write(Unit().enqueue(*(Job(name="verify", ids=(f"ld_{n}",)) for n in range(200))))
    verify = Recorder()
    await start(verify=verify)
    await until(lambda: len(verify.seen) == 200)
    assert sorted(verify.seen) == sorted(f"ld_{n}" for n in range(200))
    assert max(map(len, verify.calls)) <= 64
    assert len(verify.calls) < 20
    await settled(database)


async def test_a_poison_item_does_not_spoil_its_neighbours(database: Database, start: Start) -> None:
    """A call that fails is repeated in halves, until only the bad item fails; that one is buried after five."""
    await database.write(Unit().enqueue(*(Job(name="verify", ids=(f"ld_{n}",)) for n in range(20))))
    verify = Recorder(poison={"ld_7"})
    await start(verify=verify)
    await settled(database)
    (letter,) = await dead(database)
    assert (letter.name, letter.ids, letter.attempts) == ("verify", ("ld_7",), ATTEMPTS)
    assert set(verify.seen) == {f"ld_{n}" for n in range(20)}


async def test_a_dead_letter_holds_class_and_place_but_no_message(database: Database, start: Start) -> None:
    """An exception's message may quote a person, so that it is nowhere in the store."""
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    await start(verify=Recorder(poison={"ld_1"}))
    await settled(database)
    (letter,) = await dead(database)
    assert letter.error.startswith("builtins.ValueError at ")
    assert "jane" not in letter.error
    if database.dialect == "postgresql":
        rows = await database.read(lambda c: c.execute(text("SELECT l::text FROM pgqueuer_log l")).scalars().all())
        assert rows
        assert not any("jane" in row or "Traceback" in row for row in rows)


async def test_a_dead_letter_is_replayed_once(database: Database, start: Start) -> None:
    """A replay runs the job anew with its failures forgotten; a second replay is refused."""
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    verify = Recorder(poison={"ld_1"})
    await start(verify=verify)
    await settled(database)
    (letter,) = await dead(database)
    verify.poison.clear()
    verify.calls.clear()
    job = await database.transact(lambda tx: replay(tx, letter.id, now=NOW))
    assert job == Job(name="verify", ids=("ld_1",))
    await until(lambda: verify.seen == ["ld_1"])
    assert await dead(database) == []
    with pytest.raises(Conflict):
        await database.transact(lambda tx: replay(tx, letter.id, now=NOW))
    with pytest.raises(NotFound):
        await database.transact(lambda tx: replay(tx, "dl_nothing", now=NOW))


async def test_a_failure_waits_before_the_next_attempt(database: Database, start: Start) -> None:
    """With jitter at its longest the second attempt comes no sooner than the backoff says."""
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    verify = Recorder(poison={"ld_1"})
    await start(draw=0.2, verify=verify)
    await until(lambda: len(verify.calls) >= 2)
    assert verify.began[1] - verify.began[0] >= retries.delay(1, 0.2).total_seconds()


async def test_a_job_for_later_waits_for_its_time(database: Database, start: Start) -> None:
    """`run_at` holds a job back, and only that job."""
    verify = Recorder()
    await start(verify=verify)
    later = datetime.now(UTC) + timedelta(seconds=1)
    await database.write(
        Unit().enqueue(Job(name="verify", ids=("later",), run_at=later), Job(name="verify", ids=("now",)))
    )
    await until(lambda: verify.seen == ["now"])
    await until(lambda: verify.seen == ["now", "later"])
    assert datetime.now(UTC) >= later


async def test_an_unavailable_store_does_not_count_as_a_failure(database: Database, start: Start) -> None:
    """A job that meets a dead key store comes back as often as needed, and is never buried."""
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    verify = Recorder(poison={"ld_1"}, error=lambda: KeysUnavailable(retry_after=0))
    await start(verify=verify)
    await until(lambda: len(verify.calls) > ATTEMPTS + 2)
    verify.poison.clear()
    await settled(database)
    assert await dead(database) == []


async def test_stopping_drains(database: Database, start: Start) -> None:
    """A running call may end, nothing new is begun, and what was not begun stays in the queue."""
    gate = asyncio.Event()
    verify = Recorder(gate=gate)
    engine = await start(verify=verify)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    await until(lambda: verify.seen == ["ld_1"])
    stopping = asyncio.create_task(engine.stop(5))
    await asyncio.sleep(0.1)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_2",))))
    gate.set()
    await stopping
    assert verify.seen == ["ld_1"]
    assert await pending(database) == 1


async def test_what_does_not_end_in_time_is_put_back(database: Database, start: Start) -> None:
    """A call that outlasts the drain is cancelled without a failure counted; the next engine takes the job."""
    stuck = Recorder(gate=asyncio.Event())
    engine = await start(verify=stuck)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    await until(lambda: stuck.seen == ["ld_1"])
    await engine.stop(0.1)
    assert await pending(database) == 1
    verify = Recorder()
    await start(verify=verify)
    await until(lambda: verify.seen == ["ld_1"])
    await settled(database)


async def test_a_job_without_a_handler_here_stays(database: Database, start: Start) -> None:
    """An engine takes only the names it knows: another process may know the others."""
    await database.write(Unit().enqueue(Job(name="other", ids=("x",)), Job(name="verify", ids=("ld_1",))))
    verify = Recorder()
    await start(verify=verify)
    await until(lambda: verify.seen == ["ld_1"])
    await asyncio.sleep(0.2)
    assert await pending(database) == 1


async def test_a_slow_name_does_not_hold_up_another(database: Database, start: Start) -> None:
    """Every name has calls of its own."""
    slow, quick = Recorder(gate=asyncio.Event()), Recorder()
    await start(deliver=slow, verify=quick)
    jobs = [Job(name="deliver", ids=tuple(f"dv_{n}_{m}" for m in range(64))) for n in range(10)]
    await database.write(Unit().enqueue(*jobs))
    await until(lambda: len(slow.calls) == 4)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    await until(lambda: quick.seen == ["ld_1"])
    assert len(slow.calls) == 4
    assert slow.gate is not None
    slow.gate.set()
    await settled(database)


@pytest.mark.postgres
async def test_a_foreign_job_under_our_name_is_cleared_away(postgres_store: Store) -> None:
    """What somebody put into PgQueuer's table by hand stops nobody's work."""
    database = await postgres_store.open()
    foreign = text(
        "INSERT INTO pgqueuer (priority, status, entrypoint, payload) VALUES (9, 'queued', 'verify', 'hello')"
    )
    await database.transact(lambda tx: tx.connection.execute(foreign))
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    verify = Recorder()
    engine = engine_for(database, clock=RealClock(), ids=CountingIds(), draw=lambda: 0.0, worker=uuid4())
    engine.register("verify", verify)
    await engine.start()
    await until(lambda: verify.seen == ["ld_1"])
    await settled(database)
    await engine.stop(5)
    await database.close()


async def test_two_handlers_for_one_name_are_a_mistake(start: Start) -> None:
    """A second registration would silently take the first one's work."""
    engine = await start(verify=Recorder())
    with pytest.raises(ValueError, match="two handlers"):
        engine.register("verify", Recorder())
