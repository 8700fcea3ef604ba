"""Fakes with state for what enrichment keeps: answers, call records, quotas; they pass the suites of the real ones.

Each fails when its `faults` say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.spending import Ledger, Pot, Reserve
from tests.support.faults import Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    payload: bytes = field(repr=False)
    subject_id: str | None
    expires_at: datetime


class MemoryCache:
    """Answers of one process. A fake of `gateway.enrichment.Cache`; the oldest go first when it is full."""

    def __init__(self, *, most: int = 10_000) -> None:
        self.faults = Faults()
        self._most = most
        self._kept: dict[bytes, _Kept] = {}

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """Returns the payload, or None when there is none or it has expired."""
        self.faults.meet("get")
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.expires_at <= now:
            del self._kept[key]
            return None
        return kept.payload

    async def put(
        self,
        key: bytes,
        payload: bytes,
        *,
        connector: str,
        outcome: str,
        subject_id: str | None,
        expires_at: datetime,
    ) -> None:
        """Keeps a payload in place of any other."""
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = _Kept(payload=payload, subject_id=subject_id, expires_at=expires_at)

    async def forget(self, subject_id: str) -> None:
        """Drops everything that is about one person."""
        self._kept = {key: kept for key, kept in self._kept.items() if kept.subject_id != subject_id}


class MemoryQuotas:
    """What a process would write down. A fake of `gateway.enrichment.Quotas`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.written = 0
        self._windows: dict[tuple[str, timedelta], tuple[datetime, int]] = {}
        self._blocks: dict[str, datetime] = {}

    async def kept(self, scope: str) -> tuple[Mapping[timedelta, tuple[datetime, int]], datetime | None]:
        """Returns what was kept last."""
        windows = {per: each for (name, per), each in self._windows.items() if name == scope}
        return windows, self._blocks.get(scope)

    async def keep(self, scope: str, windows: Mapping[timedelta, tuple[datetime, int]]) -> None:
        """Keeps windows."""
        self.faults.meet("keep")
        self.written += 1
        self._windows |= {(scope, per): each for per, each in windows.items()}

    async def keep_block(self, scope: str, until: datetime) -> None:
        """Keeps a block."""
        self.written += 1
        self._blocks[scope] = until


@dataclass(slots=True, kw_only=True)
class _Record:
    key: bytes
    lead_id: str
    connector: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str | None = None
    cost_micros: int = 0
    currency: str = ""
    reserve: Reserve | None = None


class MemoryCalls:
    """Call records of one process. A fake of `gateway.enrichment.Calls`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.ledger = Ledger()
        self._records: dict[str, _Record] = {}

    async def begin(
        self,
        key: bytes,
        *,
        lead_id: str,
        connector: str,
        since: datetime,
        now: datetime,
        reserve: Reserve | None = None,
    ) -> str | Pot | None:
        """Records that a call begins, unless an earlier one or a budget stands against it."""
        for record in self._records.values():
            open_or_paid = record.finished_at is None or record.cost_micros > 0
            if record.key == key and record.started_at >= since and open_or_paid:
                return None
        full = None if reserve is None else self.ledger.take(reserve)
        if full is not None:
            return full
        call_id = str(len(self._records) + 1)
        self._records[call_id] = _Record(key=key, lead_id=lead_id, connector=connector, started_at=now, reserve=reserve)
        return call_id

    async def finish(self, call_id: str, *, outcome: str, cost_micros: int, currency: str, now: datetime) -> None:
        """Records how a call ended and what it cost."""
        self.faults.meet("finish")
        record = self._records[call_id]
        record.finished_at, record.outcome = now, outcome
        record.cost_micros, record.currency = cost_micros, currency
        if record.reserve is not None:
            self.ledger.settle(record.reserve, cost_micros)

    @property
    def spent_micros(self) -> int:
        """What all finished calls cost, in hundredths."""
        return sum(record.cost_micros for record in self._records.values())
