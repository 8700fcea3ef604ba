"""A process of its own for what stands beside the measured one, for as long as a block lasts."""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def beside(what: str, target: Callable[..., None], *arguments: object) -> Iterator[Any]:
    """Run a function in another process; gives what it says first through the pipe that it gets last.

    Raises:
        TimeoutError: it said nothing within a minute.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise TimeoutError(f"{what} did not start")
        yield ours.recv()
        ours.send("stop")
        process.join(30)
    finally:
        if process.is_alive():
            process.kill()
        process.join()


async def until_stopped(pipe: Connection) -> None:
    """Wait, in the other process, for the block's end."""
    while not pipe.poll():  # noqa: ASYNC110 - the other end is a process, not a task
        await asyncio.sleep(0.05)
