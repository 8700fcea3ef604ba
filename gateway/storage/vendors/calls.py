"""The record of every call that may cost money."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from gateway.ports import Ids
from gateway.spending import Key, Pot, Reserve
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.together import Together
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.spends import held, write
from gateway.storage.vendors.tables import vendor_calls
from gateway.storage.windows import hold

_EARLIER: Final = select(vendor_calls).where(
    vendor_calls.c.call_key.in_(bindparam("keys", expanding=True)), vendor_calls.c.started_at >= bindparam("since")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    """A call that wants to begin."""

    key: bytes
    lead_id: str
    connector: str
    since: datetime
    now: datetime
    reserve: Reserve | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """A call that has ended, and what had been set aside for it."""

    row: Mapping[str, Any]
    cost_micros: int
    reserve: Reserve | None


def _earlier(connection: Connection, asked: Sequence[_Begin]) -> dict[bytes, list[Mapping[str, Any]]]:
    """The calls there were with the same keys, by key."""
    wanted = {"keys": list({each.key for each in asked}), "since": min(each.since for each in asked)}
    found: dict[bytes, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(_EARLIER, wanted).mappings():
        found[row["call_key"]].append(dict(row))
    return found


def _stands(row: Mapping[str, Any]) -> bool:
    """Whether a call stands against another one: it is open, or it was paid."""
    return row["finished_at"] is None or row["cost_micros"] > 0


class SqlCalls:
    """A record of every call that may cost money, written before it and after it, with what is set aside and spent.

    Calls of one moment are recorded in one transaction: each has a commit before it and after it all the same. What
    was set aside for a call that never ended stays so: it may have been charged.
    """

    def __init__(self, database: Database, ids: Ids) -> None:
        self.database = database
        self.ids = ids
        self._open: dict[str, Reserve] = {}
        self._beginning: Together[_Begin, Mapping[int, str | Pot]] = Together(self._begin)
        self._ending: Together[_End, None] = Together(self._finish)

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
        """Record that a call begins, and set its price aside.

        Returns:
            The call's id; the pot that has no room for it; or None where one with the same key is open, or was paid
            since `since`.
        """
        asked = _Begin(key=key, lead_id=lead_id, connector=connector, since=since, now=now, reserve=reserve)
        begun = (await self._beginning.ask(asked)).get(id(asked))
        if isinstance(begun, str) and reserve is not None:
            self._open[begun] = reserve
        return begun

    async def finish(self, call_id: str, *, outcome: str, cost_micros: int, currency: str, now: datetime) -> None:
        """Record how a call ended and what it cost, in millionths of `currency`, in place of what was set aside."""
        row = {"id": call_id, "finished_at": now, "outcome": outcome, "cost_micros": cost_micros, "currency": currency}
        await self._ending.ask(_End(row=row, cost_micros=cost_micros, reserve=self._open.get(call_id)))
        self._open.pop(call_id, None)

    async def _begin(self, asked: Sequence[_Begin]) -> Mapping[int, str | Pot]:
        """Begin what may begin; returns the ids of those calls, or what has no room, by the identity of what asked."""

        def run(tx: Tx) -> dict[int, str | Pot]:
            for connector in sorted({each.connector for each in asked}):  # in one order, so that nobody deadlocks
                # Check and record are one step, whoever else asks.
                hold(tx, f"calls/{connector}", [0], asked[0].now)
            ledger = held(tx, _keys(each.reserve for each in asked))
            known = _earlier(tx.connection, asked)
            unit, begun = Unit(), dict[int, str | Pot]()
            for each in asked:
                if any(row["started_at"] >= each.since and _stands(row) for row in known[each.key]):
                    continue
                full = None if each.reserve is None else ledger.take(each.reserve)
                begun[id(each)] = full or self.ids.ordered("vc")
                if full is None:
                    row = _row(each, str(begun[id(each)]))
                    unit.insert(vendor_calls, row)
                    known[each.key].append({**row, "finished_at": None})
            write(tx, ledger)
            tx.apply(unit)
            return begun

        return await self.database.transact(run)

    async def _finish(self, ended: Sequence[_End]) -> None:
        """Settle and record what has ended."""

        def run(tx: Tx) -> None:
            ledger = held(tx, _keys(each.reserve for each in ended))
            for each in ended:
                if each.reserve is not None:
                    ledger.settle(each.reserve, each.cost_micros)
            write(tx, ledger)
            tx.apply(Unit().update(vendor_calls, *(each.row for each in ended)))

        await self.database.transact(run)


def _keys(reserves: Iterable[Reserve | None]) -> list[Key]:
    return [key for reserve in reserves if reserve is not None for key in reserve.places()]


def _row(begun: _Begin, call_id: str) -> dict[str, Any]:
    return {
        "id": call_id,
        "call_key": begun.key,
        "lead_id": begun.lead_id,
        "connector": begun.connector,
        "started_at": begun.now,
        "cost_micros": 0,
    }
