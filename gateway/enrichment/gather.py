"""Gathering: questions to one connector that come within a moment are asked in one call of its batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.enrichment.caller import Asked, Result
from gateway.enrichment.ports import Sleep

MOMENT: Final = 0.02
"""Seconds that a question waits for others: leads come in bunches, and a call takes ten times as long."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting:
    asked: Asked
    result: asyncio.Future[Result]
    call: asyncio.Task[None] | None = None
    group: Sequence["_Waiting"] = ()


class Gatherer:
    """Collects questions and asks them together, at most `most` in one call.

    A question that is cancelled leaves the others their call; when the last one has left, the call is cancelled.

    Args:
        most: questions in one call.
        call: asks a group, and gives a result per question in order.
        sleep: waits.
    """

    def __init__(self, most: int, call: Callable[[Sequence[Asked]], Awaitable[Sequence[Result]]], sleep: Sleep) -> None:
        self._most = most
        self._call = call
        self._sleep = sleep
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked) -> Result:
        """Asks, together with whatever comes within the moment."""
        waiting = _Waiting(asked=asked, result=asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if len(self._waiting) >= self._most:
            self._go()
        elif self._timer is None:
            self._timer = asyncio.create_task(self._after_the_moment())
        try:
            return await waiting.result
        except asyncio.CancelledError:
            if waiting.call is not None and all(each.result.done() for each in waiting.group):
                waiting.call.cancel()
                await asyncio.gather(waiting.call, return_exceptions=True)
            raise

    async def _after_the_moment(self) -> None:
        await self._sleep(MOMENT)
        self._timer = None
        self._go()

    def _go(self) -> None:
        """Begins the call of all that wait; who has left meanwhile is left out."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        group = [each for each in self._waiting if not each.result.done()]
        self._waiting = []
        if not group:
            return
        call = asyncio.create_task(self._together(group))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        for each in group:
            each.call, each.group = call, group

    async def _together(self, group: Sequence[_Waiting]) -> None:
        try:
            results = await self._call([each.asked for each in group])
        except asyncio.CancelledError:
            _each(group, lambda waiting: waiting.result.cancel())
            raise
        except Exception as error:  # noqa: BLE001 - whoever asked hears of it
            failure = error
            _each(group, lambda waiting: waiting.result.set_exception(failure))
        else:
            told = dict(zip(group, results, strict=True))
            _each(group, lambda waiting: waiting.result.set_result(told[waiting]))


def _each(group: Sequence[_Waiting], tell: Callable[[_Waiting], object]) -> None:
    """Tells everybody who still waits."""
    for waiting in group:
        if not waiting.result.done():
            tell(waiting)
