"""Many small questions, one read: whoever asks while a read runs is answered by the next one, together with others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from operator import methodcaller
from typing import Final, Generic, TypeVar

from gateway.errors import StoreUnavailable
from gateway.storage.engine.lull import lull

Q = TypeVar("Q")
A = TypeVar("A")

MOST: Final = 256
"""Things per read at most, unless a single question asks for more."""
_LULL_SECONDS: Final = 0.002


class Together(Generic[Q, A]):
    """Gathers questions for a read that answers several at once, as the group writer gathers units.

    Invariants: a read begins after every question it answers was asked, so that nobody is answered from before; one
    read runs at a time; on an idle loop a question waits for nothing. When a read fails, each of its questions is
    asked by itself, so that only the faulty one sees the fault; a store that is gone is gone for all of them.
    """

    def __init__(self, read: Callable[[Sequence[Q]], Awaitable[A]]) -> None:
        self._read = read
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._things: list[int] = []  # for how many things each of them asks
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Q, *, things: int = 1) -> A:
        """Ask for so many things, and wait for the answer to all questions of the same read."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        self._things.append(things)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await answer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await lull(_LULL_SECONDS)
                await self._answer(self._next())
        finally:  # nobody waits for ever, also when the loop ends
            for _, answer in self._waiting:
                answer.cancel()

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        taken, things = 1, self._things[0]
        while taken < len(self._waiting) and things + self._things[taken] <= MOST:
            things += self._things[taken]
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._things = self._things[taken:]
        return batch

    async def _answer(self, batch: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        asked = [each for each in batch if not each[1].done()]  # some have given up
        try:
            found = await self._read([question for question, _ in asked])
        except asyncio.CancelledError:
            for _, answer in asked:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to whoever asked for it
            if len(asked) > 1 and not isinstance(error, StoreUnavailable):
                for each in asked:
                    await self._answer([each])
            else:
                _tell(asked, methodcaller("set_exception", error))
        else:
            _tell(asked, methodcaller("set_result", found))


def _tell(asked: Sequence[tuple[Q, asyncio.Future[A]]], say: Callable[[asyncio.Future[A]], None]) -> None:
    """Answer everybody who still waits."""
    for _, answer in asked:
        if not answer.done():
            say(answer)
