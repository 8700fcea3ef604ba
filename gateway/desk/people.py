"""Whom a wish is about: a lead, a subject or an e-mail address, and what the store knows of that person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from consent.suppression import SuppressionKind, normalise
from gateway.desk.office import Actor, Office
from gateway.errors import Invalid, NotFound
from gateway.lead import Lead, Status
from gateway.steps import DECIDABLE
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import EMAIL, PHONE, Arrivals, find_subjects
from gateway.storage.leads.rows import read_leads
from gateway.storage.people.contacts import canonical_of
from gateway.storage.people.ledger import Shown, read_ledger
from gateway.storage.tables import contact_hints, leads, subjects
from gateway.verification.address import parse_email


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom it is about: exactly one of a lead, a subject, or an e-mail address."""

    lead_id: str | None = None
    subject_id: str | None = None
    email: str | None = field(default=None, repr=False)


class People:
    """Finds people in the store, merged ones included."""

    def __init__(self, office: Office, arrivals: Arrivals) -> None:
        self.office = office
        self.arrivals = arrivals

    def closure(self, connection: Connection, who: Who) -> list[str]:
        """The subject, and those merged into it; empty when nobody is known.

        Raises:
            Invalid: not exactly one of the three was given.
        """
        if sum(value is not None for value in (who.lead_id, who.subject_id, who.email)) != 1:
            raise Invalid("Say whom it is about: one of lead_id, subject_id or email.")
        subject_id = who.subject_id
        if who.lead_id is not None:
            subject_id = connection.execute(select(leads.c.subject_id).where(leads.c.id == who.lead_id)).scalar()
        if who.email is not None:
            canonical = parse_email(who.email).canonical
            macs = [mac for _, mac in self.arrivals.macs(EMAIL, canonical)] if canonical else []
            subject_id = next(iter(find_subjects(connection, macs).values()), None)
        row = connection.execute(select(subjects).where(subjects.c.id == subject_id)).mappings().first()
        if row is None:
            return []
        root = row["alias_of"] or row["id"]
        merged = connection.execute(select(subjects.c.id).where(subjects.c.alias_of == root)).scalars()
        return [root, *merged]

    def visible(self, connection: Connection, actor: Actor, subject_ids: Sequence[str]) -> list[str]:
        """Those of the subjects whom the caller may know of: a source knows the people of its own leads alone."""
        if actor.source is None:
            return list(subject_ids)
        query = select(leads.c.subject_id).where(
            leads.c.subject_id.in_(list(subject_ids)), leads.c.source == actor.source
        )
        known = set(connection.execute(query).scalars())
        return list(subject_ids) if known else []

    def leads(self, connection: Connection, subject_ids: Sequence[str]) -> list[Lead]:
        """Every lead of the subjects, oldest first."""
        query = select(leads.c.id).where(leads.c.subject_id.in_(list(subject_ids))).order_by(leads.c.id)
        return read_leads(connection, self.office.vault, list(connection.execute(query).scalars()))

    def reached(self, connection: Connection, points: Iterable[tuple[SuppressionKind, str]]) -> set[str]:
        """The leads that entries of the suppression list may be about: everybody's who was ever seen with the point.

        Nobody's domain is indexed: an entry for one reaches every lead that has come as far as a decision.

        Raises:
            SuppressionError: a value is not of its kind.
        """
        subject_ids: set[str] = set()
        macs: list[bytes] = []
        for kind, value in points:
            if kind is SuppressionKind.DOMAIN:
                decided = select(leads.c.id).where(leads.c.status.in_([*DECIDABLE, Status.HELD]))
                return set(connection.execute(decided).scalars())
            if kind is SuppressionKind.PHONE_E164:
                macs += [mac for _, mac in self.arrivals.macs(PHONE, normalise(kind, value))]
            else:
                subject_ids |= set(self.closure(connection, Who(email=value)))
                macs += [mac for _, mac in self.arrivals.macs(EMAIL, canonical_of(value))]
        hinted = select(contact_hints.c.subject_id).where(contact_hints.c.mac.in_(macs))
        subject_ids |= set(connection.execute(hinted).scalars())
        found = select(leads.c.id).where(leads.c.subject_id.in_(sorted(subject_ids)))
        return set(connection.execute(found).scalars())

    async def ledger(self, actor: Actor, subject_id: str) -> Sequence[Shown]:
        """The consent ledger of one person with its evidence, oldest first; the access is noted in the audit log.

        Raises:
            NotFound: nothing is known of this person, or nothing that this caller may know.
        """

        def read(connection: Connection) -> list[Shown]:
            known = self.closure(connection, Who(subject_id=subject_id))
            if not self.visible(connection, actor, known):
                raise NotFound("Nothing is known of this person.")
            return read_ledger(connection, self.office.vault, known)

        events = await self.office.database.read(read)
        unit = Unit()
        facts = {"subject_id": subject_id, "count": len(events)}
        self.office.note(unit, actor, "access.read", facts, at=self.office.now())
        await self.office.database.write(unit)
        return events
