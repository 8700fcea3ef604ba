"""Whether a gateway has anything left to do.

What a step changes, its log entries and the next work commit together. So a view of the store with no work due, no
delivery due or under way and no entry without a checkpoint is at rest: until time passes or somebody acts, nothing
more can happen. A test that says that something did not happen waits for this, not for half a second.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from gateway.steps import RETRACTED
from gateway.storage.engine.tables import work_items
from gateway.storage.leads.tables import deliveries
from gateway.storage.log.tables import audit_checkpoints, audit_sequence, audit_waiting


def left_to_do(connection: Connection, now: datetime) -> list[str]:
    """What is still going on, in words; empty when everything rests."""
    counts = {
        "jobs": _jobs(connection, now),
        "deliveries": _deliveries(connection, now),
        "entries": unsigned(connection),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


def unsigned(connection: Connection) -> int:
    """How many entries of the log stand under no checkpoint yet."""
    waiting: int = connection.execute(select(func.count()).select_from(audit_waiting)).scalar_one()
    size = connection.execute(select(func.coalesce(func.max(audit_checkpoints.c.size), 0))).scalar_one()
    beyond: int = connection.execute(select(func.count()).where(audit_sequence.c.idx >= size)).scalar_one()
    return waiting + beyond


def _jobs(connection: Connection, now: datetime) -> int:
    """Jobs that are due or running: a job goes when its handler has ended."""
    query = select(func.count()).where(work_items.c.run_at <= now)
    if connection.dialect.name == "postgresql":  # the server's clock says what is due there
        query = text("SELECT count(*) FROM pgqueuer WHERE execute_after <= now()")  # type: ignore[assignment]
    count: int = connection.execute(query).scalar_one()
    return count


def _deliveries(connection: Connection, now: datetime) -> int:
    """Deliveries under way, and those that are due and wait for no other one that is to be tried later."""
    query = select(deliveries).where(deliveries.c.status.in_(["pending", "sending"])).order_by(deliveries.c.id)
    count, put_off = 0, set()
    for row in connection.execute(query).mappings():
        place = (row["lead_id"], row["destination"])
        if row["status"] == "pending" and row["next_at"] > now:
            put_off.add(place)
        elif row["status"] == "sending" or row["kind"] == RETRACTED or place not in put_off:
            count += 1
    return count
