"""What a destination could not be told while it was disabled or did not answer is sent again under its own id."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import RowMapping, Select, and_, exists, or_, select

from gateway.steps import NO_DESTINATION, RETRACTED
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import deliveries
from gateway.storage.sending.results import DISABLED
from gateway.storage.sending.tables import delivery_attempts

_PAGE: Final = 500


def retract_again(tx: Tx, destination: str, now: datetime) -> None:
    """Have the retractions sent again that were given up because a destination was disabled or did not answer.

    What it refused, or its map cannot say, it would refuse again: that stays a dead letter for a person to see to.
    """
    query = _tried(destination).where(
        deliveries.c.kind == RETRACTED,
        deliveries.c.status == "dead",
        or_(delivery_attempts.c.outcome != "failed", deliveries.c.reason == DISABLED),
    )
    _send(tx, tx.connection.execute(query).mappings().all(), now)


async def send_missed(database: Database, destination: str, now: datetime) -> None:
    """Have leads and updates sent again that were stopped after an attempt because the destination was disabled.

    What was stopped before its first attempt reached nobody, and is decided anew like a lead that came since. The claim
    decides again before anything leaves. What something newer was sent after stays as it is.
    """
    after = ""
    while page := await database.transact(partial(_missed, destination=destination, now=now, after=after)):
        after = page[-1]


def sent_again(delivery: RowMapping, now: datetime) -> dict[str, Any]:
    """The row of a delivery that was given up, as it is due once more under its own id."""
    return {**delivery, "status": "pending", "next_at": now, "ended_at": None, "reason": "replayed"}


def _missed(tx: Tx, destination: str, now: datetime, after: str) -> Sequence[str]:
    newer = deliveries.alias()
    told_since = exists().where(
        newer.c.lead_id == deliveries.c.lead_id,
        newer.c.destination == destination,
        newer.c.id > deliveries.c.id,
        or_(newer.c.attempts > 0, newer.c.status == "pending"),
    )
    ended = or_(delivery_attempts.c.outcome == "gone", deliveries.c.reason == DISABLED)
    stopped = or_(
        and_(deliveries.c.status == "cancelled", deliveries.c.reason == NO_DESTINATION),
        and_(deliveries.c.status == "dead", ended),
    )
    query = _tried(destination).where(deliveries.c.id > after, deliveries.c.kind != RETRACTED, stopped, ~told_since)
    rows = tx.connection.execute(query.order_by(deliveries.c.id).limit(_PAGE)).mappings().all()
    _send(tx, rows, now)
    return [row["id"] for row in rows]


def _tried(destination: str) -> Select[Any]:
    """Deliveries to a destination, each with its last attempt."""
    last = and_(delivery_attempts.c.delivery_id == deliveries.c.id, delivery_attempts.c.number == deliveries.c.attempts)
    return (
        select(deliveries)
        .join(delivery_attempts, last)
        .where(deliveries.c.destination == destination)
        .with_for_update(of=deliveries)
    )


def _send(tx: Tx, rows: Sequence[RowMapping], now: datetime) -> None:
    tx.apply(Unit().put(deliveries, *(sent_again(row, now) for row in rows)))
