"""What every store promises: batches, isolation of the faulty unit, transactions, readers, values."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text

from gateway.errors import Conflict, LeadgateError, StoreUnavailable
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.tables import work_items
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.tables import idempotency
from gateway.storage.log.tables import audit_waiting
from gateway.storage.registers import sources
from tests.gateway.storage.rows import NOW, kinds, source
from tests.support.stores import Store
from tests.support.waiting import until

MARK = {"fingerprint": b"f", "answer": ["ld_0"], "expires_at": NOW}


async def test_a_unit_is_there_when_write_returns(database: Database) -> None:
    """Rows of several tables, put, deleted and inserted, are all there after the answer."""
    await database.write(Unit().insert(sources, source("a"), source("b")))
    await database.write(Unit().put(sources, source("a", "form"), source("c")).delete(sources, {"key": "b"}))
    assert await kinds(database) == {"a": "form", "c": "api"}


async def test_only_the_faulty_unit_of_a_batch_fails(database: Database) -> None:
    """Of units that are committed together, the one with a taken key is refused and all others stand."""
    await database.write(Unit().insert(sources, source("taken")))
    units = [Unit().insert(sources, source(f"k{n}")) for n in range(100)]
    units[37] = Unit().insert(sources, source("half"), source("taken"))
    answers = await asyncio.gather(*map(database.write, units), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [Conflict]
    assert isinstance(answers[37], Conflict)
    assert set(await kinds(database)) == {"taken"} | {f"k{n}" for n in range(100) if n != 37}


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    """Rows, units and jobs of a transaction go with its exception."""

    def fail(tx: Tx) -> None:
        tx.connection.execute(insert(sources), source("a"))
        tx.apply(Unit().insert(sources, source("b")).enqueue(Job(name="verify", ids=("ld_1",))))
        raise LookupError("after everything was written")

    with pytest.raises(LookupError):
        await database.transact(fail)
    assert await kinds(database) == {}
    queue = work_items if database.dialect == "sqlite" else text("pgqueuer")
    assert await database.read(lambda c: c.execute(select(func.count()).select_from(queue)).scalar_one()) == 0


async def test_a_conflict_in_a_transaction_is_a_conflict(database: Database) -> None:
    """A taken key means the same in `transact` as in `write`, and names no value."""
    await database.write(Unit().insert(sources, source("jane-doe")))
    with pytest.raises(Conflict) as caught:
        await database.transact(lambda tx: tx.apply(Unit().insert(sources, source("jane-doe"))))
    assert "jane-doe" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_a_refused_statement_names_no_value(database: Database) -> None:
    """What the store refuses for another reason is the gateway's fault and quotes nobody."""

    def fail(tx: Tx) -> None:
        tx.connection.execute(text("INSERT INTO sources (key, kind) VALUES ('jane-doe', 'jane-doe')"))

    with pytest.raises(LeadgateError) as caught:
        await database.transact(fail)
    assert not isinstance(caught.value, Conflict | StoreUnavailable)
    assert "jane-doe" not in str(caught.value)


