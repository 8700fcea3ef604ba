"""Turns: so many a minute, a day and in all, one connection at a time, and no long waits."""

import asyncio
import time
from datetime import datetime, timedelta

from gateway.verification.probes.smtp.pace import Moment, Pace
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.worlds import windows, with_limits

MINUTE = timedelta(minutes=1)


def at(ahead: timedelta = timedelta(0)) -> Moment:
    """A moment."""
    return Moment(NOW + ahead)


async def turns(pace: Pace, group: str, count: int, ahead: timedelta = timedelta(0)) -> list[datetime | None]:
    """So many turns in a row."""
    return [await pace.turn(group, at(ahead)) for _ in range(count)]


async def test_so_many_addresses_a_minute_and_group() -> None:
    """The one over it is told when the minute ends; another group has turns of its own, and the minute passes."""
    pace = Pace(windows(), with_limits(per_minute=2))
    first, second, third = await turns(pace, "outlook.com", 3)
    assert (first, second) == (None, None)
    assert third is not None
    assert timedelta(seconds=59) < third - NOW <= timedelta(seconds=61)
    assert await turns(pace, "google.com", 2) == [None, None]
    assert await turns(pace, "outlook.com", 1, 2 * MINUTE) == [None]


async def test_so_many_a_day() -> None:
    """Per group, and over all of them."""
    pace = Pace(windows(), with_limits(per_day=2, per_day_in_all=3))
    assert (await turns(pace, "outlook.com", 3))[:2] == [None, None]
    assert (await turns(pace, "google.com", 1)) == [None]
    (refused,) = await turns(pace, "mimecast.com", 1)
    assert refused is not None
    assert refused - NOW > timedelta(hours=23)
    assert await turns(pace, "mimecast.com", 1, timedelta(days=1, minutes=1)) == [None]


async def test_a_group_that_throttles_rests() -> None:
    """For ten minutes nobody asks it; the others go on."""
    pace = Pace(windows(), with_limits())
    await pace.rest("outlook.com", at())
    (refused,) = await turns(pace, "outlook.com", 1, 9 * MINUTE)
    assert refused is not None
    assert await turns(pace, "outlook.com", 1, 11 * MINUTE) == [None]
    assert await turns(pace, "google.com", 1) == [None]


async def test_one_connection_at_a_time_and_no_long_wait() -> None:
    """Who finds it taken waits for a moment, then goes; once it is given back the next one has it."""
    pace = Pace(windows(), with_limits(patience=0.1))
    began = time.monotonic()
    async with pace.connection("outlook.com", at()) as mine:
        assert mine is None
        async with pace.connection("outlook.com", at()) as busy:
            assert busy is not None
        async with pace.connection("google.com", at()) as other:
            assert other is None
    assert 0.05 <= time.monotonic() - began < 2
    async with pace.connection("outlook.com", at()) as again:
        assert again is None


async def test_a_cancelled_visit_gives_its_connection_back() -> None:
    """A caller that goes away leaves no group locked."""
    pace = Pace(windows(), with_limits(patience=0.05))

    async def hold() -> None:
        async with pace.connection("outlook.com", at()):
            await asyncio.sleep(60)

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.01)
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    async with pace.connection("outlook.com", at()) as mine:
        assert mine is None


async def test_a_killed_process_frees_its_connection_by_time() -> None:
    """A lease that nobody ends is over with the longest talk that there can be, and a margin."""
    shared = windows()
    pace = Pace(shared, with_limits(session=60, patience=0.01))
    held = pace.connection("outlook.com", at())
    await held.__aenter__()
    async with pace.connection("outlook.com", at(MINUTE)) as busy:
        assert busy is not None
    async with pace.connection("outlook.com", at(2 * MINUTE)) as mine:
        assert mine is None
    await held.__aexit__(None, None, None)
