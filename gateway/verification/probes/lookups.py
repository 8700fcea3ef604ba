"""Look-ups under way: who waits for each, and when it is given up."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from gateway.verification.answers import DomainMail


class LookUp:
    """One domain that is being looked up, for everybody who wants it.

    `bounded` says that the deadline still counts. `task` asks whatever needs more than one question.
    """

    __slots__ = ("_waiting", "bounded", "domain", "ends", "now", "task")

    def __init__(self, domain: str, now: datetime) -> None:
        self.domain = domain
        self.now = now
        self.ends = 0.0
        self.bounded = True
        self.task: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[DomainMail]] = []

    def join(self) -> asyncio.Future[DomainMail]:
        """Wait for it; who leaves takes nobody along."""
        waiting: asyncio.Future[DomainMail] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting

    def settle(self, found: DomainMail) -> None:
        """Tell everybody who waits."""
        self.bounded = False
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(found)

    def fail(self, fault: BaseException) -> None:
        """Pass on to everybody who waits what nobody foresaw."""
        self.bounded = False
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(fault)


class Deadlines:
    """Gives up look-ups after `seconds`, each the same time after its begin: one timer is enough for all."""

    def __init__(self, seconds: float, give_up: Callable[[LookUp], None]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._queue: deque[LookUp] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, look_up: LookUp) -> None:
        """Give this one up in time, unless it is settled by then."""
        loop = asyncio.get_running_loop()
        look_up.ends = loop.time() + self._seconds
        while self._queue and not self._queue[0].bounded:
            self._queue.popleft()
        self._queue.append(look_up)
        if self._timer is None:
            self._timer = loop.call_at(look_up.ends, self._sweep, loop)

    def close(self) -> None:
        """Give up nothing any more."""
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while self._queue and (not self._queue[0].bounded or self._queue[0].ends <= loop.time()):
            look_up = self._queue.popleft()
            if look_up.bounded:
                self._give_up(look_up)
        if self._queue:
            self._timer = loop.call_at(self._queue[0].ends, self._sweep, loop)
