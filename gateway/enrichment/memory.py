"""Rate windows in the memory of one process: what a gateway on SQLite needs, for there it is the only one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.enrichment.ports import Quotas

KEPT_FROM: Final = timedelta(hours=1)
"""From this length on a window is a quota: a vendor counts on while a process starts again."""
_MANY: Final = 1000
"""From so many scopes on, those that are idle are forgotten."""
_SOON: Final = timedelta(milliseconds=20)
"""When a slot is missing, nobody knows when one comes free: ask again soon."""


@dataclass(slots=True, kw_only=True)
class _Scope:
    windows: dict[timedelta, tuple[datetime, int]] = field(default_factory=dict)
    slots: dict[str, datetime] = field(default_factory=dict)
    blocked_until: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it still says anything: a slot that is out, a window that is not over, a block."""
        ends = [*self.slots.values(), *(start + per for per, (start, _used) in self.windows.items())]
        return any(end > now for end in (*ends, *filter(None, (self.blocked_until,))))


class MemoryWindows:
    """Rate windows of one process. Implements `ports.Windows`.

    Short windows and slots are in memory alone. The calls of long ones, and a vendor's word to wait, are written down
    before anybody goes by them, and read again by the next process.
    """

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._scopes: dict[str, _Scope] = {}
        self._last_slot = 0
        self._sweep_at = _MANY

    async def take_slot(
        self,
        scope: str,
        *,
        limits: Sequence[tuple[int, timedelta]],
        concurrency: int,
        lease: timedelta,
        now: datetime,
        calls: int = 1,
    ) -> str | datetime:
        """Takes one slot, and a question's calls out of every window, all or nothing; a quota's are durable then."""
        state = await self._scope(scope)
        state.slots = {slot: ends for slot, ends in state.slots.items() if ends > now}
        state.windows = {per: each for per, each in state.windows.items() if each[0] + per > now}
        waits = [
            state.windows[per][0] + per
            for limit, per in limits
            if per in state.windows and state.windows[per][1] + calls > limit
        ]
        if state.blocked_until is not None and state.blocked_until > now:
            waits.append(state.blocked_until)
        if not waits and len(state.slots) >= concurrency:
            waits.append(now + _SOON)
        if len(self._scopes) >= self._sweep_at:
            self._forget_idle(scope, now)
        if waits:
            return max(waits)
        for _limit, per in limits:
            start, used = state.windows.get(per, (now, 0))
            state.windows[per] = (start, used + calls)
        self._last_slot += 1
        slot = str(self._last_slot)
        state.slots[slot] = now + lease
        quotas = {per: state.windows[per] for _limit, per in limits if per >= KEPT_FROM}
        if quotas:
            try:
                await self._quotas.keep(scope, quotas)
            except BaseException:
                state.slots.pop(slot, None)  # no call is made; that it stays counted does no harm
                raise
        return slot

    async def give_back(self, scope: str, slot: str) -> None:
        """Frees a slot."""
        if scope in self._scopes:
            self._scopes[scope].slots.pop(slot, None)

    async def block(self, scope: str, until: datetime) -> None:
        """Lets nobody call before `until`."""
        state = await self._scope(scope)
        if state.blocked_until is None or until > state.blocked_until:
            state.blocked_until = until
            await self._quotas.keep_block(scope, until)

    def _forget_idle(self, but: str, now: datetime) -> None:
        """Drop the scopes that hold nobody up: what has to be known of them again was kept."""
        self._scopes = {name: each for name, each in self._scopes.items() if name == but or each.counts(now)}
        self._sweep_at = max(_MANY, 2 * len(self._scopes))

    async def _scope(self, scope: str) -> _Scope:
        """The state of a scope, as the last process left it when this one asks for it first."""
        state = self._scopes.get(scope)
        if state is None:
            windows, blocked_until = await self._quotas.kept(scope)
            # Whoever else asked meanwhile may have counted already: the first answer is the state.
            state = self._scopes.setdefault(scope, _Scope(windows=dict(windows), blocked_until=blocked_until))
        return state
