"""Leads are decided again when somebody has changed what that rests on: a policy, a destination, a wish."""

from collections.abc import Iterable, Sequence
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
    tx.apply(reconsidering(Unit(), tx.connection.execute(query).scalars()))


def reconsider_told(tx: Tx, before: RowMapping | None) -> None:
    """Enqueue every released lead that a destination had before it was disabled: it may have been refused since."""
    if before is None or before["disabled_at"] is None:
        return
    told = select(deliveries.c.lead_id).where(deliveries.c.destination == before["name"])
    query = select(leads.c.id).where(leads.c.status == Status.RELEASED.value, leads.c.id.in_(told))
    tx.apply(reconsidering(Unit(), tx.connection.execute(query).scalars()))


def reconsidering(unit: Unit, lead_ids: Iterable[str]) -> Unit:
    """Add the jobs that decide leads again."""
    return in_jobs(unit, RECONSIDER, sorted(set(lead_ids)))


def in_jobs(unit: Unit, name: str, ids: Sequence[str]) -> Unit:
    """Add the jobs of one name for many ids, a bounded number of them in each."""
    for start in range(0, len(ids), _CHUNK):
        unit.enqueue(Job(name=name, ids=tuple(ids[start : start + _CHUNK])))
    return unit
