"""Processes of their own: for what stands beside the measured one, and for what is measured alone."""

import asyncio
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What some work took: CPU seconds, and the memory that its process held afterwards, in MB."""

    cpu: float
    memory: float


class Worker:
    """A process that does one kind of work, chunk by chunk, and says what each took, its way there not counted.

    `work` is a function of a module, the only one that the process imports.
    """

    def __init__(self, work: Callable[[Sequence[Any]], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(work, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, chunk: Sequence[Any]) -> Took:
        """Do the work on one chunk.

        Raises:
            EOFError: the work has failed; its process has said why.
        """
        self._pipe.send(chunk)
        took: Took = self._pipe.recv()
        return took

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def _work(work: Callable[[Sequence[Any]], None], pipe: Connection) -> None:
    while True:
        chunk = pipe.recv()
        begun = time.process_time()
        work(chunk)
        cpu = time.process_time() - begun
        pipe.send(Took(cpu=cpu, memory=_memory()))


def _memory() -> float:
    """Megabytes that this process holds; where the system does not tell, the most that it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20
