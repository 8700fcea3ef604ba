"""Whom a wish is about: a lead, a subject or an e-mail address, and what the store knows of that person."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, distinct, func, select, union_all

from consent.suppression import SuppressionKind, normalise
from gateway.desk.held import reconsidering
from gateway.desk.office import Actor, Office
from gateway.desk.suppressions import Point
from gateway.errors import Invalid, NotFound
from gateway.lead import Lead, Status
from gateway.steps import DECIDABLE
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import DOMAIN, EMAIL, PHONE, Arrivals, find_subjects
from gateway.storage.leads.rows import read_leads
from gateway.storage.leads.tables import leads
from gateway.storage.people.contacts import canonical_of, number_of
from gateway.storage.people.ledger import Shown, read_ledger
from gateway.storage.people.ruling import probes_of
from gateway.storage.people.tables import blind_index, contact_hints, subjects
from gateway.storage.people.withdrawals import read_withdrawals
from gateway.verification.address import parse_email

REACH: Final = "reach"
"""The job of finding whom entries of the suppression list are about; see `People.reach`."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom it is about: exactly one of a lead, a subject, an e-mail address or a telephone number."""

    lead_id: str | None = None
    subject_id: str | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


class People:
    """Finds people in the store, merged ones included."""

    def __init__(self, office: Office, arrivals: Arrivals) -> None:
        self.office = office
        self.arrivals = arrivals

    def closure(self, connection: Connection, who: Who) -> list[str]:
        """The subject, and those merged into it; empty when nobody is known, or nobody is told apart by it.

        A number, a role address or a literal identifies nobody: `reach` finds who came with it.

        Raises:
            Invalid: not exactly one of the four was given.
        """
        if sum(value is not None for value in (who.lead_id, who.subject_id, who.email, who.phone)) != 1:
            raise Invalid("Say whom it is about: one of lead_id, subject_id, email or phone.")
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
        """Every lead of the subjects, oldest first; read by pages, for a form may be posted any number of times."""
        query = select(leads.c.id).where(leads.c.subject_id.in_(list(subject_ids))).order_by(leads.c.id)
        ids = connection.execute(query).scalars().all()
        pages = (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))
        return [lead for page in pages for lead in read_leads(connection, self.office.vault, page)]

    def count(self, connection: Connection, *, subject_ids: Sequence[str], points: Iterable[Point]) -> int:
        """How many people came with one of these points, and the one of `closure`; merged ones are one.

        A switchboard's number may be that of more people than a statement takes arguments: the store counts them.
        """
        macs = [bytes.fromhex(name) for name in self.found_by(points)]
        everybody = union_all(
            select(subjects.c.id).where(subjects.c.id.in_(subject_ids[:1])),  # the others are merged into it
            select(blind_index.c.subject_id).where(blind_index.c.mac.in_(macs)),
            select(contact_hints.c.subject_id).where(contact_hints.c.mac.in_(macs)),
        )
        root = func.coalesce(subjects.c.alias_of, subjects.c.id)
        return connection.execute(select(func.count(distinct(root))).where(subjects.c.id.in_(everybody))).scalar_one()

    def last_with(self, connection: Connection, points: Iterable[Point]) -> datetime | None:
        """When the last lead was received whose person came with one of these, and is not told apart by it."""
        macs = [bytes.fromhex(name) for name in self.found_by(points)]
        hinted = select(contact_hints.c.subject_id).where(contact_hints.c.mac.in_(macs))
        return connection.execute(select(func.max(leads.c.received_at)).where(leads.c.subject_id.in_(hinted))).scalar()

    def found_by(self, points: Iterable[Point]) -> list[str]:
        """The keyed hashes that contact points and domains are indexed under, in hex: the ids of a job `REACH`.

        Raises:
            SuppressionError: a value is not of its kind.
        """
        macs = [mac for kind, value in points for _, mac in self.arrivals.macs(*_indexed(kind, value))]
        return [mac.hex() for mac in dict.fromkeys(macs)]

    async def reach(self, names: Sequence[str]) -> None:
        """Have every open lead decided again that came with one of these contact points or domains.

        A domain may be that of every other lead: its people are read, and their leads queued, a page at a time.
        """
        macs = [bytes.fromhex(name) for name in names]
        async for subject_ids in self._came_with(macs):
            found = await self.office.database.read(partial(_open_leads, subject_ids=subject_ids))
            await self.office.database.write(reconsidering(Unit(), found))

    async def _came_with(self, macs: Sequence[bytes]) -> AsyncIterator[Sequence[str]]:
        read = self.office.database.read
        yield await read(partial(_named, macs=macs))
        for mac in await read(partial(_hinting, macs=macs)):
            after = ""
            while page := await read(partial(_hinted, mac=mac, after=after)):
                yield page
                after = page[-1]

    async def ledger(self, actor: Actor, subject_id: str) -> Sequence[Shown]:
        """The consent ledger of one person with its evidence, oldest first; the access is noted in the audit log.

        What was taken back by a contact point that one of their leads came with stands in it.

        Raises:
            NotFound: nothing is known of this person, or nothing that this caller may know.
        """

        def read(connection: Connection) -> list[Shown]:
            known = self.closure(connection, Who(subject_id=subject_id))
            if not self.visible(connection, actor, known):
                raise NotFound("Nothing is known of this person.")
            shown = read_ledger(connection, self.office.vault, known) + self._by_contact_point(connection, known)
            return sorted(shown, key=lambda each: each.event.event_id)

        events = await self.office.database.read(read)
        unit = Unit()
        facts = {"subject_id": subject_id, "count": len(events)}
        self.office.note(unit, actor, "access.read", facts, at=self.office.now())
        await self.office.database.write(unit)
        return events

    def _by_contact_point(self, connection: Connection, subject_ids: Sequence[str]) -> list[Shown]:
        keys = self.office.vault.suppression_keys()
        known, country = self.leads(connection, subject_ids), self.office.country
        macs = {probe.digest for lead in known for probe in probes_of(keys, lead, country)}
        return [Shown(event=event, evidence=None) for event in read_withdrawals(connection, macs)]


