"""What a destination could not be told while it was disabled or did not answer is sent again under its own id."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_, select, tuple_

from gateway.lead import Status
from gateway.steps import NO_DESTINATION, RETRACTED
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import deliveries, leads
from gateway.storage.sending.results import DISABLED
from gateway.storage.sending.tables import delivery_attempts

_PAGE: Final = 500


async def retract_again(database: Database, destination: str, now: datetime) -> None:
    """Have the retractions sent again that were given up because a destination was disabled or did not answer.

    What it refused, or its map cannot say, it would refuse again: that stays a dead letter for a person to see to.
    """
    query = _tried(destination).where(
        deliveries.c.kind == RETRACTED,
        deliveries.c.status == "dead",
        or_(delivery_attempts.c.outcome != "failed", deliveries.c.reason == DISABLED),
    )
    await _in_pages(database, query, now)


async def send_missed(database: Database, destination: str, now: datetime) -> None:
    """Have leads and updates sent again that were stopped after an attempt because the destination was disabled.

    What was stopped before its first attempt reached nobody, and is decided anew like a lead that came since; so is a
    lead that was held meanwhile. The claim decides again before anything leaves. What something newer was sent after
    stays as it is.
    """
    newer = deliveries.alias()
    told_since = exists().where(
        newer.c.lead_id == deliveries.c.lead_id,
        newer.c.destination == destination,
        tuple_(newer.c.revision, newer.c.id) > tuple_(deliveries.c.revision, deliveries.c.id),
        or_(newer.c.attempts > 0, newer.c.status == "pending"),
    )
    ended = or_(delivery_attempts.c.outcome == "gone", deliveries.c.reason == DISABLED)
    stopped = or_(
        and_(deliveries.c.status == "cancelled", deliveries.c.reason == NO_DESTINATION),
        and_(deliveries.c.status == "dead", ended),
    )
    goes_on = leads.c.status.in_([Status.DECIDED.value, Status.RELEASED.value])
    query = _tried(destination).join(leads, leads.c.id == deliveries.c.lead_id).where(goes_on)
    await _in_pages(database, query.where(deliveries.c.kind != RETRACTED, stopped, ~told_since), now)


def send_again(unit: Unit, ids: Iterable[str], now: datetime) -> Unit:
    """Have deliveries that were given up due once more, each under its own id."""
    changed = {"status": "pending", "next_at": now, "ended_at": None, "reason": "replayed"}
    return unit.update(deliveries, *({"id": ident, **changed} for ident in ids))


async def _in_pages(database: Database, query: Select[Any], now: datetime) -> None:
    def run(tx: Tx, after: str) -> Sequence[str]:
        page = query.where(deliveries.c.id > after).order_by(deliveries.c.id).limit(_PAGE)
        found = tx.connection.execute(page).scalars().all()
        tx.apply(send_again(Unit(), found, now))
        return found

    after = ""
    while found := await database.transact(partial(run, after=after)):
        after = found[-1]


def _tried(destination: str) -> Select[Any]:
    """The ids of deliveries to a destination, each beside its last attempt."""
    last = and_(delivery_attempts.c.delivery_id == deliveries.c.id, delivery_attempts.c.number == deliveries.c.attempts)
    return (
        select(deliveries.c.id)
        .join(delivery_attempts, last)
        .where(deliveries.c.destination == destination)
        .with_for_update(of=deliveries)
    )
