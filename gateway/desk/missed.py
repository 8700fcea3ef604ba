"""What a destination could not be told while it was disabled or did not answer is sent again under its own id."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_, select

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
    tx.apply(send_again(Unit(), tx.connection.execute(query).scalars().all(), now))


async def send_missed(database: Database, destination: str, now: datetime) -> None:
    """Have leads and updates sent again that were stopped after an attempt because the destination was disabled.

    What was stopped before its first attempt reached nobody, and is decided anew like a lead that came since. The claim
    decides again before anything leaves. What something newer was sent after stays as it is.
    """
    after = ""
    while page := await database.transact(partial(_missed, destination=destination, now=now, after=after)):
        after = page[-1]


def send_again(unit: Unit, ids: Iterable[str], now: datetime) -> Unit:
    """Have deliveries that were given up due once more, each under its own id."""
    changed = {"status": "pending", "next_at": now, "ended_at": None, "reason": "replayed"}
    return unit.update(deliveries, *({"id": ident, **changed} for ident in ids))


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
    found = tx.connection.execute(query.order_by(deliveries.c.id).limit(_PAGE)).scalars().all()
    tx.apply(send_again(Unit(), found, now))
    return found


def _tried(destination: str) -> Select[Any]:
    """The ids of deliveries to a destination, each beside its last attempt."""
    last = and_(delivery_attempts.c.delivery_id == deliveries.c.id, delivery_attempts.c.number == deliveries.c.attempts)
    return (
        select(deliveries.c.id)
        .join(delivery_attempts, last)
        .where(deliveries.c.destination == destination)
        .with_for_update(of=deliveries)
    )
