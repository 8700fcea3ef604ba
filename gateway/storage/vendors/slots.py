"""Rate windows and slots of a vendor, shared by all workers: a window begins with a call, not by the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import RowMapping, delete, func, select

from gateway.ports import Ids
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.tables import rate_slots
from gateway.storage.windows import block, hold, rate_windows

_SOON: Final = timedelta(milliseconds=20)
"""When a slot is missing, nobody knows when one comes free: ask again soon."""


class SqlWindows:
    """Rate windows that begin with the first call after the one before has ended, and slots with a lease."""

    def __init__(self, database: Database, ids: Ids) -> None:
        self.database = database
        self.ids = ids

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
        """Take one slot, and a question's calls out of every window, all or nothing.

        Returns:
            The slot's id, or the time from which asking again makes sense.
        """

        def run(tx: Tx) -> str | datetime:
            periods = {int(per.total_seconds()): (limit, per) for limit, per in limits}
            rows = hold(tx, scope, [0, *periods], now)
            waits: list[datetime] = [
                until for row in rows.values() if (until := row["blocked_until"]) is not None and until > now
            ]
            live = {seconds: _live(rows[seconds], per, now) for seconds, (_, per) in periods.items()}
            waits += [rows[s]["window_start"] + per for s, (limit, per) in periods.items() if live[s] + calls > limit]
            tx.connection.execute(delete(rate_slots).where(rate_slots.c.scope == scope, rate_slots.c.expires_at <= now))
            taken = tx.connection.execute(select(func.count()).where(rate_slots.c.scope == scope)).scalar_one()
            if not waits and taken >= concurrency:
                waits.append(now + _SOON)
            if waits:
                return max(waits)
            slot = self.ids.ordered("sl")
            unit = Unit().insert(rate_slots, {"scope": scope, "slot": slot, "expires_at": now + lease})
            for seconds in periods:
                start = rows[seconds]["window_start"] if live[seconds] else now
                row = {**rows[seconds], "window_start": start, "used": live[seconds] + calls}
                unit.put(rate_windows, row)
            tx.apply(unit)
            return slot

        taken: str | datetime = await self.database.transact(run)
        return taken

    async def give_back(self, scope: str, slot: str) -> None:
        """Free a slot; one that is gone already is no error."""
        await self.database.write(Unit().delete(rate_slots, {"scope": scope, "slot": slot}))

    async def block(self, scope: str, until: datetime) -> None:
        """Let nobody call before `until`."""
        await block(self.database, scope, until)


def _live(row: RowMapping, per: timedelta, now: datetime) -> int:
    """The calls in the running window; 0 when the last one has ended."""
    used: int = row["used"]
    return used if row["window_start"] + per > now else 0
