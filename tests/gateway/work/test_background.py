"""Loops in the background: a failure ends none, cancellation does."""

import asyncio

import pytest

from gateway.storage.engine.errors import RowRefused
from gateway.work.background import forever


async def test_a_turn_that_fails_is_followed_by_the_next() -> None:
    """Whatever a turn raises, the next one comes; a cancelled loop ends."""
    turns: list[int] = []
    third = asyncio.Event()

    async def turn() -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            third.set()
        raise RowRefused("no such table")

    loop = asyncio.create_task(forever("test", turn, pause=0))
    async with asyncio.timeout(5):
        await third.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
