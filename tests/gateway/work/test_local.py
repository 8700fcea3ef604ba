"""What is the SQLite queue's own: what is held stands in memory alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from gateway.errors import StoreUnavailable
from gateway.storage.engine.database import Database
from gateway.storage.engine.sqlite import SqliteDatabase
from gateway.storage.engine.sqlite_file import path_of
from gateway.storage.engine.unit import Job, Unit
from gateway.work.local import LocalQueue
from gateway.work.ports import Again, Item, Settlement
from tests.gateway.storage.rows import NOW
from tests.support.stores import Store

T = TypeVar("T")

pytestmark = pytest.mark.integration


class Interrupted(SqliteDatabase):
    """A store in which something happens between a read and its answer."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def read(self, fn: Callable[[Connection], T]) -> T:
        found = await super().read(fn)
        if self.meanwhile is not None:
            await self.meanwhile()
        return found


async def test_an_item_settled_during_a_claim_is_not_claimed_again(sqlite_store: Store) -> None:
    """The read still saw the row, but its item was held when the read began: it is done, and stays done."""
    database = Interrupted(path_of(sqlite_store.url), readers=2)
    queue = LocalQueue(database)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    items = await queue.claim(["verify"], 10, NOW)
    assert [item.ids for item in items] == [("ld_1",)]

    async def settle() -> None:
        await queue.settle(Settlement(done=tuple(items)))

    database.meanwhile = settle
    assert await queue.claim(["verify"], 10, NOW) == []
    database.meanwhile = None
    assert await queue.claim(["verify"], 10, NOW) == []
    await database.close()


async def opened(store: Store) -> SqliteDatabase:
    """Open a store as what it is."""
    database = await store.open()
    assert isinstance(database, SqliteDatabase)
    return database


async def claimed(database: Database, queue: LocalQueue, limit: int) -> Sequence[Item]:
    """Enqueue five jobs and claim some."""
    await database.write(Unit().enqueue(*(Job(name="verify", ids=(f"ld_{n}",)) for n in range(5))))
    return await queue.claim(["verify"], limit, NOW)


async def test_held_items_do_not_hide_those_behind_them(sqlite_store: Store) -> None:
    """A claim passes over what is held and gives the next ones, oldest first."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    first = await claimed(database, queue, 2)
    second = await queue.claim(["verify"], 2, NOW)
    assert [item.ids[0] for item in (*first, *second)] == ["ld_0", "ld_1", "ld_2", "ld_3"]
    await queue.put_back(first)
    assert [item.ids[0] for item in await queue.claim(["verify"], 9, NOW)] == ["ld_0", "ld_1", "ld_4"]
    await database.close()


async def test_what_is_settled_twice_takes_no_newer_job_along(sqlite_store: Store) -> None:
    """The store may have lost its answer alone: an id never comes back, also when the table has run empty."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_1",))))
    done = Settlement(done=tuple(await queue.claim(["verify"], 9, NOW)))
    await queue.settle(done)
    await database.write(Unit().enqueue(Job(name="verify", ids=("ld_2",))))
    await queue.settle(done)
    assert [item.ids for item in await queue.claim(["verify"], 9, NOW)] == [("ld_2",)]
    await database.close()


