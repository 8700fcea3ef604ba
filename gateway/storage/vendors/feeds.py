"""When each vendor's list of erased records was read, and what came of it; shared by all workers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Update, or_, select, update

from gateway.errors import Conflict
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.tables import erasure_feeds

EVERY: Final = timedelta(days=1)
"""How often a list is read to its end."""
AGAIN: Final = timedelta(minutes=50)
"""After which a list is tried again that could not be read; meanwhile it is in the hands of whoever tries."""


async def take(database: Database, connector: str, now: datetime) -> bool:
    """Say whether a connector's list is due, and take it: of many workers one reads it.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    known = select(erasure_feeds.c.connector).where(erasure_feeds.c.connector == connector)
    if await database.read(lambda connection: connection.execute(known).first()) is None:
        try:
            await database.write(Unit().insert(erasure_feeds, {"connector": connector, "tried_at": now}))
        except Conflict:
            return False
        return True
    due = update(erasure_feeds).where(
        erasure_feeds.c.connector == connector,
        erasure_feeds.c.tried_at <= now - AGAIN,
        or_(erasure_feeds.c.read_at.is_(None), erasure_feeds.c.read_at <= now - EVERY),
    )
    return await database.transact(lambda tx: _taken(tx, due.values(tried_at=now)))


def _taken(tx: Tx, due: Update) -> bool:
    return bool(tx.connection.execute(due).rowcount)


def ended(unit: Unit, connector: str, *, at: datetime, records: int) -> Unit:
    """Note that a list was read to its end."""
    told = {"read_at": at, "records": records, "wrong": None}
    return unit.update(erasure_feeds, {"connector": connector, **told})


def failed(unit: Unit, connector: str, wrong: str) -> Unit:
    """Note why a list could not be read."""
    return unit.update(erasure_feeds, {"connector": connector, "wrong": wrong})


def unread(connection: Connection) -> Mapping[str, str]:
    """The connectors whose list could not be read at the last try, and why."""
    query = select(erasure_feeds.c.connector, erasure_feeds.c.wrong).where(erasure_feeds.c.wrong.is_not(None))
    return {row.connector: row.wrong for row in connection.execute(query.order_by(erasure_feeds.c.connector))}
