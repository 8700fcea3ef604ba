"""What the sending protocol reads of deliveries: what is due, what was decided, what is under way."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)

from gateway.lead import Ruling
from gateway.steps import RETRACTED
from gateway.storage.leads.tables import decisions, deliveries
from gateway.storage.log.tables import audit_checkpoints, audit_sequence
from gateway.storage.sealing import codec
from gateway.storage.sending.tables import delivery_attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The newest decision of a lead for a recipient: the fingerprint of its facts, and its entry."""

    facts_mac: bytes
    event_id: bytes


def in_flight(connection: Connection, subject_ids: Collection[str] | None = None) -> list[RowMapping]:
    """The attempts that have begun and not ended, on some persons or on all, with destination and deadline."""
    query = (
        select(
            deliveries.c.id,
            deliveries.c.lead_id,
            deliveries.c.destination,
            delivery_attempts.c.number,
            delivery_attempts.c.deadline,
        )
        .join(delivery_attempts, delivery_attempts.c.delivery_id == deliveries.c.id)
        .where(delivery_attempts.c.ended_at.is_(None))
    )
    if subject_ids is not None:
        query = query.where(deliveries.c.subject_id.in_(list(subject_ids)))
    return list(connection.execute(query.order_by(deliveries.c.id)).mappings())


def _due(kind: ColumnElement[bool]) -> Select[Any]:
    """Deliveries that may be claimed: due, decided under a checkpoint, with no other one of the lead in their way.

    Two never fly to one destination at once. A message waits until earlier ones are through, and for a retraction,
    after which it will not be sent any more; a retraction waits for nothing but what is under way.
    """
    other = deliveries.alias("other")
    earlier = tuple_(other.c.revision, other.c.id) < tuple_(deliveries.c.revision, deliveries.c.id)
    in_the_way = (
        select(other.c.id)
        .where(
            other.c.lead_id == deliveries.c.lead_id,
            other.c.destination == deliveries.c.destination,
            other.c.id != deliveries.c.id,
            or_(
                other.c.status == "sending",
                and_(
                    other.c.status == "pending",
                    deliveries.c.kind != RETRACTED,
                    or_(earlier, other.c.kind == RETRACTED),
                ),
            ),
        )
        .exists()
    )
    signed = select(func.coalesce(func.max(audit_checkpoints.c.size), 0)).scalar_subquery()
    return (
        select(deliveries)
        .join(audit_sequence, audit_sequence.c.event_id == deliveries.c.decided_by)
        .where(
            deliveries.c.status == "pending",
            deliveries.c.next_at <= bindparam("now"),
            deliveries.c.destination.not_in(bindparam("busy", expanding=True)),
            audit_sequence.c.idx < signed,
            ~in_the_way,
            kind,
        )
        .order_by(deliveries.c.next_at, deliveries.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=deliveries)
    )


_DUE: Final = tuple(_due(kind) for kind in (deliveries.c.kind == RETRACTED, deliveries.c.kind != RETRACTED))
"""Made once: making them took as long as asking them three times."""


def read_due(connection: Connection, now: datetime, limit: int, busy: Collection[str]) -> list[RowMapping]:
    """Lock what may be claimed: retractions first, so that nobody who has said no waits behind those who have not.

    They are two questions: with 10,000 rows due, one that sorts them all by kind takes several times as long.
    """
    found: list[RowMapping] = []
    for query in _DUE:
        if len(found) < limit:
            asked = {"now": now, "busy": list(busy), "most": limit - len(found)}
            found += connection.execute(query, asked).mappings()
    return found


_RECORDED: Final = (
    select(decisions.c.lead_id, decisions.c.recipient, decisions.c.facts_mac, decisions.c.event_id)
    .where(decisions.c.lead_id.in_(bindparam("ids", expanding=True)))
    .order_by(decisions.c.id)
)
_SIBLINGS: Final = (
    select(*(column for column in deliveries.columns if column is not deliveries.c.body_sealed))
    .where(tuple_(deliveries.c.lead_id, deliveries.c.destination).in_(bindparam("places", expanding=True)))
    .order_by(deliveries.c.revision, deliveries.c.id)
    .with_for_update()
)


def recorded(connection: Connection, ids: Collection[str]) -> dict[tuple[str, str], Recorded]:
    """The newest decision of each lead, by lead and recipient."""
    rows = connection.execute(_RECORDED, {"ids": list(ids)})
    return {(row.lead_id, row.recipient): Recorded(facts_mac=row.facts_mac, event_id=row.event_id) for row in rows}


def siblings(connection: Connection, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[RowMapping]]:
    """Every delivery of some leads to some destinations, without its message, in their order, by lead and destination.

    They are locked: what is asked for of one rests on where the others stand.
    """
    found: dict[tuple[str, str], list[RowMapping]] = defaultdict(list)
    for row in connection.execute(_SIBLINGS, {"places": sorted(places)}).mappings():
        found[row["lead_id"], row["destination"]].append(row)
    return found


def overdue(now: datetime, limit: int) -> Select[Any]:
    """Attempts past their deadline that nobody has ended, with their deliveries locked: their sender has died."""
    return (
        select(deliveries, delivery_attempts.c.number)
        .join(delivery_attempts, delivery_attempts.c.delivery_id == deliveries.c.id)
        .where(delivery_attempts.c.ended_at.is_(None), delivery_attempts.c.deadline < now)
        .order_by(deliveries.c.id, delivery_attempts.c.number)
        .limit(limit)
        .with_for_update(skip_locked=True, of=deliveries)
    )


def rulings_under(connection: Connection, rows: Sequence[RowMapping]) -> dict[str, tuple[Ruling, ...]]:
    """The rulings under which deliveries were decided, by delivery."""
    if not rows:
        return {}
    wanted = {(row["decided_by"], row["destination"]): row["id"] for row in rows}
    query = select(decisions.c.event_id, decisions.c.recipient, decisions.c.rulings)
    query = query.where(decisions.c.event_id.in_([event for event, _ in wanted]))
    found = {(row.event_id, row.recipient): row.rulings for row in connection.execute(query)}
    return {
        delivery: codec.convert(tuple[Ruling, ...], found[place])
        for place, delivery in wanted.items()
        if place in found
    }
