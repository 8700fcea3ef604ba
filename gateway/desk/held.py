"""Leads are decided again when somebody has changed what that rests on: a policy, a destination, a source, a wish."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, or_, select

from consent.engine import JURISDICTION_UNKNOWN, NOT_ACCEPTED
from gateway.desk.missed import retract_again, send_missed
from gateway.desk.office import Office
from gateway.lead import Status
from gateway.ports import RECONSIDER, REVIEW
from gateway.steps import OVER, RETRACTED
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.tables import decisions, deliveries, leads

_CHUNK: Final = 100
_PAGE: Final = 500
_POLICY: Final = "policy"
_DESTINATION: Final = "destination:"
_ANSWERS: Final = "answers:"
_RETURN: Final = "return:"
_SOURCE: Final = "source:"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ACCEPTABLE: Final = (NOT_ACCEPTED, JURISDICTION_UNKNOWN)
"""The reasons of holds that accepting a rule can end."""


def policy_changed(unit: Unit) -> Unit:
    """Have every lead looked through that waits for a rule to be accepted, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(_POLICY,)))


def destination_changed(unit: Unit, name: str) -> Unit:
    """Have every lead looked through that waits for a destination, or was decided for this one, and decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_DESTINATION}{name}",)))


def destination_answers(unit: Unit, name: str) -> Unit:
    """Have the retractions sent again that a destination could not be told."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_ANSWERS}{name}",)))


def destination_returned(unit: Unit, name: str, since: datetime) -> Unit:
    """Have what was to be sent to a destination before it was disabled sent again, and decide what came since for it.

    Args:
        unit: what enables it again.
        name: the destination.
        since: when it was disabled.
    """
    moment = (since - _EPOCH) // timedelta(microseconds=1)
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_RETURN}{moment}:{name}", f"{_DESTINATION}{name}")))


def source_changed(unit: Unit, key: str) -> Unit:
    """Have every lead of a source that has come as far as a decision decided again."""
    return unit.enqueue(Job(name=REVIEW, ids=(f"{_SOURCE}{key}",)))


async def review(office: Office, changes: Sequence[str]) -> None:
    """Have every lead decided again that these changes can matter to: once per change, a page of leads at a time.

    Args:
        office: where leads and decisions are.
        changes: as the functions above name them.
    """
    database = office.database
    for name in _names(changes, _ANSWERS):
        await retract_again(database, name, office.now())
    for name in _returned(changes):
        await send_missed(database, name, office.now())  # first, so that deciding again meets it as under way
    if all(change.startswith(_ANSWERS) for change in changes):
        return
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
    since = [leads.c.updated_at >= moment for moment in _returned(changes).values()]
    others = select(leads.c.id).where(leads.c.id.in_(lead_ids), or_(_held(), theirs, *since))
    return {*connection.execute(concerned).scalars(), *connection.execute(others).scalars()}


def _names(changes: Iterable[str], prefix: str) -> list[str]:
    return [change.removeprefix(prefix) for change in changes if change.startswith(prefix)]


def _returned(changes: Iterable[str]) -> dict[str, datetime]:
    """The destinations that are enabled again, and when each was disabled."""
    parts = [change.split(":", 1) for change in _names(changes, _RETURN)]
    return {name: _EPOCH + timedelta(microseconds=int(moment)) for moment, name in parts}


def _not_told(connection: Connection, name: str, after: str) -> Sequence[str]:
    """Some leads that are over, by id, that a destination may have: it was disabled when the others were told."""
    ours = (deliveries.c.lead_id == leads.c.id, deliveries.c.destination == name)
    had = select(deliveries.c.id).where(*ours, deliveries.c.attempts > 0, deliveries.c.kind != RETRACTED)
    told = select(deliveries.c.id).where(*ours, deliveries.c.kind == RETRACTED, deliveries.c.status != "cancelled")
    query = select(leads.c.id).where(leads.c.id > after, leads.c.status.in_(OVER), had.exists(), ~told.exists())
    return connection.execute(query.order_by(leads.c.id).limit(_PAGE)).scalars().all()


def reconsidering(unit: Unit, lead_ids: Iterable[str]) -> Unit:
    """Add the jobs that decide leads again."""
    return in_jobs(unit, RECONSIDER, sorted(set(lead_ids)))


def in_jobs(unit: Unit, name: str, ids: Sequence[str]) -> Unit:
    """Add the jobs of one name for many ids, a bounded number of them in each."""
    for start in range(0, len(ids), _CHUNK):
        unit.enqueue(Job(name=name, ids=tuple(ids[start : start + _CHUNK])))
    return unit
