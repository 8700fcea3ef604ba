"""`Prefer: wait=N`: any number of requests wait for their leads to rest, and one task looks for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Final

import structlog

from gateway.lead import Status

ENDED: Final = frozenset({Status.RELEASED, Status.HELD, Status.REJECTED, Status.RETRACTED, Status.QUARANTINED})
"""Where a journey rests."""

POLL_SECONDS: Final = 0.05
"""How often the store is asked while anybody waits: another process may do the work."""
GAP_SECONDS: Final = 0.01
"""The least time between two looks, however many commits there are."""

Statuses = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]


log = structlog.get_logger(__name__)


class Waiting:
    """Who waits, by lead; the store is asked once for all, after commits of this process and at a slow beat.

    Args:
        statuses: gives the statuses of leads.
        most: how many may wait at once; whoever comes then is not kept waiting.
        poll: seconds between two looks without a commit.
    """

    def __init__(self, statuses: Statuses, most: int, poll: float = POLL_SECONDS) -> None:
        self._statuses = statuses
        self._most = most
        self._poll = poll
        self._waiters: dict[asyncio.Future[bool], str] = {}
        self._wake = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look now: something was committed in this process."""
        if self._waiters:
            self._wake.set()

    def end(self) -> None:
        """Keep nobody waiting any more: the server is being stopped, and every lead here is durable."""
        self._most = 0
        self._answer(list(self._waiters), rests=False)

    async def rests(self, lead_id: str, seconds: float) -> bool:
        """Wait until a lead rests; False when it does not in this time, too many wait, or the store cannot be asked."""
        if len(self._waiters) >= self._most:
            return False
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = lead_id
        self._wake.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiters.pop(waiter, None)

    async def _look(self) -> None:
        while self._waiters:
            self._wake.clear()
            try:
                found = await self._statuses(set(self._waiters.values()))
            except Exception as error:  # noqa: BLE001 - the leads are durable all the same: they are answered as taken
                log.warning("waiting.given_up", error=type(error).__name__)
                self._answer(list(self._waiters), rests=False)
                return
            rested = {lead_id for lead_id, status in found.items() if Status(status) in ENDED}
            self._answer([each for each, lead_id in self._waiters.items() if lead_id in rested], rests=True)
            await asyncio.sleep(GAP_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._poll)

    def _answer(self, waiters: list[asyncio.Future[bool]], *, rests: bool) -> None:
        for waiter in waiters:
            del self._waiters[waiter]
            if not waiter.done():
                waiter.set_result(rests)
