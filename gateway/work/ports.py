"""The work port: what a handler is, what an engine does, and what an engine asks of its queue."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Handler = Callable[[Sequence[str]], Awaitable[None]]
"""Does one kind of work for some ids; must be idempotent, for each id comes at least once.

It returns when the work for all ids is done, or raises. An `Unavailable` (the store, the keys) says nothing about the
ids: they come back later and it does not count. Any other exception counts as a failed attempt.
"""

Wake = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One enqueued job as an engine holds it; `ticket` is the queue's own handle.

    `attempt` counts its failures so far, `deaths` the processes that died while it was running.
    """

    ticket: int
    name: str
    ids: tuple[str, ...]
    attempt: int
    deaths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """An item that goes back to the queue, not to be run before `run_at`, with its counts of failures and deaths."""

    item: Item
    attempt: int
    run_at: datetime
    deaths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """An item that has failed for good; `error` is an exception's class and place, never its message."""

    item: Item
    letter: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of items; a queue records it whole, in one transaction."""

    done: tuple[Item, ...] = ()
    again: tuple[Again, ...] = ()
    dead: tuple[Dead, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Give every item in it."""
        return (*self.done, *(each.item for each in self.again), *(each.item for each in self.dead))


Judge = Callable[[Item], Again | Dead]
"""What becomes of an item whose process died while it ran."""


class Queue(Protocol):
    """Where the jobs lie; every method may raise StoreUnavailable."""

    async def open(self, wake: Wake) -> None:
        """Prepare; call `wake` in the event loop whenever new jobs may have come."""

    async def claim(self, names: Collection[str], limit: int, now: datetime) -> Sequence[Item]:
        """Take at most `limit` due items of these names that nobody holds, oldest first."""

    async def begin(self, items: Collection[Item]) -> None:
        """Note that a handler is about to run for items that were claimed; called again for some of them, harmless."""

    async def settle(self, settlement: Settlement) -> None:
        """Record what became of items that this engine held."""

    async def bereaved(self, names: Collection[str], judge: Judge) -> Settlement:
        """Find the items of these names whose process died while they ran, and record what the judge makes of each.

        Returns what was recorded, in one transaction. Where only the process that claimed an item is known, it counts
        as running when it never died before, and when it was noted by `begin`.
        """

    async def beat(self, items: Collection[Item]) -> None:
        """Show that this engine is alive and still holds the items."""

    async def put_back(self, items: Collection[Item]) -> None:
        """Give up items that were not finished, so that another engine, or the next start, takes them."""

    async def close(self) -> None:
        """Let go of every connection of the queue's own."""


class Engine(Protocol):
    """Runs handlers for enqueued jobs until it is stopped."""

    def register(self, name: str, handler: Handler, *, concurrency: int = 4, batch: int = 64) -> None:
        """Have jobs of a name handled: at most `concurrency` calls at once, each with about `batch` ids at most."""

    async def start(self) -> None:
        """Begin to take jobs."""

    async def stop(self, drain: float) -> None:
        """Take no more jobs, give the running ones `drain` seconds to end, put the rest back."""
