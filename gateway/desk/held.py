"""Leads are decided again when somebody has changed what that rests on: a policy, a destination, a wish."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, or_, select

from consent.engine import JURISDICTION_UNKNOWN, NOT_ACCEPTED
from gateway.lead import Status
from gateway.ports import RECONSIDER, REVIEW
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.tables import decisions, leads

_CHUNK: Final = 100
_PAGE: Final = 500
_POLICY: Final = "policy"
_DESTINATION: Final = "destination:"
_ACCEPTABLE: Final = (NOT_ACCEPTED, JURISDICTION_UNKNOWN)
"""The reasons of holds that accepting a rule can end."""


def policy_changed(unit: Unit) -> Unit:
    """Have every lead looked through that waits for a rule to be accepted, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(_POLICY,)))


def destination_changed(unit: Unit, name: str) -> Unit:
    """Have every lead looked through that waits for a destination, or was decided for this one, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_DESTINATION}{name}",)))


async def review(database: Database, changes: Sequence[str]) -> None:
    """Have every lead decided again that these changes can matter to: once per change, a page of leads at a time.

    Args:
        database: where leads and decisions are.
        changes: as `policy_changed` and `destination_changed` name them.
    """
    after = ""
    while page := await database.read(partial(_page, after=after)):
        found = await database.read(partial(_concerned, lead_ids=page, changes=frozenset(changes)))
        await database.write(reconsidering(Unit(), found))
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
    names = [change.removeprefix(_DESTINATION) for change in changes if change.startswith(_DESTINATION)]
    concerned = select(decisions.c.lead_id).where(
        decisions.c.lead_id.in_(lead_ids), or_(decisions.c.recipient.in_(names), *waits)
    )
    held = select(leads.c.id).where(leads.c.id.in_(lead_ids), _held())
    return {*connection.execute(concerned).scalars(), *connection.execute(held).scalars()}


def reconsidering(unit: Unit, lead_ids: Iterable[str]) -> Unit:
    """Add the jobs that decide leads again."""
    return in_jobs(unit, RECONSIDER, sorted(set(lead_ids)))


def in_jobs(unit: Unit, name: str, ids: Sequence[str]) -> Unit:
    """Add the jobs of one name for many ids, a bounded number of them in each."""
    for start in range(0, len(ids), _CHUNK):
        unit.enqueue(Job(name=name, ids=tuple(ids[start : start + _CHUNK])))
    return unit
