"""Rate windows, shared by everybody who calls a vendor."""

import asyncio
from datetime import UTC, datetime, timedelta

from gateway.storage.engine.database import Database
from gateway.storage.windows import Limit, block, count_call, count_once

NOON = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
MINUTE = Limit(calls=3, seconds=60)


async def test_a_window_gives_what_it_has_and_then_says_when_to_come_back(database: Database) -> None:
    """Three calls a minute: the fourth is told the next minute, where there is room again."""
    assert [await count_call(database, "pdl", [MINUTE], NOON) for _ in range(3)] == [None] * 3
    again = await count_call(database, "pdl", [MINUTE], NOON)
    assert again == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
    assert await count_call(database, "pdl", [MINUTE], again) is None


async def test_two_hundred_at_once_get_no_more_than_the_limit(database: Database) -> None:
    """However many ask at once, exactly as many as the limit says are let through."""
    limit = Limit(calls=17, seconds=60)
    answers = await asyncio.gather(*(count_call(database, "pdl", [limit], NOON) for _ in range(60)))
    assert answers.count(None) == 17


async def test_a_refusal_counts_against_no_window(database: Database) -> None:
    """When the day's window is full the minute's is not used up either."""
    day = Limit(calls=1, seconds=86_400)
    assert await count_call(database, "pdl", [MINUTE, day], NOON) is None
    assert await count_call(database, "pdl", [MINUTE, day], NOON) == datetime(2026, 3, 2, tzinfo=UTC)
    assert [await count_call(database, "pdl", [MINUTE], NOON) for _ in range(3)].count(None) == 2


async def test_scopes_do_not_share(database: Database) -> None:
    """One vendor's calls leave another vendor's window alone."""
    one = Limit(calls=1, seconds=60)
    assert await count_call(database, "pdl", [one], NOON) is None
    assert await count_call(database, "other", [one], NOON) is None


async def test_what_is_counted_once_goes_through_again_in_a_full_window(database: Database) -> None:
    """Many times the same at once are one; once the window is full, what was let through before still is."""

    async def count(what: str, now: datetime = NOON) -> datetime | None:
        return await count_once(database, "text", [Limit(calls=2, seconds=600)], now, what=what, seconds=60)

    assert await asyncio.gather(*(count("a") for _ in range(8))) == [None] * 8
    assert await count("b") is None
    again = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
    assert [await count(what) for what in "cab"] == [again, None, None]
    assert [await count("a", NOON + timedelta(minutes=1)), await count("c", again)] == [again, None]


async def test_a_block_refuses_until_its_time(database: Database) -> None:
    """A Retry-After stops every call; an earlier one does not shorten it; it passes by itself."""
    until = NOON + timedelta(minutes=10)
    await block(database, "pdl", until)
    await block(database, "pdl", NOON + timedelta(minutes=1))
    assert await count_call(database, "pdl", [MINUTE], NOON) == until
    assert await count_call(database, "pdl", [], NOON) == until
    assert await count_call(database, "pdl", [MINUTE], until) is None
