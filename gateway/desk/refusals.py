"""Withdrawals and objections: whom they are about, what they stand against, and the transaction that says so.

A refusal by lead, person or personal address is the person's, and stands in their ledger. By any contact point it also
counts for whoever comes with that one, then or later: a withdrawal is kept under its keyed hash, an objection puts it
on the suppression list. So the answer need not tell whether anybody was known.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from consent import ledger
from consent.ledger import Origin
from consent.suppression import SuppressionKind, SuppressionScope
from consent.terms import Channel, Purpose, covers
from gateway.desk.held import in_jobs, reconsidering
from gateway.desk.landing import Stop, Stopped, landed, shown_to
from gateway.desk.office import Actor, Office
from gateway.desk.people import REACH, People, Who
from gateway.desk.suppressions import Against, Point, SuppressionList
from gateway.errors import NotFound
from gateway.lead import Lead
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import EMAIL, identity_of
from gateway.storage.people.contacts import canonical_of, check_plausible, number_of
from gateway.storage.people.ledger import head, write_event
from gateway.storage.people.ruling import numbers_of
from gateway.storage.people.withdrawals import TakenBack, write_withdrawals
from gateway.storage.sending.deliveries import in_flight

Counted = Callable[[Connection], int] | None
"""What counts the people that a refusal is about; None where it is not told."""


class Refusals:
    """Puts withdrawals and objections in force."""

    def __init__(self, office: Office, people: People, entries: SuppressionList) -> None:
        self.office = office
        self.people = people
        self.list = entries

    async def stop(
        self,
        actor: Actor,
        who: Who,
        against: Against,
        kind: type[ledger.ConsentWithdrawn | ledger.ObjectionReceived],
    ) -> Stopped:
        """Put a refusal in force, and wait for what had begun.

        Raises:
            NotFound: there is no such lead or subject, or none that this caller may know.
            Invalid: nobody could be reached by the address or number.
        """
        named = _named(who)

        def run(tx: Tx) -> tuple[Stop, Counted]:
            unit = Unit()
            subject_ids = self.people.closure(tx.connection, who)
            if named is None and not self.people.visible(tx.connection, actor, subject_ids):
                raise NotFound("Nothing is known of this person.")
            known = self.people.leads(tx.connection, subject_ids)
            own = list(contact_points(known, self.office.country))
            points = list(dict.fromkeys([*([] if named is None else [named]), *(point for point, _ in own)]))
            now = self._after(tx.connection, known, points)

            def refusal(event_id: str) -> ledger.Event:
                return kind(**head(event_id, now, Origin.SOURCE), purpose=against.purpose, channel=against.channel)

            event_id = self._tell(tx, unit, refusal, actor, who, subject_ids)
            if kind is ledger.ObjectionReceived:
                macs = self.list.add(tx, unit, actor, points, against, "objection").macs
            else:
                given = (self.office.ids, self.office.vault, _taken(named, own, against))
                made = write_withdrawals(tx.connection, unit, *given, by=actor.id, at=now)
                macs, event_id = frozenset(made), event_id or next(iter(made.values()), None)
            flying = in_flight(tx.connection, subject_ids) + self.list.flying_to(tx.connection, macs)
            reconsidering(unit, [lead.id for lead in known] + [row["lead_id"] for row in flying])
            tx.apply(in_jobs(unit, REACH, self.people.found_by(points)))
            told = Stop(event_id=None if actor.source else event_id, flying=shown_to(tx.connection, actor, flying))
            # Whom it is about is counted once it is in force: nobody waits for that, and it can undo nothing.
            count = partial(self.people.count, subject_ids=subject_ids, points=points)
            return told, None if actor.source else count

        stop, counted = await self.office.database.transact(run, lock=Lock.EXCLUSIVE)
        persons = None if counted is None else await self.office.database.read(counted)
        return replace(await landed(self.office, stop), persons=persons)

    def _tell(
        self,
        tx: Tx,
        unit: Unit,
        refusal: Callable[[str], ledger.Event],
        actor: Actor,
        who: Who,
        subject_ids: Sequence[str],
    ) -> str | None:
        """Add the event to the ledger of each of the persons; returns the id of the last."""
        event_id = None
        for keys in self.office.vault.keys(tx.connection, subject_ids).values():
            event_id = self.office.ids.ordered("ce")
            write_event(unit, self.office.ids, keys, refusal(event_id), by=actor.id, lead_id=who.lead_id)
        return event_id

    def _after(self, connection: Connection, known: Sequence[Lead], points: Iterable[Point]) -> datetime:
        """Now, and never before an inquiry that is stored already: another machine's clock may be ahead of ours.

        Only an inquiry that comes after a withdrawal is answered, so the order of the two must be that of the store.
        """
        last = self.people.last_with(connection, points)
        return max([self.office.now(), *(lead.received_at for lead in known), *([] if last is None else [last])])


def _named(who: Who) -> Point | None:
    """The contact point that is named, as it is indexed; None where a lead or a person is named instead.

    Raises:
        Invalid: nobody could be reached by it.
    """
    if who.email is not None:
        check_plausible(SuppressionKind.EMAIL_CANONICAL, who.email, pointer="/email")
        return SuppressionKind.EMAIL_CANONICAL, canonical_of(who.email)
    if who.phone is not None:
        check_plausible(SuppressionKind.PHONE_E164, who.phone, pointer="/phone")
        return SuppressionKind.PHONE_E164, number_of(who.phone)
    return None


def contact_points(known: Iterable[Lead], country: str | None) -> Iterator[tuple[Point, bool]]:
    """The contact points that a person's leads came with, and whether each is the person's own for certain.

    Of a number that was not read for certain it is every one that it may be.
    """
    for lead in known:
        identity = identity_of(lead.submission, country)
        if identity.email is not None:
            yield (SuppressionKind.EMAIL_CANONICAL, identity.email), True
        for kind, value in identity.hints:
            if kind == EMAIL:
                yield (SuppressionKind.EMAIL_CANONICAL, value), False
        for number in numbers_of(lead, country):
            yield (SuppressionKind.PHONE_E164, number), False


def _taken(named: Point | None, points: Iterable[tuple[Point, bool]], against: Against) -> list[TakenBack]:
    """What is taken back of whom: all that was said, by the contact point that is named or the person's own.

    Others may share a number or a role address with the person. Of it advertising alone is taken back, on the channels
    that lead to it.
    """
    whole = SuppressionScope(purpose=against.purpose, channel=against.channel)
    taken: dict[TakenBack, None] = {} if named is None else {(*named, whole): None}
    for point, own in points:
        if point == named:
            continue
        if own:
            taken[*point, whole] = None
        elif covers(against.purpose, Purpose.MARKETING):
            for channel in _LEADS_TO[point[0]]:
                if against.channel in {None, channel}:
                    taken[*point, SuppressionScope(purpose=Purpose.MARKETING, channel=channel)] = None
    return list(taken)


_LEADS_TO = {
    SuppressionKind.EMAIL_CANONICAL: (Channel.EMAIL,),
    SuppressionKind.PHONE_E164: (Channel.CALL, Channel.SMS),
}
