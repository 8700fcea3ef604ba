"""Waiting for a lull: what is committed or read together is gathered while the event loop is busy anyway."""

import asyncio
import time
from typing import Final

_IDLE_SECONDS: Final = 0.00005
"""A turn of the loop that took no longer had nothing else to do."""


async def lull(most_seconds: float) -> None:
    """Let the loop go on with what it has to do, until it has nothing or the time is up.

    A commit costs much beside what each unit in it costs: hand-overs of the interpreter's lock, and a write to the
    disk. On an idle loop this returns after one turn, some microseconds; on a busy one nobody waits for it in vain,
    since the answer could not have been sent meanwhile.
    """
    began = before = time.perf_counter()
    while True:
        await asyncio.sleep(0)
        now = time.perf_counter()
        if now - before < _IDLE_SECONDS or now - began > most_seconds:
            return
        before = now
