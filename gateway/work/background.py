"""Loops in the background that outlive whatever one of their turns raises."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import structlog

from gateway.work.retries import place

log = structlog.get_logger(__name__)


async def forever(name: str, turn: Callable[[], Awaitable[Any]], *, pause: float, wait: float = 0.0) -> NoReturn:
    """Take turns until cancelled; a turn that fails is logged by its error's class and place, and the next one comes.

    Args:
        name: what the log calls the loop.
        turn: does the work once.
        pause: seconds after each turn.
        wait: seconds before the first turn.
    """
    await asyncio.sleep(wait)
    while True:
        try:
            await turn()
        except Exception as error:  # noqa: BLE001 - the loop outlives its turns; cancellation is no Exception
            log.error("background.failed", loop=name, error=place(error))  # noqa: TRY400 - a traceback may quote data
        await asyncio.sleep(pause)
