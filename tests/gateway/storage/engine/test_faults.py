"""What the stores do when a process is killed, a disk is full, a connection is lost, or two writers meet."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text, update

from gateway.errors import StoreBusy, StoreUnavailable
from gateway.storage.engine.database import Tx
from gateway.storage.engine.opening import open_database
from gateway.storage.engine.postgres import WRITE_POOL, PostgresDatabase
from gateway.storage.engine.tables import work_items
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import form_challenges
from gateway.storage.registers import sources
from tests.gateway.storage.rows import kinds, source
from tests.support.proxy import Proxy
from tests.support.stores import Store
from tests.support.waiting import until

pytestmark = pytest.mark.integration

HERE = "tests.gateway.storage.engine"
ROOT = Path(__file__).parents[4]


async def child(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """Start a module of this package in a process of its own."""
    command = (sys.executable, "-m", f"{HERE}.{module}", *arguments)
    pipe = subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT)


@pytest.mark.parametrize("acknowledgements", [1, 300])
async def test_what_was_acknowledged_survives_a_kill(store: Store, acknowledgements: int) -> None:
    """After SIGKILL every acknowledged unit is there, and no unit is there in part."""
    process = await child("child_writer", store.url, store.schema or "")
    assert process.stdout is not None
    acknowledged = [int(await process.stdout.readline()) for _ in range(acknowledgements)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in (await process.stdout.read()).split(b"\n") if line]
    await process.wait()

    database = await store.open()

    def read(connection: Connection) -> tuple[set[int], set[int], set[int]]:
        jobs = (
            {int(each) for ids in connection.execute(select(work_items.c.ids)).scalars() for each in ids}
            if database.dialect == "sqlite"
            else set(
                connection.execute(
                    text("SELECT (convert_from(payload, 'utf8')::jsonb -> 'ids' ->> 0)::int FROM pgqueuer")
                ).scalars()
            )
        )
        return (
            {int(key[1:]) for key in connection.execute(select(sources.c.key)).scalars()},
            {int(mac) for mac in connection.execute(select(form_challenges.c.mac)).scalars()},
            jobs,
        )

    found, others, jobs = await database.read(read)
    await database.close()
    assert set(acknowledged) <= found
    assert found == others == jobs


async def test_a_full_disk_refuses_everybody_and_passes(sqlite_store: Store) -> None:
    """Units that meet a full database get StoreUnavailable, leave nothing, and go through once there is room."""
    database = await sqlite_store.open()

    def shrink(tx: Tx) -> None:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}")

    await database.write(Unit().insert(sources, source("before")))
    await database.transact(shrink)
    big = [Unit().insert(sources, source(f"k{n}", "x" * 4000)) for n in range(300)]
    answers = await asyncio.gather(*map(database.write, big), return_exceptions=True)
    refused = [n for n, answer in enumerate(answers) if answer is not None]
    assert all(isinstance(answers[n], StoreUnavailable) for n in refused)
    assert len(refused) > 250
    assert set(await kinds(database)) == {"before"} | {f"k{n}" for n in range(300) if n not in refused}
    await database.ping()
    await database.transact(lambda tx: tx.connection.exec_driver_sql("PRAGMA max_page_count=100000"))
    again = [Unit().insert(sources, source(f"k{n}", "x" * 4000)) for n in refused]
    await asyncio.gather(*map(database.write, again))
    assert len(await kinds(database)) == 301
    await database.close()


async def test_a_locked_file_is_unavailable(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the write lock, a unit is refused instead of waiting for ever."""
    monkeypatch.setattr("gateway.storage.engine.sqlite_file.BUSY_SECONDS", 0.1)
    ours, theirs = await sqlite_store.open(), await sqlite_store.open()
    await ours.ping()
    await theirs.ping()
    held, let_go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(_: Tx) -> None:
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result(10)

    holding = asyncio.create_task(theirs.transact(hold))
    await held.wait()
    with pytest.raises(StoreUnavailable, match="another process"):
        await ours.write(Unit().insert(sources, source("a")))
    assert await kinds(ours) == {}
    let_go.set()
    await holding
    await ours.write(Unit().insert(sources, source("a")))
    await ours.close()
    await theirs.close()


@pytest.mark.postgres
async def test_a_terminated_connection_is_replaced_unseen(postgres_store: Store) -> None:
    """An administrator ends every connection while they idle: the next calls go through on new ones."""
    database = await postgres_store.open()
    assert isinstance(database, PostgresDatabase)
    await database.write(Unit().insert(sources, source("before")))
    async with database._batch_engine.connect() as connection:
        batch_pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    pids = {batch_pid} | set(await asyncio.gather(*(database.transact(_pid) for _ in range(4))))
    other = await postgres_store.open()
    await other.transact(
        lambda tx: tx.connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM unnest(CAST(:pids AS int[])) pid"), {"pids": list(pids)}
        )
    )
    await other.close()
    await database.write(Unit().insert(sources, source("after")))
    assert await database.transact(_pid) not in pids
    assert set(await kinds(database)) == {"before", "after"}
    await database.close()


def _pid(tx: Tx) -> int:
    found: int = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return found