def _indexed(kind: SuppressionKind, value: str) -> tuple[str, str]:
    """What a contact point or domain is indexed as, and how it is written there."""
    match kind:
        case SuppressionKind.DOMAIN:
            return DOMAIN, normalise(kind, value)
        case SuppressionKind.PHONE_E164:
            return PHONE, normalise(kind, number_of(value))
        case _:
            return EMAIL, canonical_of(value)


def _named(connection: Connection, macs: Sequence[bytes]) -> list[str]:
    """Whom hashes identify: each subject that one stands for, and the one which that was merged into."""
    query = select(blind_index.c.subject_id, subjects.c.alias_of)
    query = query.join(subjects, subjects.c.id == blind_index.c.subject_id).where(blind_index.c.mac.in_(macs))
    return [subject_id for row in connection.execute(query) for subject_id in row if subject_id is not None]


def _hinting(connection: Connection, macs: Sequence[bytes]) -> list[bytes]:
    """Those of the hashes that any subject came with."""
    query = select(contact_hints.c.mac).where(contact_hints.c.mac.in_(macs)).distinct()
    return list(connection.execute(query).scalars())


def _hinted(connection: Connection, mac: bytes, after: str) -> list[str]:
    """The next subjects that came with a hash, in order."""
    query = select(contact_hints.c.subject_id).where(contact_hints.c.mac == mac, contact_hints.c.subject_id > after)
    return list(connection.execute(query.order_by(contact_hints.c.subject_id).limit(_PAGE)).scalars())


def _open_leads(connection: Connection, subject_ids: Sequence[str]) -> list[str]:
    """The leads of subjects that may have come as far as a decision; the others meet the list on their way."""
    query = select(leads.c.id).where(leads.c.subject_id.in_(subject_ids))
    return list(connection.execute(query.where(leads.c.status.in_([*DECIDABLE, Status.HELD]))).scalars())
