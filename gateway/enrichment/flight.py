"""Single flight: the same question asked twice at the same time becomes one call."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """Runs one call per key at a time; who comes while it runs waits for its result.

    A waiter that is cancelled leaves the others their call; when the last one has left, the call is cancelled.
    """

    def __init__(self) -> None:
        self._flights: dict[bytes, _Flight[T]] = {}

    async def run(self, key: bytes, call: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """Returns the result and whether it came from somebody else's call."""
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = _Flight(task=asyncio.ensure_future(self._begin(call)))
            self._flights[key] = flight
            flight.task.add_done_callback(partial(self._landed, key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task), joined
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await flight.task

    @staticmethod
    async def _begin(call: Callable[[], Awaitable[T]]) -> T:
        return await call()

    def _landed(self, key: bytes, flight: _Flight[T], _task: asyncio.Task[T]) -> None:
        self._forget(key, flight)

    def _forget(self, key: bytes, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
