"""Waiting for something to become true: for the event itself, never for a time in which it should have come."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds until a wait is called failed: only one that fails lasts so long, so a busy machine may need most of it."""


async def until(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait for a condition; fail the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def eventually(
    ask: Callable[[], Awaitable[T]], good: Callable[[T], bool] = bool, *, seconds: float = PATIENCE
) -> T:
    """Ask until the answer is good, and return it; fail the test with the last answer when it never is."""
    deadline = time.monotonic() + seconds
    while not good(found := await ask()):
        assert time.monotonic() < deadline, f"it stays at {found!r}"
        await asyncio.sleep(0.02)
    return found
