"""The batching writer: whatever comes in while a commit runs goes into the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from gateway.errors import StoreBusy, StoreUnavailable
from gateway.storage.engine import statements
from gateway.storage.engine.lull import lull
from gateway.storage.engine.unit import Unit

BATCH: Final = 256  # units per commit at most
_LULL_SECONDS: Final = 0.003


class GroupWriter:
    """Commits units in groups: one task takes whatever came in while the previous commit ran and the loop was busy.

    Invariants: a unit is answered only after its commit; units are committed in the order they came; after an
    error each unit that would have been committed alone, in that order, is committed.
    """

    def __init__(
        self, commit: Callable[[Sequence[Unit]], Any], announce: Callable[[Sequence[Unit]], None], *, batch: int = BATCH
    ) -> None:
        self._commit = commit
        self._announce = announce
        self._batch = batch
        self._waiting: list[tuple[Unit, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def queue(self, unit: Unit) -> asyncio.Future[None]:
        """Queue a unit; what is given is done with its commit. A caller that gives up meanwhile does not stop it."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            answer.set_exception(StoreUnavailable("The store is being closed"))
        elif not unit:
            answer.set_result(None)
        else:
            self._waiting.append((unit, answer))
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._drain())
        return answer

    async def write(self, unit: Unit) -> None:
        """Queue a unit and wait for its commit."""
        await self.queue(unit)

    async def close(self) -> None:
        """Commit what waits and take nothing more."""
        self._closed = True
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        while self._waiting:
            await lull(_LULL_SECONDS)
            batch, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            answers = {id(unit): answer for unit, answer in batch}
            for units in statements.cuts([unit for unit, _ in batch]):
                await self._settle(units, answers)

    async def _settle(self, units: Sequence[Unit], answers: dict[int, asyncio.Future[None]]) -> None:
        """Commit units together, or each half by itself where something in them is wrong."""
        try:
            await self._commit(units)
        except StoreBusy as busy:  # it takes writes: what was not sent goes on
            _refuse([answers[id(unit)] for unit in units], busy)
        except StoreUnavailable as gone:  # for everybody who waits
            waiting, self._waiting = self._waiting, []
            _refuse([answers[id(unit)] for unit in units] + [answer for _, answer in waiting], gone)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to the unit that caused it
            if len(units) == 1:
                _answer(answers[id(units[0])], error)
                return
            half = len(units) // 2
            await self._settle(units[:half], answers)
            await self._settle(units[half:], answers)
        else:
            for unit in units:
                _answer(answers[id(unit)], None)
            self._announce(units)


def _refuse(answers: Sequence[asyncio.Future[None]], error: StoreUnavailable) -> None:
    """Answer each with an error of its own, of the same kind."""
    for answer in answers:
        _answer(answer, type(error)(error.detail, retry_after=error.retry_after))


def _answer(answer: asyncio.Future[None], error: BaseException | None) -> None:
    if answer.done():  # its caller has given up
        return
    if error is None:
        answer.set_result(None)
    else:
        answer.set_exception(error)
