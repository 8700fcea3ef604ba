"""The desk of what people want: consents, withdrawals, objections, and the suppression list.

A withdrawal or objection takes the lock of the sending protocol alone, so that when it answers, no attempt that it
does not list can still arrive (GDPR Art. 7(3), 21(3)). A refusal counts for the person, whichever source hands it on;
what a source's key gets to see of it are its own leads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from consent import ledger
from consent.ledger import Origin
from consent.suppression import SuppressionKind
from gateway.desk.breadth import check_breadth
from gateway.desk.held import in_jobs, reconsidering
from gateway.desk.landing import Stop, Stopped, landed, shown_to
from gateway.desk.notices import newest_notice
from gateway.desk.office import Actor, Office
from gateway.desk.people import REACH, People, Who
from gateway.desk.refusals import Refusals
from gateway.desk.suppressions import Against, Point, SuppressionList, check_allowed, check_reason
from gateway.errors import Fault, Invalid, NotFound
from gateway.lead import ConsentClaim, Lead
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import Arrivals, identifying
from gateway.storage.people.contacts import check_plausible, check_readable, contact_of
from gateway.storage.people.ledger import claimed, write_event
from gateway.storage.registers import destinations
from gateway.verification.address import parse_email

__all__ = ["Against", "Imported", "PreferenceDesk", "Stopped", "Who"]

_ENTRIES: Final = 200
"""Entries per transaction of an import: claims wait for each."""
_UNKNOWN: Final = "Nothing is known of this person."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        added: entries that are new on the list.
        standing: entries that stood there already.
        refused: why an entry cannot be used, by its position.
        in_flight: as of `Stopped`.
    """

    added: int
    standing: int
    refused: Mapping[int, str]
    in_flight: tuple[Mapping[str, Any], ...]


