"""Rate windows in the memory of one process: what a gateway on SQLite needs, for there it is the only one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_SOON = timedelta(milliseconds=20)
"""When a slot is missing, nobody knows when one comes free: ask again soon."""


@dataclass(slots=True, kw_only=True)
class _Scope:
    windows: dict[timedelta, tuple[datetime, int]] = field(default_factory=dict)
    slots: dict[str, datetime] = field(default_factory=dict)
    blocked_until: datetime | None = None


class MemoryWindows:
    """Rate windows of one process. Implements `ports.Windows`."""

    def __init__(self) -> None:
        self._scopes: dict[str, _Scope] = {}
        self._last_slot = 0

    async def take(
        self,
        scope: str,
        *,
        limits: Sequence[tuple[int, timedelta]],
        concurrency: int,
        lease: timedelta,
        now: datetime,
    ) -> str | datetime:
        """Takes one call out of every window and one slot, all or nothing."""
        state = self._scopes.setdefault(scope, _Scope())
        state.slots = {slot: ends for slot, ends in state.slots.items() if ends > now}
        state.windows = {per: each for per, each in state.windows.items() if each[0] + per > now}
        waits = [
            state.windows[per][0] + per
            for limit, per in limits
            if per in state.windows and state.windows[per][1] >= limit
        ]
        if state.blocked_until is not None and state.blocked_until > now:
            waits.append(state.blocked_until)
        if not waits and len(state.slots) >= concurrency:
            waits.append(now + _SOON)
        if waits:
            return max(waits)
        for _limit, per in limits:
            start, used = state.windows.get(per, (now, 0))
            state.windows[per] = (start, used + 1)
        self._last_slot += 1
        state.slots[str(self._last_slot)] = now + lease
        return str(self._last_slot)

    async def give_back(self, scope: str, slot: str) -> None:
        """Frees a slot."""
        self._scopes.setdefault(scope, _Scope()).slots.pop(slot, None)

    async def block(self, scope: str, until: datetime) -> None:
        """Lets nobody call before `until`."""
        state = self._scopes.setdefault(scope, _Scope())
        if state.blocked_until is None or until > state.blocked_until:
            state.blocked_until = until
