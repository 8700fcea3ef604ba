"""Leads are decided again when somebody has changed what that rests on: a policy, a destination, a source, a wish."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, or_, select

from consent.engine import JURISDICTION_UNKNOWN, NOT_ACCEPTED
from gateway.lead import Status
from gateway.ports import RECONSIDER, REVIEW
from gateway.steps import OVER, RETRACTED
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.tables import decisions, deliveries, leads
from gateway.storage.sending.results import DISABLED
from gateway.storage.sending.tables import delivery_attempts

_CHUNK: Final = 100
_PAGE: Final = 500
_POLICY: Final = "policy"
_DESTINATION: Final = "destination:"
_SOURCE: Final = "source:"
_ACCEPTABLE: Final = (NOT_ACCEPTED, JURISDICTION_UNKNOWN)
"""The reasons of holds that accepting a rule can end."""


def policy_changed(unit: Unit) -> Unit:
    """Have every lead looked through that waits for a rule to be accepted, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(_POLICY,)))


def destination_changed(unit: Unit, name: str) -> Unit:
    """Have every lead looked through that waits for a destination, or was decided for this one, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_DESTINATION}{name}",)))


def source_changed(unit: Unit, key: str) -> Unit:
    """Have every lead of a source that has come as far as a decision decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_SOURCE}{key}",)))


async def review(database: Database, changes: Sequence[str]) -> None:
    """Have every lead decided again that these changes can matter to: once per change, a page of leads at a time.

    Args:
        database: where leads and decisions are.
        changes: as `policy_changed`, `destination_changed` and `source_changed` name them.
    """
    after = ""
    while page := await database.read(partial(_page, after=after)):
        found = await database.read(partial(_concerned, lead_ids=page, changes=frozenset(changes)))
        await database.write(reconsidering(Unit(), found))
        after = page[-1]
    for name in _names(changes, _DESTINATION):
        after = ""
        while page := await database.read(partial(_not_told, name=name, after=after)):
            await database.write(reconsidering(Unit(), page))
            after = page[-1]


def _page(connection: Connection, after: str) -> Sequence[str]:
    """Some leads that have come as far as a decision, by id; those that verification holds wait for other things."""
    decided = leads.c.status.in_([Status.DECIDED.value, Status.RELEASED.value])
    query = select(leads.c.id).where(leads.c.id > after, or_(decided, _held()))
    return connection.execute(query.order_by(leads.c.id).limit(_PAGE)).scalars().all()


def _held() -> ColumnElement[bool]:
    return and_(leads.c.status == Status.HELD.value, leads.c.resume == Status.ENRICHED.value)


def _concerned(connection: Connection, lead_ids: Sequence[str], changes: frozenset[str]) -> set[str]:
    """Those of the leads that are held whole, or of which a decision could be another one after these changes."""
    said = cast(decisions.c.rulings, Text)  # the reasons of single uses stand in it
    waits = [said.contains(f'"{reason}"') for reason in _ACCEPTABLE] if _POLICY in changes else []
    concerned = select(decisions.c.lead_id).where(
        decisions.c.lead_id.in_(lead_ids), or_(decisions.c.recipient.in_(_names(changes, _DESTINATION)), *waits)
    )
    theirs = leads.c.source.in_(_names(changes, _SOURCE))
    others = select(leads.c.id).where(leads.c.id.in_(lead_ids), or_(_held(), theirs))
    return {*connection.execute(concerned).scalars(), *connection.execute(others).scalars()}


def _names(changes: Iterable[str], prefix: str) -> list[str]:
    return [change.removeprefix(prefix) for change in changes if change.startswith(prefix)]


def _not_told(connection: Connection, name: str, after: str) -> Sequence[str]:
    """Some leads that are over, by id, that a destination may have: it was disabled when the others were told."""
    ours = (deliveries.c.lead_id == leads.c.id, deliveries.c.destination == name)
    had = select(deliveries.c.id).where(*ours, deliveries.c.attempts > 0, deliveries.c.kind != RETRACTED)
    told = select(deliveries.c.id).where(*ours, deliveries.c.kind == RETRACTED, deliveries.c.status != "cancelled")
    query = select(leads.c.id).where(leads.c.id > after, leads.c.status.in_(OVER), had.exists(), ~told.exists())
    return connection.execute(query.order_by(leads.c.id).limit(_PAGE)).scalars().all()


def retract_again(tx: Tx, destination: str, now: datetime) -> None:
    """Have the retractions sent again that were given up because a destination was disabled or did not answer.

    What it refused, or its map cannot say, it would refuse again: that stays a dead letter for a person to see to.
    """
    last = delivery_attempts.c.delivery_id == deliveries.c.id
    query = (
        select(deliveries.c.id)
        .join(delivery_attempts, and_(last, delivery_attempts.c.number == deliveries.c.attempts))
        .where(
            deliveries.c.destination == destination,
            deliveries.c.kind == RETRACTED,
            deliveries.c.status == "dead",
            or_(delivery_attempts.c.outcome != "failed", deliveries.c.reason == DISABLED),
        )
        .with_for_update(of=deliveries)
    )
    tx.apply(send_again(Unit(), tx.connection.execute(query).scalars().all(), now))


def send_again(unit: Unit, ids: Iterable[str], now: datetime) -> Unit:
    """Have deliveries that were given up due once more, each under its own id."""
    changed = {"status": "pending", "next_at": now, "ended_at": None, "reason": "replayed"}
    return unit.update(deliveries, *({"id": ident, **changed} for ident in ids))


def reconsidering(unit: Unit, lead_ids: Iterable[str]) -> Unit:
    """Add the jobs that decide leads again."""
    return in_jobs(unit, RECONSIDER, sorted(set(lead_ids)))


def in_jobs(unit: Unit, name: str, ids: Sequence[str]) -> Unit:
    """Add the jobs of one name for many ids, a bounded number of them in each."""
    for start in range(0, len(ids), _CHUNK):
        unit.enqueue(Job(name=name, ids=tuple(ids[start : start + _CHUNK])))
    return unit