@pytest.mark.postgres
async def test_a_lost_server_refuses_everybody_and_passes(postgres_store: Store) -> None:
    """While the network is cut every waiting unit gets StoreUnavailable; afterwards all goes on by itself."""
    async with Proxy(postgres_store.url) as proxy:
        database = await open_database(proxy.url, schema=postgres_store.schema)
        await database.write(Unit().insert(sources, source("before")))
        proxy.cut()
        units = [Unit().insert(sources, source(f"k{n}")) for n in range(300)]
        answers = await asyncio.gather(*map(database.write, units), return_exceptions=True)
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)
        with pytest.raises(StoreUnavailable):
            await database.ping()
        proxy.mend()
        assert set(await kinds(database)) == {"before"}
        await asyncio.gather(*(database.write(Unit().insert(sources, source(f"k{n}"))) for n in range(300)))
        assert len(await kinds(database)) == 301
        await database.close()


@pytest.mark.postgres
async def test_a_connection_lost_in_the_middle_is_unavailable_or_done(postgres_store: Store) -> None:
    """Cut while commits are under way: what was acknowledged is there, what was refused may be tried again."""
    async with Proxy(postgres_store.url) as proxy:
        database = await open_database(proxy.url, schema=postgres_store.schema)
        acknowledged: set[str] = set()

        async def write(key: str) -> None:
            await database.write(Unit().put(sources, source(key)))
            acknowledged.add(key)

        writes = [asyncio.create_task(write(f"k{n}")) for n in range(2000)]
        await until(lambda: len(acknowledged) >= 256)
        proxy.cut()
        answers = await asyncio.gather(*writes, return_exceptions=True)
        assert all(answer is None or isinstance(answer, StoreUnavailable) for answer in answers)
        proxy.mend()
        assert acknowledged <= set(await kinds(database))
        await asyncio.gather(*(write(f"k{n}") for n in range(2000)))
        assert len(await kinds(database)) == 2000
        await database.close()


@pytest.mark.postgres
async def test_two_processes_that_upsert_the_same_keys_do_not_deadlock(postgres_store: Store) -> None:
    """Rows and tables are written in one order everywhere, so that no writer waits for the other in a ring."""
    racers = [
        await child("child_upserter", postgres_store.url, postgres_store.schema or "", str(seed)) for seed in (1, 2)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert await racer.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(racer.communicate(b"go\n") for racer in racers))
    assert [racer.returncode for racer in racers] == [0, 0], ends


@pytest.mark.postgres
async def test_a_deadlock_between_transactions_is_tried_again(postgres_store: Store) -> None:
    """Two transactions that lock two rows in opposite orders both end, one of them at a later try."""
    database = await postgres_store.open()
    await database.write(Unit().insert(sources, source("a"), source("b")))
    runs: list[str] = []
    swap = _swapping(runs)
    await asyncio.gather(database.transact(swap("a", "b")), database.transact(swap("b", "a")))
    assert len(runs) > 2  # more than three where the one that lost is the quicker one once more
    assert database.fault is None
    await database.close()


@pytest.mark.postgres
async def test_transactions_that_meet_each_other_are_no_fault_of_the_store(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who loses a deadlock at the last try gets 503 and tries again; readiness stays up, for writes are taken."""
    monkeypatch.setattr("gateway.storage.engine.postgres.TRIES", 1)
    database = await postgres_store.open()
    await database.write(Unit().insert(sources, source("a"), source("b")))
    swap = _swapping([])
    ends = await asyncio.gather(
        database.transact(swap("a", "b")), database.transact(swap("b", "a")), return_exceptions=True
    )
    (lost,) = [end for end in ends if end is not None]
    assert isinstance(lost, StoreBusy)
    assert lost.retry_after
    faults = [database.fault]
    for state, kind in (("40001", StoreBusy), ("53100", StoreUnavailable)):
        raising = text(f"DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END$$")
        with pytest.raises(kind):
            await database.transact(lambda tx, raising=raising: tx.connection.execute(raising))  # type: ignore[misc]
        faults.append(database.fault)
    assert [fault is None for fault in faults] == [True, True, False]
    await database.close()


@pytest.mark.postgres
async def test_what_waits_too_long_for_others_is_no_fault_of_the_store(postgres_store: Store) -> None:
    """Behind a slow transaction a write gets 503, for a lock or for a connection; readiness stays up."""
    database = await open_database(postgres_store.url, schema=postgres_store.schema, statement_seconds=0.3)
    await database.write(Unit().insert(sources, source("a")))
    other = await postgres_store.open()
    ends: list[object] = []

    def slow(tx: Tx) -> None:
        from sqlalchemy.util import await_only  # noqa: PLC0415 - only here

        async def meet() -> list[BaseException | None]:
            alone = database.write(Unit().put(sources, source("a")))
            many = (database.transact(lambda tx: _touch(tx, "a")) for _ in range(WRITE_POOL * 2))
            return await asyncio.gather(alone, *many, return_exceptions=True)

        _touch(tx, "a")
        ends.extend(await_only(meet()))

    await other.transact(slow)
    await other.close()
    assert {type(end) for end in ends} == {StoreBusy}
    assert database.fault is None
    await database.write(Unit().put(sources, source("a", "after")))
    await database.close()


def _swapping(runs: list[str]) -> Callable[[str, str], Callable[[Tx], None]]:
    """Make transactions that lock two rows, each waiting before its second for another to have its first."""
    both = asyncio.Barrier(2)

    def swap(first: str, second: str) -> Callable[[Tx], None]:
        from sqlalchemy.util import await_only  # noqa: PLC0415 - only here

        def run(tx: Tx) -> None:
            runs.append(first)
            _touch(tx, first)
            if len(runs) <= 2:
                await_only(both.wait())
            _touch(tx, second)

        return run

    return swap


def _touch(tx: Tx, key: str) -> None:
    tx.connection.execute(update(sources).where(sources.c.key == key).values(kind="touched"))
