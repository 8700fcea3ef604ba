"""What asking by hand keeps in place of a store: nothing that outlives the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.spending import Ledger, Pot, Reserve

_MANY: Final = 4096
"""So many entries are kept without a look at which of them are over; then again at twice what was left."""


class OwnAnswers:
    """Answers of this process, so that whoever comes again in a long list is known; implements `ports.Cache`."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[bytes, datetime]] = {}
        self._now: datetime | None = None
        self._room = _MANY

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """The payload kept under `key`, until it expires."""
        self._now = now
        payload, expires_at = self._kept.get(key, (None, now))
        return payload if now < expires_at else None

    async def put(
        self,
        key: bytes,
        payload: bytes,
        *,
        connector: str,  # noqa: ARG002 - the port's
        outcome: str,  # noqa: ARG002 - the port's
        subject_id: str | None,  # noqa: ARG002 - the port's
        expires_at: datetime,
    ) -> None:
        """Keep a payload in place of any other; of many, those that had expired at the last look are dropped."""
        self._kept[key] = (payload, expires_at)
        if len(self._kept) > self._room and self._now is not None:
            self._kept = {each: kept for each, kept in self._kept.items() if kept[1] > self._now}
            self._room = max(_MANY, 2 * len(self._kept))


@dataclass(slots=True, kw_only=True)
class _Call:
    started_at: datetime
    stands: bool = True
    """Against the same call: it is open, or was paid."""
    reserve: Reserve | None = None


class OwnCalls:
    """Paid calls of this process: the same question is paid once; implements `ports.Calls`.

    Of each question the last call is kept, as long as it may stand against another: it began since none before it did.
    """

    def __init__(self) -> None:
        self._last: dict[bytes, _Call] = {}
        self._open: dict[str, _Call] = {}
        self._begun = 0
        self._ledger = Ledger()
        self._longest = timedelta(0)
        self._room = _MANY

    async def begin(
        self,
        key: bytes,
        *,
        lead_id: str,  # noqa: ARG002 - the port's
        connector: str,  # noqa: ARG002 - the port's
        since: datetime,
        now: datetime,
        reserve: Reserve | None = None,
    ) -> str | Pot | None:
        """Record that a call begins and set its price aside, unless an earlier call or a budget stands against it."""
        self._longest = max(self._longest, now - since)
        last = self._last.get(key)
        if last is not None and last.stands and last.started_at >= since:
            return None
        full = None if reserve is None else self._ledger.take(reserve)
        if full is not None:
            return full
        self._begun += 1
        call_id = str(self._begun)
        self._last[key] = self._open[call_id] = _Call(started_at=now, reserve=reserve)
        if len(self._last) > self._room:
            oldest = now - self._longest
            self._last = {each: call for each, call in self._last.items() if call.stands and call.started_at >= oldest}
            self._room = max(_MANY, 2 * len(self._last))
        return call_id

    async def finish(self, call_id: str, *, outcome: str, cost_micros: int, currency: str, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Record how a call ended; one that cost nothing stands against none."""
        call = self._open.pop(call_id)
        call.stands = cost_micros > 0
        if call.reserve is not None:
            self._ledger.settle(call.reserve, cost_micros)


class Unkept:
    """Quotas of a process that keeps nothing; implements `ports.Quotas`."""

    async def kept(self, scope: str) -> tuple[Mapping[timedelta, tuple[datetime, int]], datetime | None]:  # noqa: ARG002 - the port's
        """Nothing was kept."""
        return {}, None

    async def keep(self, scope: str, windows: Mapping[timedelta, tuple[datetime, int]]) -> None:
        """Keep nothing."""

    async def keep_block(self, scope: str, until: datetime) -> None:
        """Keep nothing."""
