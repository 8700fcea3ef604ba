"""Waiting for a lull: an idle loop is not waited for, a busy one not for ever."""

import asyncio
import time

from gateway.storage.engine.lull import lull


async def test_an_idle_loop_is_not_waited_for() -> None:
    """Whoever is alone goes on after a few turns of the loop, not after the time is up."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await lull(60)
    counting.cancel()
    assert turns < 1000


async def test_a_busy_loop_is_let_work_until_the_time_is_up() -> None:
    """Work that is ready goes first, and work that never ends is not waited for."""
    turns = 0

    async def work() -> None:
        nonlocal turns
        while True:
            turns += 1
            time.sleep(0.001)  # noqa: ASYNC251 - it is what keeps the loop busy
            await asyncio.sleep(0)

    busy = asyncio.create_task(work())
    await lull(0.1)
    busy.cancel()
    assert turns >= 3
