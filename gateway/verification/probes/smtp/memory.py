"""The memory of one process that keeps nothing: for checks by hand, without a data directory."""

from collections.abc import Sequence
from datetime import datetime

from gateway.verification import mail_servers
from gateway.verification.mail_servers import CatchAll, Pause


class MemoryProbes:
    """Implements `ports.ProbeMemory` in memory."""

    def __init__(self) -> None:
        self._catch_alls: dict[str, tuple[datetime, CatchAll]] = {}
        self._untold: dict[str, datetime] = {}
        self._pauses: dict[str, Pause] = {}

    async def claim(self, domain: str, *, now: datetime) -> CatchAll | None:
        """Take the domain's one catch-all probe."""
        known = self._catch_alls.get(domain)
        if known is not None and now - known[0] < known[1].kept:
            return known[1]
        self._catch_alls[domain] = (now, CatchAll.UNCLEAR)
        return None

    async def give_back(self, domain: str) -> None:
        """Give a claim back."""
        self._catch_alls.pop(domain, None)

    async def remember(self, domain: str, found: CatchAll, *, now: datetime) -> None:
        """Keep what was found."""
        self._catch_alls[domain] = (now, found)
        if found is CatchAll.UNCLEAR and await self.untold_since(domain, now=now) is None:
            self._untold[domain] = now

    async def untold_since(self, domain: str, *, now: datetime) -> datetime | None:
        """When it was first not told."""
        first = self._untold.get(domain)
        return first if first is not None and now - first < mail_servers.KNOWN else None

    async def refused(self, group: str, why: str, *, now: datetime) -> None:
        """Leave a group alone."""
        for pause in mail_servers.after_refusal(tuple(self._pauses.values()), group, why, now):
            self._pauses[pause.group] = pause

    async def pause(self, group: str, *, now: datetime) -> Pause | None:
        """Give the pause that stands."""
        return mail_servers.standing(tuple(self._pauses.values()), group, now)

    async def pauses(self, *, now: datetime) -> Sequence[Pause]:
        """List the pauses that stand."""
        return [self._pauses[group] for group in sorted(self._pauses) if self._pauses[group].until > now]

    async def resume(self, group: str) -> bool:
        """Lift a pause, or all."""
        if group == mail_servers.EVERY:
            some = bool(self._pauses)
            self._pauses.clear()
            return some
        return self._pauses.pop(group, None) is not None

    def named(self, group: str) -> str:
        """Give the name itself: nothing is kept."""
        return group