async def test_a_backlog_does_not_starve_retries(sqlite_store: Store) -> None:
    """A retry that is due goes before what has just come."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    (item,) = await claimed(database, queue, 1)
    await queue.settle(Settlement(again=(Again(item=item, attempt=1, run_at=NOW),)))
    (again, *_) = await queue.claim(["verify"], 2, NOW)
    assert (again.ids, again.attempt) == (("ld_0",), 1)
    await database.close()


async def test_a_new_process_finds_everything_unfinished(sqlite_store: Store) -> None:
    """What one process held and did not settle is waiting for the next."""
    database = await opened(sqlite_store)
    assert len(await claimed(database, LocalQueue(database), 5)) == 5
    await database.close()
    database = await opened(sqlite_store)
    assert len(await LocalQueue(database).claim(["verify"], 9, NOW)) == 5
    await database.close()


async def test_what_ran_when_the_process_died_is_known_to_the_next(sqlite_store: Store) -> None:
    """It is given to the judge, once; what was only held, or had ended, is not."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    await queue.open(lambda: None)
    ended, ran, _held, *_ = await claimed(database, queue, 3)
    await queue.begin([ended, ran])
    await queue.begin([ran])
    await queue.settle(Settlement(done=(ended,)))
    after = LocalQueue(database)  # the first one was killed: it never closed
    await after.open(lambda: None)
    assert ran.ids not in [item.ids for item in await after.claim(["verify"], 9, NOW)]
    judged = await after.bereaved(["verify"], lambda item: Again(item=item, attempt=0, deaths=1, run_at=NOW))
    assert [each.item.ids for each in judged.again] == [ran.ids]
    (again,) = await after.claim(["verify"], 9, NOW)
    assert (again.ids, again.deaths, again.attempt) == (ran.ids, 1, 0)
    assert (await after.bereaved(["verify"], lambda item: pytest.fail(str(item)))).items == ()
    await after.close()
    await database.close()


async def test_a_store_that_is_away_at_the_start_makes_no_death_forgotten(sqlite_store: Store) -> None:
    """The first look fails, and new jobs begin: the next look judges the old ones alone, and the notes of all last."""
    database = Interrupted(path_of(sqlite_store.url), readers=2)
    queue = LocalQueue(database)
    await queue.open(lambda: None)
    first, second, *_ = await claimed(database, queue, 5)
    await queue.begin([first, second])
    after = LocalQueue(database)  # the first one was killed: it never closed
    await after.open(lambda: None)

    async def away() -> None:
        raise StoreUnavailable("away")

    def died(item: Item) -> Again:
        return Again(item=item, attempt=0, deaths=item.deaths + 1, run_at=NOW)

    database.meanwhile = away
    with pytest.raises(StoreUnavailable):
        await after.bereaved(["verify"], died)
    database.meanwhile = None
    (third, *_) = await after.claim(["verify"], 1, NOW)
    await after.begin([third])
    last = LocalQueue(database)  # so was the second one, before its next look
    await last.open(lambda: None)
    judged = await last.bereaved(["verify"], died)
    assert sorted(each.item.ids[0] for each in judged.again) == ["ld_0", "ld_1", "ld_2"]
    for each in (queue, after, last):
        await each.close()
    await database.close()


async def test_a_late_look_leaves_the_notes_of_what_runs_now(sqlite_store: Store) -> None:
    """What began before the dead could be looked for is judged too, when this process dies of it."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    await queue.open(lambda: None)
    old, *_ = await claimed(database, queue, 5)
    await queue.begin([old])
    after = LocalQueue(database)
    await after.open(lambda: None)
    (new, *_) = await after.claim(["verify"], 1, NOW)
    await after.begin([new])
    judged = await after.bereaved(["verify"], lambda item: Again(item=item, attempt=0, deaths=1, run_at=NOW))
    assert [each.item.ids for each in judged.again] == [old.ids]
    last = LocalQueue(database)
    await last.open(lambda: None)
    judged = await last.bereaved(["verify"], lambda item: Again(item=item, attempt=0, deaths=1, run_at=NOW))
    assert [each.item.ids for each in judged.again] == [new.ids]
    for each in (queue, after, last):
        await each.close()
    await database.close()


async def test_a_process_that_ended_well_is_mourned_by_nobody(sqlite_store: Store) -> None:
    """What it put back in its shutdown counts no death."""
    database = await opened(sqlite_store)
    queue = LocalQueue(database)
    await queue.open(lambda: None)
    items = await claimed(database, queue, 2)
    await queue.begin(items)
    await queue.put_back(items)
    await queue.close()
    after = LocalQueue(database)
    await after.open(lambda: None)
    assert (await after.bereaved(["verify"], lambda item: pytest.fail(str(item)))).items == ()
    assert len(await after.claim(["verify"], 9, NOW)) == 5
    await database.close()
