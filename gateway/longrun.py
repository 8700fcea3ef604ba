"""How a process that runs for long runs: its event loop, when it looks for garbage, and on which CPU."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import uvloop

T = TypeVar("T")
_Thing = TypeVar("_Thing")

_TURN: Final = 0.01
"""Seconds that one turn of work on many things takes, and what the last of its things takes longer."""
_YOUNG: Final = 20_000
_OLD: Final = 50
_PROC: Final = Path("/proc")
_FIRST_SECONDS: Final = 0.2
_LOOK_SECONDS: Final = 2.0
_WAITED: Final = 0.25
"""The part of a look's time that the event loop waited for its CPU, from which on another one is taken."""
_WORKED: Final = 0.75
"""The part that the process itself ran: above, it waited for nobody but its own threads."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a process's main function to its end."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


async def in_turns(work: Callable[[_Thing], T], things: Iterable[_Thing]) -> list[T]:
    """Do the same with many things, in order, and let others have the event loop every hundredth of a second."""
    made, began = [], time.perf_counter()
    for thing in things:
        if time.perf_counter() - began > _TURN:
            await asyncio.sleep(0)
            began = time.perf_counter()
        made.append(work(thing))
    return made


def settle() -> None:
    """Tell the garbage collector, once a process has started, that what there is now will stay.

    Modules, compiled policies and statements are hundreds of thousands of objects that no collection frees; looking
    at them again and again took a tenth of a lead's time. What a lead leaves behind goes by reference counts, so
    cycles can wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLD, _OLD)


@asynccontextmanager
async def on_one_cpu() -> AsyncIterator[None]:
    """Keep every thread of this process on one CPU at a time until the block ends; on Linux, elsewhere as it was.

    Python runs one thread at a time, however many CPUs there are. Its lock goes from the event loop to SQLite's threads
    and back thousands of times a second, and each time the other CPU must be woken: a third of the time of an intake
    (docs/decisions/0011-speed.md). When others want the same CPU, so that the loop must wait, another one is taken.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    keeping = asyncio.create_task(_keep(allowed))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(OSError):  # where it is forbidden, they never were confined
            _confine(allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the kernel and the process counted up to a moment, in seconds.

    Attributes:
        at: the moment, by a clock that only goes forward.
        worked: how long the process's threads ran, together.
        waited: how long its first thread, the event loop's, was ready to run and did not.
        idle: how long each CPU had nothing to do.
    """

    at: float
    worked: float
    waited: float
    idle: dict[int, float]

    @classmethod
    def take(cls, proc: Path = _PROC) -> Self:
        """Look now.

        Raises:
            OSError: this kernel does not count it, or writes it in another way.
        """
        tick = 1 / os.sysconf("SC_CLK_TCK")
        counted, waited = ((proc / name).read_bytes() for name in ("stat", "self/schedstat"))
        lines = (line.split() for line in counted.splitlines())
        try:
            return cls(
                at=time.monotonic(),
                worked=time.process_time(),
                waited=int(waited.split()[1]) / 1e9,
                idle={int(line[0][3:]): int(line[4]) * tick for line in lines if line[0][:3] == b"cpu" and line[0][3:]},
            )
        except (ValueError, IndexError):
            raise OSError("this kernel counts in another way") from None


def crowded(before: Look, now: Look) -> bool:
    """Whether others kept the event loop from running, and not the process's own threads."""
    span = now.at - before.at
    return now.waited - before.waited > _WAITED * span and now.worked - before.worked < _WORKED * span


def idlest(before: Look, now: Look, among: set[int]) -> int:
    """The CPU that had least to do between two looks."""
    return max(sorted(among), key=lambda cpu: now.idle.get(cpu, 0.0) - before.idle.get(cpu, 0.0))


async def _keep(allowed: set[int]) -> None:
    cpu: int | None = None
    with suppress(OSError):  # where a kernel does not tell how long a thread waits, its threads stay where they like
        before = Look.take()
        while len(allowed) > 1:
            await asyncio.sleep(_FIRST_SECONDS if cpu is None else _LOOK_SECONDS)
            now = Look.take()
            if cpu is None or crowded(before, now):
                cpu = idlest(before, now, allowed.difference([cpu]))
                _confine({cpu})
            before = now


def _confine(cpus: set[int]) -> None:
    """Let every thread run on these alone; threads that are begun later follow the one that begins them."""
    for thread in (_PROC / "self/task").iterdir():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread.name), cpus)
