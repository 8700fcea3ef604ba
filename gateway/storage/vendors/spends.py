"""What is set aside and spent on vendors, shared by all workers: totals by pot and currency, durable at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, Text, bindparam, delete, select, text

from gateway.spending import Key, Ledger, Total
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.tables import spends

KEPT: Final = timedelta(days=400)
"""How long a day's totals are kept; those of lists stay."""
_KEY: Final = ("scope", "day", "currency")
_HELD: Final = (
    select(spends)
    .where(*(spends.c[name].in_(bindparam(name, expanding=True)) for name in _KEY))
    .order_by(*(spends.c[name] for name in _KEY))
    .with_for_update()
)
_MAKE: Final = text(
    "INSERT INTO spends (scope, day, currency, reserved_micros, spent_micros) "
    "VALUES (:scope, :day, :currency, 0, 0) ON CONFLICT (scope, day, currency) DO NOTHING"
).bindparams(*(bindparam(name, type_=Text) for name in _KEY))


def held(tx: Tx, keys: Iterable[Key]) -> Ledger:
    """Read totals, making those that are missing, and hold them until the end of the transaction.

    They are held in one order, so that nobody deadlocks.
    """
    wanted = sorted(set(keys))
    ledger = Ledger()
    if not wanted:
        return ledger
    asked = dict(zip(_KEY, (sorted(set(part)) for part in zip(*wanted, strict=True)), strict=True))
    ledger.totals.update(_totals(tx.connection, _HELD, asked))
    missing = [key for key in wanted if key not in ledger.totals]
    if missing:
        # Where two make the same row at once, the second waits here for the first and then finds its row.
        tx.connection.execute(_MAKE, [dict(zip(_KEY, key, strict=True)) for key in missing])
        ledger.totals.update(_totals(tx.connection, _HELD, asked))
    return ledger


def _totals(connection: Connection, query: Select[Any], asked: Mapping[str, Any]) -> dict[Key, Total]:
    return {
        (row["scope"], row["day"], row["currency"]): Total(
            reserved_micros=row["reserved_micros"], spent_micros=row["spent_micros"]
        )
        for row in connection.execute(query, asked).mappings()
    }


def write(tx: Tx, ledger: Ledger) -> None:
    """Write the totals that are held and have changed."""
    totals = ((key, ledger.totals[key]) for key in sorted(ledger.changed))
    rows = (
        {
            **dict(zip(_KEY, key, strict=True)),
            "reserved_micros": total.reserved_micros,
            "spent_micros": total.spent_micros,
        }
        for key, total in totals
    )
    tx.apply(Unit().update(spends, *rows))


async def spent(database: Database, day: str) -> dict[Key, Total]:
    """The totals of one day, by pot and currency.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    query = select(spends).where(spends.c.day == day)
    return await database.read(lambda connection: _totals(connection, query, {}))


def forget_days(tx: Tx, now: datetime) -> int:
    """Delete the totals of days that are long over; says how many."""
    over = (now - KEPT).date().isoformat()
    return tx.connection.execute(delete(spends).where(spends.c.day != "", spends.c.day < over)).rowcount