async def test_values_come_back_as_they_were(database: Database) -> None:
    """Times to the microsecond and in UTC, JSON, bytes, and None as NULL in a JSON column too."""
    at = datetime(2026, 3, 1, 13, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    row = {"mac": bytes(range(32)), "fingerprint": b"\0\xff", "answer": None, "expires_at": at}
    value = {"text": "größer ≥ 1 🙂", "list": [1, 2.5, None, True], "nested": {"a": {}}}
    await database.write(Unit().insert(idempotency, row).insert(sources, {**source("x"), "settings": value}))

    def read(connection: Connection) -> tuple[Any, Any, int]:
        nulls = select(func.count()).select_from(idempotency).where(idempotency.c.answer.is_(None))
        return (
            connection.execute(select(idempotency)).mappings().one(),
            connection.execute(select(sources)).mappings().one(),
            connection.execute(nulls).scalar_one(),
        )

    stored, other, nulls = await database.read(read)
    assert dict(stored) == {**row, "expires_at": at.astimezone(UTC)}
    assert stored["expires_at"].tzinfo is UTC
    assert other["settings"] == value
    assert nulls == 1


@pytest.mark.parametrize("rows", [1, 31, 32, 33, 127, 300])
async def test_as_many_rows_as_come_are_written(database: Database, rows: int) -> None:
    """However many rows a statement takes, each is written once, inserted, put or updated."""
    keys = [f"k{number:03}" for number in range(rows)]
    await database.write(Unit().insert(sources, *(source(key) for key in keys)))
    await database.write(Unit().put(sources, *(source(key, "put") for key in keys)))
    assert await kinds(database) == dict.fromkeys(keys, "put")
    await database.write(Unit().update(sources, *({"key": key, "kind": "updated"} for key in ["none", *keys])))
    assert await kinds(database) == dict.fromkeys(keys, "updated")


async def test_an_update_leaves_the_other_columns_as_they_are(database: Database) -> None:
    """What another one wrote meanwhile stands, also beside a value that was taken away, JSON and bytes."""
    await database.write(Unit().insert(idempotency, *({**MARK, "mac": mac} for mac in (b"a", b"b"))))
    changed = {"answer": ["ld_1"], "fingerprint": b"\0\xff"}
    update = Unit().update(idempotency, {"mac": b"a", **changed}, {"mac": b"b", "answer": None})
    await asyncio.gather(
        database.write(update),
        database.write(Unit().update(idempotency, {"mac": b"b", "fingerprint": b"later"})),
        database.write(Unit().update(idempotency, {"mac": b"b", "fingerprint": b"last"})),
    )
    query = select(idempotency).order_by(idempotency.c.mac)
    found = await database.read(lambda connection: connection.execute(query).mappings().all())
    assert [dict(row) for row in found] == [
        {**MARK, "mac": b"a", **changed},
        {**MARK, "mac": b"b", "answer": None, "fingerprint": b"last"},
    ]


async def test_a_reader_cannot_write(database: Database) -> None:
    """`read` is for reading, and the store holds it."""
    with pytest.raises(LeadgateError):
        await database.read(lambda c: c.execute(insert(sources), source("a")))
    assert await kinds(database) == {}


async def test_a_long_reader_sees_one_view_and_blocks_no_writer(database: Database) -> None:
    """While a read is open, units are committed, and the read does not see them."""
    loop, inside, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    counted: list[int] = []

    def count(connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(sources)).scalar_one()

    if database.dialect == "sqlite":

        def slow(connection: Connection) -> None:
            counted.append(count(connection))
            loop.call_soon_threadsafe(inside.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
            counted.append(count(connection))

    else:
        from sqlalchemy.util import await_only  # noqa: PLC0415 - only where the function runs in a greenlet

        def slow(connection: Connection) -> None:
            counted.append(count(connection))
            inside.set()
            await_only(go_on.wait())
            counted.append(count(connection))

    reading = asyncio.create_task(database.read(slow))
    await inside.wait()
    await asyncio.wait_for(database.write(Unit().insert(sources, source("a"))), 5)
    assert await kinds(database) == {"a": "api"}
    go_on.set()
    await reading
    assert counted == [0, 0]


async def test_ping_and_a_closed_database(database: Database) -> None:
    """A live store answers; a closed one takes nothing more, and says so."""
    await database.ping()
    await database.close()
    with pytest.raises(StoreUnavailable):
        await database.write(Unit().insert(sources, source("a")))
    with pytest.raises(StoreUnavailable):
        await database.ping()


async def test_closing_commits_what_waits(store: Store) -> None:
    """Units that were taken before the end are committed at the end."""
    database = await store.open()
    writes = [asyncio.create_task(database.write(Unit().insert(sources, source(f"k{n}")))) for n in range(20)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*writes)
    again = await store.open()
    assert len(await kinds(again)) == 20
    await again.close()


async def test_a_caller_that_gives_up_does_not_stop_the_batch(database: Database) -> None:
    """A cancelled request leaves its neighbours their answers."""
    first = asyncio.create_task(database.write(Unit().insert(sources, source("a"))))
    second = asyncio.create_task(database.write(Unit().insert(sources, source("b"))))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert "b" in await kinds(database)


async def test_an_answer_is_given_once(database: Database) -> None:
    """A commit with jobs is announced once to every listener, one without jobs to none."""
    heard: list[int] = []
    database.on_jobs(lambda: heard.append(1))
    await database.write(Unit().insert(sources, source("a")))
    assert heard == []
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",), run_at=NOW)))
    await database.transact(lambda tx: tx.apply(Unit().enqueue(Job(name="verify", ids=("ld_1",)))))
    assert heard == [1, 1]


async def test_a_commit_that_inserts_is_told_to_who_waits_for_the_table(database: Database) -> None:
    """Rows of a table are announced with their commit, written or in a transaction; others, and a rollback, are not."""
    heard: list[str] = []
    database.on_insert(audit_waiting, lambda: heard.append("waiting"))
    database.on_insert(sources, lambda: heard.append("sources"))
    if database.dialect == "postgresql":  # it listens, and says once that something may have been missed
        await until(lambda: sorted(heard) == ["sources", "waiting"])
    heard.clear()
    await database.write(Unit().insert(audit_waiting, {"event_id": b"a"}))
    assert set(heard) == {"waiting"}
    await database.write(Unit().insert(sources, source("a")))
    assert "sources" in heard
    heard.clear()
    await database.transact(lambda tx: tx.apply(Unit().put(sources, source("a", "form"))))
    with pytest.raises(Conflict):
        await database.transact(lambda tx: tx.apply(Unit().insert(sources, source("a"))))
    assert "sources" not in heard
    await database.transact(lambda tx: tx.apply(Unit().insert(sources, source("b"))))
    assert "sources" in heard
