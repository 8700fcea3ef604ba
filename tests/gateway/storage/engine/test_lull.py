"""Waiting for a lull: an idle loop is not waited for, a busy one not for ever."""

import asyncio
import time

from gateway.storage.engine.lull import lull


async def test_an_idle_loop_is_not_waited_for() -> None:
    """Whoever is alone goes on long before the time is up."""
    began = time.perf_counter()
    await lull(10)
    assert time.perf_counter() - began < 5


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
    await lull(0.02)
    busy.cancel()
    assert turns >= 3
