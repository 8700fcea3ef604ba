"""What vendors say of people who objected to them, or had themselves erased there: suppressed and erased here too.

A vendor answers a question so (HTTP 451), or lists the record. The person goes on the suppression list for enrichment,
so that no other vendor is asked in its place; what the vendor's connectors said is erased, wherever it is kept. Whoever
asked us something is answered all the same: the objection is to being looked up.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from consent.suppression import SuppressionKind
from consent.terms import Purpose
from gateway import looking_up
from gateway.desk.held import in_jobs, reconsidering
from gateway.desk.office import Actor, Office
from gateway.desk.people import People, Who
from gateway.desk.refusals import contact_points
from gateway.desk.suppressions import Against, Point, SuppressionList
from gateway.lead import Lead
from gateway.ports import OBJECTED, OBJECTED_BEFORE, Cause, Objection
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.erasing import forget_messages, rewrite_lookups
from gateway.storage.leads.journal import write_move
from gateway.storage.vendors.records import forget, subjects_of

_REASON: Final = {Cause.OBJECTED: "vendor_objection", Cause.ERASED: "vendor_erasure"}
"""What an entry of the suppression list gives as its reason."""
_MAILBOX: Final = SuppressionKind.EMAIL_CANONICAL
_UNDER_WAY: Final = timedelta(minutes=15)
"""Longer than any look-up takes that had begun before."""

Family = Callable[[str], frozenset[str]]
"""The connectors of the same vendor as one of them, by id."""


@dataclass(frozen=True, slots=True)
class VendorObjections:
    """Acts on what vendors say; `family` tells which connectors are one vendor's."""

    office: Office
    people: People
    entries: SuppressionList
    family: Family

    async def act(self, names: Sequence[str]) -> None:
        """Suppress and erase, for each of the ids of a job `OBJECTED`, and once more when what was under way has ended.

        What is done already is done once.

        Raises:
            StoreUnavailable, Conflict: what was done before stays done; the job is to be run again.
        """
        await self._each(names, suppress=True)

    async def act_again(self, names: Sequence[str]) -> None:
        """Erase, for each of the ids of a job `OBJECTED_BEFORE`; what was lifted from the list meanwhile stays so."""
        await self._each(names, suppress=False)

    async def _each(self, names: Sequence[str], *, suppress: bool) -> None:
        for name in names:
            act = partial(self._act, *Objection.read(name), suppress)
            await self.office.database.transact(act, lock=Lock.EXCLUSIVE)
        await self.office.database.wal_truncate()

    async def listed(self, connector: str, records: Sequence[str]) -> int:
        """Have the people found, suppressed and erased whose records a vendor lists; says how many they are."""
        read = self.office.database.read
        found = await read(lambda connection: subjects_of(connection, self.office.vault, connector, records))
        objection = Objection(connector=connector, cause=Cause.ERASED)
        jobs = in_jobs(Unit(), OBJECTED, [objection.about(subject_id) for subject_id in found])
        await self.office.database.write(jobs)
        return len(found)

    def _act(self, objection: Objection, subject_id: str, suppress: bool, tx: Tx) -> None:  # noqa: FBT001 - of `partial`
        unit, connectors = Unit(), self.family(objection.connector)
        subject_ids = self.people.closure(tx.connection, Who(subject_id=subject_id))
        known = self.people.leads(tx.connection, subject_ids)
        actor, against = Actor(id=f"connector:{objection.connector}"), Against(purpose=Purpose.ENRICHMENT)
        if suppress:
            self.entries.add(tx, unit, actor, _asked_by(known, self.office.country), against, _REASON[objection.cause])
            later = self.office.now() + _UNDER_WAY
            unit.enqueue(Job(name=OBJECTED_BEFORE, ids=(objection.about(subject_id),), run_at=later))
        forget(tx.connection, subject_ids, connectors)
        self._erase(tx.connection, unit, objection, connectors, known)
        tx.apply(reconsidering(unit, [lead.id for lead in known]))

    def _erase(
        self,
        connection: Connection,
        unit: Unit,
        objection: Objection,
        connectors: Collection[str],
        known: Sequence[Lead],
    ) -> None:
        now, vault = self.office.now(), self.office.vault
        moves = [looking_up.erased(lead, objection, connectors, now) for lead in known]
        changed = [move for move in moves if move is not None]
        keys = vault.keys(connection, {move.lead.subject_id for move in changed})
        for move in changed:
            own = keys[move.lead.subject_id]
            rewrite_lookups(connection, unit, move.lead, own)
            write_move(unit, move, own, vault, self.office.ids)
        forget_messages(connection, [move.lead.id for move in changed])


def _asked_by(known: Sequence[Lead], country: str | None) -> Sequence[Point]:
    """What vendors asked about a person by: the mailboxes that they came with; without one the numbers.

    Beside a mailbox no number is listed: whoever shares it has objected to nothing.
    """
    points = list(dict.fromkeys(point for point, _ in contact_points(known, country)))
    return [point for point in points if point[0] is _MAILBOX] or points
