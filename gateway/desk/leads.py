"""The desk where leads are looked at, explained, and their holds ended."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from gateway import holds, typeid
from gateway.desk.company import Believing, explain_company
from gateway.desk.history import SEES_EVIDENCE, explained, read_timeline
from gateway.desk.numbers import read_again
from gateway.desk.office import Actor, Office
from gateway.desk.resolving import Resolved, accept_facts, nowhere, weigh
from gateway.enrichment.jsonld import organization
from gateway.errors import Conflict, Fault, Invalid, NotFound
from gateway.lead import Lead, Personal, Ruling
from gateway.ports import ADVANCE, RECONSIDER, Move, Policy, Verifier
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.arrivals import EMAIL, PHONE, Arrivals, find_everybody
from gateway.storage.leads.journal import write_move
from gateway.storage.leads.rows import read_leads
from gateway.storage.leads.tables import deliveries, leads, outcomes
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import mailbox_of
from gateway.verification.numbering.candidates import numbers

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What a reason in clear may be: free text could hold something personal."""
OUTCOMES: Final = ("accepted", "rejected", "won", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which leads; None is any. `after` is the id that the last page ended with."""

    status: str | None = None
    stage: str | None = None
    source: str | None = None
    reason: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOutcome:
    """What sales made of a lead; `value_minor` in hundredths of `currency` (ISO 4217)."""

    outcome: str
    reason: str | None = None
    value_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A lead with all that is known of it: what happened, what goes out, and why it stands where it stands."""

    lead: Lead
    timeline: Sequence[Mapping[str, Any]]
    deliveries: Sequence[RowMapping]
    explained: Sequence[Mapping[str, Any]]
    company: Mapping[str, Any]
    site: Personal | None
    """The web site that a form post came from, as the browser named it, for those who may read evidence."""


class LeadDesk:
    """Leads as people look at them. A source's key sees its own leads alone; the others are not found."""

    def __init__(
        self, office: Office, arrivals: Arrivals, policy: Policy, verifier: Verifier, believing: Believing
    ) -> None:
        self.office = office
        self.arrivals = arrivals
        self.policy = policy
        self.verifier = verifier
        self.believing = believing

    async def list(self, actor: Actor, wanted: Filter) -> Sequence[RowMapping]:
        """List leads' clear rows by id; nothing personal is in them."""
        query = select(leads).order_by(leads.c.id).limit(wanted.limit)
        for column in ("status", "stage", "source", "reason"):
            value = getattr(wanted, column)
            if value is not None:
                query = query.where(leads.c[column] == value)
        if actor.source is not None:
            query = query.where(leads.c.source == actor.source)
        if wanted.after is not None:
            query = query.where(leads.c.id > wanted.after)
        return await self.office.database.read(lambda connection: connection.execute(query).mappings().all())

    async def get(self, actor: Actor, lead_id: str) -> Lead:
        """Read one lead whole; the access is noted in the audit log.

        Raises:
            NotFound: there is none, it is another source's, or its person was erased.
        """
        lead = await self._read(actor, lead_id)
        await self._note_access(actor, lead.subject_id, lead_id, 1)
        return lead

    async def show(self, actor: Actor, lead_id: str) -> Shown:
        """Read one lead with all that is known of it; the access is noted once in the audit log.

        Raises:
            NotFound: as `get`.
        """
        lead = await self.get(actor, lead_id)
        vault = self.office.vault if actor.scopes & SEES_EVIDENCE else None
        happened = await self.office.database.read(lambda connection: read_timeline(connection, lead, vault))
        came = next((step["came"] for step in happened if "came" in step), None)
        return Shown(
            lead=lead,
            timeline=[{name: value for name, value in step.items() if name != "came"} for step in happened],
            deliveries=await self.deliveries(lead_id),
            explained=explained(lead),
            company=explain_company(lead, self.believing, self.office.now()),
            site=None if came is None else came.origin,
        )

    async def standing(self, lead_id: str) -> RowMapping | None:
        """The clear row of one lead, for waiting."""
        query = select(leads).where(leads.c.id == lead_id)
        return await self.office.database.read(lambda connection: connection.execute(query).mappings().first())

    async def statuses(self, lead_ids: Collection[str]) -> Mapping[str, str]:
        """The statuses of leads by id, for waiting; one that is unknown is left out."""
        query = select(leads.c.id, leads.c.status).where(leads.c.id.in_(list(lead_ids)))
        rows = await self.office.database.read(lambda connection: connection.execute(query).all())
        return {row.id: row.status for row in rows}

    async def timeline(self, actor: Actor, lead_id: str) -> Sequence[Mapping[str, Any]]:
        """Everything that happened to a lead, oldest first: transitions and delivery attempts, with their entries.

        Raises:
            NotFound: as `get`.
        """
        lead = await self.get(actor, lead_id)
        vault = self.office.vault if actor.scopes & SEES_EVIDENCE else None
        return await self.office.database.read(lambda connection: read_timeline(connection, lead, vault))

    async def deliveries(self, lead_id: str) -> Sequence[RowMapping]:
        """A lead's deliveries, oldest first."""
        columns = ("id", "destination", "kind", "status", "reason", "attempts", "next_at", "created_at", "ended_at")
        query = select(*(deliveries.c[name] for name in columns)).where(deliveries.c.lead_id == lead_id)
        query = query.order_by(deliveries.c.id)
        return await self.office.database.read(lambda connection: connection.execute(query).mappings().all())

    async def explain(self, actor: Actor, lead_id: str) -> Sequence[Mapping[str, Any]]:
        """Why it stands where it stands: what verification found and each decision, in plain words with its citation.

        Raises:
            NotFound: as `get`.
        """
        return explained(await self.get(actor, lead_id))

    async def explain_whole(self, actor: Actor, lead_id: str) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]:
        """Why it stands where it stands, as `explain`, and what is known of its company and why.

        Raises:
            NotFound: as `get`.
        """
        lead = await self.get(actor, lead_id)
        return explained(lead), explain_company(lead, self.believing, self.office.now())

    async def organization(self, actor: Actor, lead_id: str) -> Mapping[str, Any]:
        """The company as an Organization of schema.org, in JSON-LD.

        Raises:
            NotFound: as `get`.
        """
        return organization(self.believing.record(await self.get(actor, lead_id), self.office.now()))

    async def resolve(self, actor: Actor, lead_id: str, reason: str, facts: Mapping[str, Any], note: str) -> Resolved:
        """End a hold with evidence: the facts it waited for, and a note that says how they are known.

        The whole lead may be held for this reason, or one use or channel of it that waits while others went on: then
        the lead stays where it is, is decided again, and whoever has it is told by `lead.updated`. The answer says what
        the evidence changes; evidence that changes nothing is refused and not kept. A number that was never read whole
        is not freed by a note: the evidence says where it belongs, or which it is, and what stands against it is asked.

        Raises:
            NotFound: there is no such lead.
            Conflict: nothing of it is held for this reason, or it has gone on meanwhile.
            Invalid: a fact that the hold did not ask for, that is not a person's to assert, or of the wrong kind; none,
                where a note alone changes nothing; another call ends this hold; or with this evidence all of it would
                still be held for this reason.
        """
        lead = await self.get(actor, lead_id)
        uses = holds.waiting(lead, reason)
        unverified = holds.unverified(lead, reason)
        noted = unverified or bool(holds.capped(lead, reason))
        if not uses and not noted and not nowhere(lead, reason):
            raise Conflict("The lead is not held for this reason; look at it again.")
        if not note.strip():
            raise Invalid(faults=[Fault(pointer="/note", detail="Say how this is known.")])
        move = self._move(actor, lead, reason, facts, note)
        resolved = weigh(lead, move.lead, await self._ruled(move.lead), reason, facts, noted=noted)

        def run(tx: Tx) -> None:
            unit = Unit()
            if move.lead.phone is not None and move.lead.phone.evidence.e164 is not None:
                self.arrivals.hint(unit, lead.subject_id, [(PHONE, move.lead.phone.evidence.e164)])
            keys = self.office.vault.keys(tx.connection, [lead.subject_id])[lead.subject_id]
            write_move(unit, move, keys, self.office.vault, self.office.ids)
            unit.enqueue(Job(name=ADVANCE if unverified else RECONSIDER, ids=(lead.id,)))
            tx.apply(unit)

        await self.office.database.transact(run)
        return resolved

    def _move(self, actor: Actor, lead: Lead, reason: str, facts: Mapping[str, Any], note: str) -> Move:
        """What evidence makes of a lead; raises Invalid where it is none."""
        now = self.office.now()
        if holds.unread(lead, reason):
            told = read_again(lead, reason, facts, self.verifier, now)
            return holds.reread(lead, reason, told, note, actor.id, now)
        noted = holds.unverified(lead, reason) or bool(holds.capped(lead, reason))
        asserted = accept_facts(holds.waiting(lead, reason), reason, facts, noted=noted)
        return holds.resolved(lead, reason, asserted, note, actor.id, now)

    async def add_outcome(self, actor: Actor, lead_id: str, outcome: SalesOutcome) -> str:
        """Note what sales made of a lead.

        Raises:
            NotFound: there is no such lead.
            Invalid: an unknown outcome, a rejection without a reason, or a reason that is no code.
        """
        if outcome.outcome not in OUTCOMES:
            raise Invalid(faults=[Fault(pointer="/outcome", detail=f"One of {', '.join(OUTCOMES)}.")])
        if outcome.outcome == "rejected" and not outcome.reason:
            raise Invalid(faults=[Fault(pointer="/reason", detail="A rejection needs a reason.")])
        if outcome.reason is not None and _CODE.fullmatch(outcome.reason) is None:
            raise Invalid(faults=[Fault(pointer="/reason", detail="A code: a-z, 0-9 and _, at most 64 characters.")])
        lead = await self._read(actor, lead_id)
        now, ident = self.office.now(), self.office.ids.ordered("oc")

        def run(tx: Tx) -> None:
            unit = Unit()
            keys = self.office.vault.keys(tx.connection, [lead.subject_id])[lead.subject_id]
            row = {"outcome": outcome.outcome, "reason": outcome.reason, "value_minor": outcome.value_minor}
            unit.insert(outcomes, {"id": ident, "lead_id": lead.id, "currency": outcome.currency, "at": now, **row})
            facts = {"lead_id": lead.id, "subject_id": lead.subject_id, "actor": actor.id, **row}
            record(unit, self.office.ids, keys.proof(), "lead.outcome", facts, at=now)
            tx.apply(unit)

        await self.office.database.transact(run)
        return ident

    async def lookup(self, actor: Actor, *, email: str | None, phone: str | None) -> Sequence[RowMapping]:
        """The leads held on an e-mail address or phone number, exactly; noted in the audit log, found or not."""

        def run(connection: Connection) -> Sequence[RowMapping]:
            subject_ids = self._subjects(connection, email, phone)
            query = select(leads).where(leads.c.subject_id.in_(sorted(subject_ids))).order_by(leads.c.id)
            if actor.source is not None:
                query = query.where(leads.c.source == actor.source)
            return connection.execute(query).mappings().all()

        found = await self.office.database.read(run)
        await self._note_access(actor, None, None, len(found))
        return found

    async def _ruled(self, lead: Lead) -> Sequence[Ruling]:
        """What would be decided of a lead now, looking people up among it."""
        now = self.office.now()
        return [*await self.policy.may_enrich([lead], now), *(await self.policy.rule([lead], now))[0]]

    async def _read(self, actor: Actor, lead_id: str) -> Lead:
        """Read one lead without a note."""
        typeid.decode("ld", lead_id)
        found = await self.office.database.read(lambda connection: read_leads(connection, self.office.vault, [lead_id]))
        lead = next((each for each in found if actor.source in {None, each.source}), None)
        if lead is None:
            raise NotFound("There is no such lead.")
        return lead

    def _subjects(self, connection: Connection, email: str | None, phone: str | None) -> set[str]:
        macs: list[tuple[int, bytes]] = []
        if email is not None and (mailbox := mailbox_of(email)) is not None:
            macs += self.arrivals.macs(EMAIL, mailbox)
        for number in () if phone is None else numbers(phone, default=self.office.country):
            macs += self.arrivals.macs(PHONE, number)
        return find_everybody(connection, [mac for _, mac in macs])

    async def _note_access(self, actor: Actor, subject_id: str | None, lead_id: str | None, count: int) -> None:
        unit = Unit()
        facts = {"subject_id": subject_id, "lead_id": lead_id, "count": count}
        self.office.note(unit, actor, "access.read", facts, at=self.office.now())
        await self.office.database.write(unit)
