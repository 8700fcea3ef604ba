"""The record of every call that may cost money."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.ports import Ids
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.together import Together
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.tables import vendor_calls
from gateway.storage.windows import hold


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    """A call that wants to begin."""

    key: bytes
    lead_id: str
    connector: str
    since: datetime
    now: datetime


def _earlier(connection: Connection, asked: Sequence[_Begin]) -> dict[bytes, list[Mapping[str, Any]]]:
    """The calls there were with the same keys, by key."""
    query = select(vendor_calls).where(
        vendor_calls.c.call_key.in_({each.key for each in asked}),
        vendor_calls.c.started_at >= min(each.since for each in asked),
    )
    found: dict[bytes, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["call_key"]].append(dict(row))
    return found


def _stands(row: Mapping[str, Any]) -> bool:
    """Whether a call stands against another one: it is open, or it was paid."""
    return row["finished_at"] is None or row["cost_minor"] > 0


class SqlCalls:
    """A record of every call that may cost money, written before it and after it.

    Calls of one moment are recorded in one transaction: each has a commit before it and after it all the same.
    """

    def __init__(self, database: Database, ids: Ids) -> None:
        self.database = database
        self.ids = ids
        self._beginning: Together[_Begin, Mapping[int, str]] = Together(self._begin)

    async def begin(self, key: bytes, *, lead_id: str, connector: str, since: datetime, now: datetime) -> str | None:
        """Record that a call begins, unless one with the same key is open or was paid since `since`."""
        asked = _Begin(key=key, lead_id=lead_id, connector=connector, since=since, now=now)
        begun = await self._beginning.ask(asked)
        return begun.get(id(asked))

    async def finish(self, call_id: str, *, outcome: str, cost_minor: int, currency: str, now: datetime) -> None:
        """Record how a call ended and what it cost, in hundredths of `currency`."""
        ended = {"finished_at": now, "outcome": outcome, "cost_minor": cost_minor, "currency": currency}
        await self.database.write(Unit().update(vendor_calls, {"id": call_id, **ended}))

    async def _begin(self, asked: Sequence[_Begin]) -> Mapping[int, str]:
        """Begin what may begin; returns the ids of those calls, by the identity of what asked."""

        def run(tx: Tx) -> dict[int, str]:
            for connector in sorted({each.connector for each in asked}):  # in one order, so that nobody deadlocks
                # Check and record are one step, whoever else asks.
                hold(tx, f"calls/{connector}", [0], asked[0].now)
            unit, begun = Unit(), dict[int, str]()
            known = _earlier(tx.connection, asked)
            for each in asked:
                earlier = known[each.key]
                if any(row["started_at"] >= each.since and _stands(row) for row in earlier):
                    continue
                begun[id(each)] = self.ids.ordered("vc")
                row = {
                    "id": begun[id(each)],
                    "call_key": each.key,
                    "lead_id": each.lead_id,
                    "connector": each.connector,
                    "started_at": each.now,
                    "cost_minor": 0,
                }
                unit.insert(vendor_calls, row)
                earlier.append({**row, "finished_at": None})
            tx.apply(unit)
            return begun

        return await self.database.transact(run)