class PreferenceDesk:
    """Consents, withdrawals, objections and suppressions."""

    def __init__(self, office: Office, arrivals: Arrivals) -> None:
        self.office = office
        self.people = People(office, arrivals)
        self.list = SuppressionList(office)
        self.refusals = Refusals(office, self.people, self.list)

    async def record_consents(self, actor: Actor, who: Who, claims: Sequence[ConsentClaim]) -> Sequence[str]:
        """Add consents, refusals and requests to the ledger; every lead of the person is decided again.

        Raises:
            NotFound: nothing is known of this person, or nothing that this caller may know.
            Invalid: a consent names a recipient that is no destination, and so could never be one; or whoever it is
                about is named by an address that is nobody's own.
        """

        def run(tx: Tx) -> list[str]:
            _check_known_recipients(tx.connection, claims)
            subject_id = self._one(tx.connection, actor, who)
            keys = self.office.vault.keys(tx.connection, [subject_id])[subject_id]
            known = self.people.leads(tx.connection, [subject_id])
            unit, now = Unit(), max([self.office.now(), *(lead.received_at for lead in known)])
            made = []
            for claim in claims:
                event = self._event(tx.connection, actor, claim, known, now)
                write_event(
                    unit, self.office.ids, keys, event, by=actor.id, lead_id=who.lead_id, evidence=claim.evidence
                )
                made.append(event.event_id)
            tx.apply(reconsidering(unit, [lead.id for lead in known]))
            return made

        return await self.office.database.transact(run, lock=Lock.EXCLUSIVE)

    async def withdraw(self, actor: Actor, who: Who, against: Against) -> Stopped:
        """Take consent back, effective before this returns.

        By an address or a number it is kept for whoever has it, known or not; to a source the answer looks the same.

        Raises:
            NotFound: there is no such lead or subject, or none that this caller may know.
            Invalid: nobody could be reached by the address or number.
        """
        return await self.refusals.stop(actor, who, against, ledger.ConsentWithdrawn)

    async def object(self, actor: Actor, who: Who, against: Against) -> Stopped:
        """Object (GDPR Art. 21), effective before this returns; the contact points go on the suppression list.

        An address or number that nobody is known under is put on the list all the same; to a source the answer looks
        the same.

        Raises:
            NotFound, Invalid: as `withdraw`.
        """
        return await self.refusals.stop(actor, who, against, ledger.ObjectionReceived)

    async def suppress(
        self,
        actor: Actor,
        kind: SuppressionKind,
        value: str,
        against: Against,
        reason: str,
        *,
        whole_provider: bool = False,
    ) -> Stopped:
        """Put a contact point or domain on the list, effective before this returns.

        Raises:
            Invalid: nobody could be reached by the value, or far too many (see `check_breadth`); the channel is none of
                the purpose's, or the reason is no code.
        """
        check_allowed(against, reason)
        check_plausible(kind, value)
        check_breadth(kind, value, whole_provider=whole_provider)
        _, stop = await self._enter(actor, [(kind, value)], against, reason)
        return await landed(self.office, stop)

    async def suppress_all(
        self,
        actor: Actor,
        points: Sequence[Point],
        against: Against,
        reason: str,
        *,
        whole_provider: bool = False,
    ) -> Imported:
        """Put many on the list, some at a time, effective before this returns; one that cannot be used stops no other.

        Raises:
            Invalid: the channel is none of the purpose's, or the reason is no code; nothing was added.
        """
        check_allowed(against, reason)
        refused: dict[int, str] = {}
        for position, (kind, value) in enumerate(points):
            try:
                check_plausible(kind, value)
                check_breadth(kind, value, whole_provider=whole_provider)
            except Invalid as error:
                refused[position] = error.detail
        good = [point for position, point in enumerate(points) if position not in refused]
        added, stops = 0, []
        for start in range(0, len(good), _ENTRIES):
            fresh, stop = await self._enter(actor, good[start : start + _ENTRIES], against, reason)
            added += fresh
            stops.append(stop)
        stopped = await landed(self.office, Stop.joined(stops))
        return Imported(added=added, standing=len(good) - added, refused=refused, in_flight=stopped.in_flight)

    async def _enter(self, actor: Actor, points: Sequence[Point], against: Against, reason: str) -> tuple[int, Stop]:
        """Put entries on the list in one transaction; returns how many are new, and what they met."""
        names = self.people.found_by(points)

        def run(tx: Tx) -> tuple[int, Stop]:
            unit = Unit()
            entered = self.list.add(tx, unit, actor, points, against, reason)
            flying = self.list.flying_to(tx.connection, entered.macs)
            reconsidering(unit, [row["lead_id"] for row in flying])
            tx.apply(in_jobs(unit, REACH, names))
            return entered.fresh, Stop(event_id=None, flying=shown_to(tx.connection, actor, flying))

        return await self.office.database.transact(run, lock=Lock.EXCLUSIVE)

    async def lift(
        self, actor: Actor, kind: SuppressionKind, value: str, reason: str, *, entry: str | None = None
    ) -> Sequence[Mapping[str, Any]]:
        """Take a contact point or domain off the list, or one entry of it; open leads of the people are decided again.

        What a person said themselves stands in their ledger, and is not undone by this. Leads that the list rejected
        or taken back stay so.

        Raises:
            Invalid: nobody could be reached by the value, or the reason is no code.
            NotFound: no such entry stands.
        """
        check_reason(reason)
        check_plausible(kind, value)
        names = self.people.found_by([(kind, value)])

        def run(tx: Tx) -> Sequence[Mapping[str, Any]]:
            unit = Unit()
            lifted = self.list.lift(tx, unit, actor, (kind, value), entry, reason)
            tx.apply(in_jobs(unit, REACH, names))
            return lifted

        return await self.office.database.transact(run, lock=Lock.EXCLUSIVE)

    async def suppressed(self, actor: Actor, kind: SuppressionKind, value: str) -> Sequence[Mapping[str, Any]]:
        """What the list says of a contact point or domain; that somebody asked is noted in the audit log.

        Raises:
            Invalid: nobody could be reached by the value, so that the list says nothing of it.
        """
        check_readable(kind, value, self.office.country)
        found = await self.list.look_up(kind, value)
        unit = Unit()
        self.office.note(unit, actor, "access.read", {"count": len(found)}, at=self.office.now())
        await self.office.database.write(unit)
        return found

    def _event(
        self, connection: Connection, actor: Actor, claim: ConsentClaim, known: Sequence[Lead], now: datetime
    ) -> ledger.Event:
        """What a claim says, as an event; what the controller records itself is more than a source's word."""
        found = None if claim.notice_id is None else newest_notice(connection, claim.notice_id)
        version, digest = (None, None) if found is None else (found.version, found.sha256)
        return claimed(
            replace(claim, notice_version=version, notice_sha256=digest),
            event_id=self.office.ids.ordered("ce"),
            at=now,
            origin=Origin.SOURCE if actor.source is not None else Origin.OPERATOR,
            mailbox=self._mailbox(known),
        )

    def _mailbox(self, known: Sequence[Lead]) -> str | None:
        """The address that the person used last, as the ledger names it."""
        written = (lead.submission.person.email for lead in reversed(known))
        return next((contact_of(self.office.vault, email.reveal()) for email in written if email is not None), None)

    def _one(self, connection: Connection, actor: Actor, who: Who) -> str:
        if who.email is not None and identifying(parse_email(who.email)) is None:
            detail = "This address is nobody's own: name the lead that the consent came with."
            raise Invalid(detail, faults=[Fault(pointer="/email", detail=detail)])
        found = self.people.visible(connection, actor, self.people.closure(connection, who))
        if not found:
            raise NotFound(_UNKNOWN)
        return found[0]


def _check_known_recipients(connection: Connection, claims: Sequence[ConsentClaim]) -> None:
    """Check that every recipient that a consent names is a destination; raise Invalid.

    A slip in a name would be a consent that ends no hold, and nobody would be told.
    """
    known = set(connection.execute(select(destinations.c.name)).scalars())
    faults = [
        Fault(pointer=f"/consent/{index}/recipients/{place}", detail="There is no destination of this name.")
        for index, claim in enumerate(claims)
        for place, name in enumerate(claim.recipients)
        if name not in known
    ]
    if faults:
        raise Invalid(faults=faults)
