"""Turns: one connection at a time per group of mail servers, and so many addresses a minute and a day."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from gateway.verification.probes.smtp.identity import ProbeLimits
from gateway.verification.probes.smtp.ports import Windows

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_REST: Final = timedelta(minutes=10)
_MARGIN: Final = 30.0
_LOOK_AGAIN: Final = 0.25
_MANY: Final = 10_000
_IN_ALL: Final = "smtp:*"


class Moment:
    """The caller's time, going on with the loop's clock while a check lasts."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._began = asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """The time."""
        return self._now + timedelta(seconds=asyncio.get_running_loop().time() - self._began)


class Pace:
    """Gives turns, through rate windows that all processes share.

    Whoever finds no turn waits for `patience` seconds at most, and is then told when asking again makes sense.
    `named` gives the name under which a group may be kept, for windows are (see `ProbeMemory.named`).
    """

    def __init__(self, windows: Windows, limits: ProbeLimits, named: Callable[[str], str] = str) -> None:
        self._windows = windows
        self._limits = limits
        self._named = named

    @asynccontextmanager
    async def connection(self, group: str, moment: Moment) -> AsyncIterator[datetime | None]:
        """Hold the group's one connection; gives None, or the time when asking again makes sense."""
        scope = f"smtp:line:{self._named(group)}"
        lease = timedelta(seconds=self._limits.session + _MARGIN)
        taken = await self._patiently(scope, (), 1, lease, moment)
        if isinstance(taken, datetime):
            yield taken
            return
        try:
            yield None
        finally:
            await asyncio.shield(self._windows.give_back(scope, taken))

    async def turn(self, group: str, moment: Moment) -> datetime | None:
        """Count one address against the group, then against all; None, or the time when asking again makes sense.

        An address that finds no room among all has been counted against its group.
        """
        limits = self._limits
        own = ((limits.per_minute, _MINUTE), (limits.per_day, _DAY))
        for scope, bounds in ((f"smtp:{self._named(group)}", own), (_IN_ALL, ((limits.per_day_in_all, _DAY),))):
            taken = await self._patiently(scope, bounds, _MANY, _MINUTE, moment)
            if isinstance(taken, datetime):
                return taken
            await self._windows.give_back(scope, taken)
        return None

    async def rest(self, group: str, moment: Moment) -> None:
        """Let nobody ask the group for a while: it says that we ask too much."""
        await self._windows.block(f"smtp:{self._named(group)}", moment.now() + _REST)

    async def _patiently(
        self,
        scope: str,
        limits: tuple[tuple[int, timedelta], ...],
        concurrency: int,
        lease: timedelta,
        moment: Moment,
    ) -> str | datetime:
        until = moment.now() + timedelta(seconds=self._limits.patience)
        while True:
            taken = await self._windows.take_slot(
                scope, limits=limits, concurrency=concurrency, lease=lease, now=moment.now()
            )
            if isinstance(taken, str) or max(taken, moment.now()) >= until:
                return taken
            await asyncio.sleep(min(_LOOK_AGAIN, max((taken - moment.now()).total_seconds(), 0.02)))
