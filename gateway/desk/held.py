"""Held leads are decided again when somebody has changed what they wait for: a policy, a destination."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import RowMapping, select

from gateway.lead import Status
from gateway.ports import RECONSIDER
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.tables import deliveries, leads

_CHUNK: Final = 100


def reconsider_held(tx: Tx) -> None:
    """Enqueue every lead that a decision holds; those that verification holds wait for other things."""
    query = select(leads.c.id).where(leads.c.status == Status.HELD.value, leads.c.resume == Status.ENRICHED.value)
    _enqueue(tx, list(tx.connection.execute(query.order_by(leads.c.id)).scalars()))


def reconsider_told(tx: Tx, before: RowMapping | None) -> None:
    """Enqueue every released lead that a destination had before it was disabled: it may have been refused since."""
    if before is None or before["disabled_at"] is None:
        return
    told = select(deliveries.c.lead_id).where(deliveries.c.destination == before["name"])
    query = select(leads.c.id).where(leads.c.status == Status.RELEASED.value, leads.c.id.in_(told))
    _enqueue(tx, list(tx.connection.execute(query.order_by(leads.c.id)).scalars()))


def _enqueue(tx: Tx, ids: Sequence[str]) -> None:
    unit = Unit()
    for start in range(0, len(ids), _CHUNK):
        unit.enqueue(Job(name=RECONSIDER, ids=tuple(ids[start : start + _CHUNK])))
    tx.apply(unit)
