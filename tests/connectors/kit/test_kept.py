"""A kept table: renewed by age, by one at a time, and never the reason for a wrong no."""

import asyncio
from datetime import timedelta

import pytest

from connectors.errors import TimedOut, Unreadable
from connectors.kit.answer import Answer
from connectors.kit.fakes import NOW
from connectors.kit.kept import PAUSE, Had, Kept
from connectors.outcome import LookupOutcome

DAY = timedelta(days=1)
BUSY = Answer(outcome=LookupOutcome.THROTTLED, reason="status_429")


class Source:
    """Gives what it is told to, in order, the last for ever, and counts."""

    def __init__(self, *given: str | Answer | Exception) -> None:
        self.given = given
        self.read = 0

    async def __call__(self) -> str | Answer:
        await asyncio.sleep(0)
        found = self.given[min(self.read, len(self.given) - 1)]
        self.read += 1
        if isinstance(found, Exception):
            raise found
        return found


async def test_it_is_read_once_a_day() -> None:
    """Fresh until its time is up, then read again."""
    source, kept = Source("one", "two"), Kept[str](DAY)
    for now, wanted in ((NOW, "one"), (NOW + DAY - timedelta(seconds=1), "one"), (NOW + DAY, "two")):
        had = await kept.get(now, source)
        assert isinstance(had, Had)
        assert (had.table, had.settle()) == (wanted, None)
    assert source.read == 2


async def test_all_who_ask_at_once_wait_for_one_reading() -> None:
    """A table of megabytes is not fetched by every question in flight."""
    source, kept = Source("one"), Kept[str](DAY)
    found = await asyncio.gather(*(kept.get(NOW, source) for _ in range(20)))
    assert (source.read, len({id(each) for each in found})) == (1, 1)


async def test_without_any_table_the_failure_is_the_ending() -> None:
    """And the next question tries again at once."""
    source, kept = Source(TimedOut("time_is_up", sent=True), BUSY, "one"), Kept[str](DAY)
    with pytest.raises(TimedOut):
        await kept.get(NOW, source)
    assert await kept.get(NOW, source) is BUSY
    assert await kept.get(NOW, source) == Had(table="one")


@pytest.mark.parametrize("failure", [Unreadable("not_json"), BUSY])
async def test_an_old_table_answers_and_never_says_no(failure: Exception | Answer) -> None:
    """What is in it is used; what is not ends as the renewal did, and the source is left alone for a while."""
    source, kept = Source("one", failure, "two"), Kept[str](DAY)
    await kept.get(NOW, source)
    for _ in range(3):
        had = await kept.get(NOW + DAY, source)
        assert isinstance(had, Had)
        assert had.table == "one"
        if isinstance(failure, Exception):
            with pytest.raises(Unreadable):
                had.settle()
        else:
            assert had.settle() is BUSY
    assert source.read == 2
    assert await kept.get(NOW + DAY + PAUSE, source) == Had(table="two")


async def test_one_who_is_cancelled_leaves_the_reading_to_the_next() -> None:
    """The lock is free again, and nothing half-read is kept."""
    gate, source, kept = asyncio.Event(), Source("one"), Kept[str](DAY)

    async def late() -> str | Answer:
        await gate.wait()
        return "never"

    first = asyncio.create_task(kept.get(NOW, late))
    second = asyncio.create_task(kept.get(NOW, source))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == Had(table="one")
