"""Leads on their way in: whose they are, which notice they cite, and the rows that take them in.

Only a canonical personal e-mail identifies a subject; a phone number, a role address or a literal (`ada@[192.0.2.1]`)
only suggests one (design section 5). An address's domains suggest nobody: by them a suppression finds the leads that it
is about. What a public form says never overwrites and never lifts a refusal: it adds observations and claims.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, select

from audit.keyring import BLIND_INDEX
from consent import suppression
from consent.errors import SuppressionError
from consent.ledger import Origin
from consent.suppression import SuppressionKind
from gateway.lead import ConsentClaim, Lead, Status, Submission
from gateway.longrun import in_turns
from gateway.ports import ADVANCE, RECONSIDER, Arrival, Ids
from gateway.storage.engine.database import Database
from gateway.storage.engine.together import Together
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.circumstances import write_circumstances
from gateway.storage.leads.rows import SUBMISSION, lead_row, part_row, transition_row
from gateway.storage.leads.tables import lead_parts, lead_transitions, leads
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import mailbox_of
from gateway.storage.people.ledger import write_claims
from gateway.storage.people.tables import blind_index, contact_hints, subjects
from gateway.storage.registers import notices, sources
from gateway.storage.sealing.vault import Keys, Vault
from gateway.verification.address import EmailSyntax, parse_email
from gateway.verification.numbering.candidates import numbers
from gateway.verification.roles import is_role

_CHUNK: Final = 100
EMAIL: Final = "email"
PHONE: Final = "phone"
DOMAIN: Final = "domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What tells a person apart, canonical: at most one identifying e-mail, and hints that only suggest.

    Among the hints are the domains of the address, as the suppression list names them.
    """

    email: str | None = field(default=None, repr=False)
    hints: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One arrival, ready to commit."""

    lead: Lead
    keys: Keys
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    subjects: dict[bytes, str]  # blind index > subject
    keys: dict[str, Keys]
    notices: Mapping[str, tuple[int, str]]  # id > newest version and hash
    origins: Mapping[str, Origin]  # source > how much its claims are worth
    others: Mapping[str, Sequence[str]]  # subject > the leads there are of this person


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comer:
    """One arrival with what tells its person apart."""

    arrival: Arrival
    hints: tuple[tuple[str, str], ...] = field(repr=False)
    macs: Sequence[tuple[int, bytes]]  # of the identifying e-mail, by generation of the index's key, newest first

    def speaks(self) -> bool:
        """Whether it says something that may count for all of the person's leads."""
        return bool(self.arrival.submission.consent or self.arrival.submission.signals.gpc)


def identity_of(submission: Submission, country: str | None) -> Identity:
    """Read what identifies a person out of what was said.

    A number suggests by every one that it may be: as verification reads it, and while it is not found to be valid also
    as one of the controller's `country`.
    """
    person = submission.person
    email: str | None = None
    hints: list[tuple[str, str]] = []
    if person.email is not None:
        syntax = parse_email(person.email.reveal())
        email = identifying(syntax)
        if email is None and (mailbox := syntax.canonical or mailbox_of(person.email.reveal())) is not None:
            hints.append((EMAIL, mailbox))
        hints += [(DOMAIN, name) for name in _domains(syntax, person.email.reveal())]
    if person.phone is not None:
        found = numbers(person.phone.reveal(), regions=submission.regions(), default=country)
        hints += [(PHONE, number) for number in found]
    return Identity(email=email, hints=tuple(hints))


def identifying(syntax: EmailSyntax) -> str | None:
    """The canonical form of a personal address; None where it is nobody's own: a role's, a literal, no address."""
    return None if syntax.canonical is None or is_role(syntax.local) else syntax.canonical


def _domains(syntax: EmailSyntax, written: str) -> list[str]:
    """The domain and its parents, also of what the address parser refuses: the list may name it all the same."""
    try:
        exact = syntax.domain or suppression.normalise(SuppressionKind.EMAIL_EXACT, written).rpartition("@")[2]
    except SuppressionError:
        return []
    return suppression.with_parents(exact)


class Arrivals:
    """Drafts the rows of new leads; `country` is the controller's."""

    def __init__(self, database: Database, vault: Vault, ids: Ids, country: str | None) -> None:
        self.database = database
        self.vault = vault
        self.ids = ids
        self.country = country
        # Requests come one by one; what they ask is mostly the same, and asked together.
        self._asking: Together[Sequence[_Comer], _Known] = Together(self._ask)

    async def draft(self, arrivals: Sequence[Arrival], unit: Unit | None = None) -> list[Draft]:
        """Look up whose the leads are and draft a unit for each, or all into one; nothing is stored yet."""
        comers = await in_turns(self._comer, arrivals)
        known = await self._asking.ask(comers, things=len(comers))
        if unit is not None:
            known = replace(known, keys=dict(known.keys), subjects=dict(known.subjects))
        drafts = []
        for comer in comers:
            draft = self._draft(Unit() if unit is None else unit, comer, known)
            if unit is not None and comer.macs:
                # Later leads of the same unit may be this very person's.
                known.keys[draft.lead.subject_id] = draft.keys
                known.subjects.update({mac: draft.lead.subject_id for _, mac in comer.macs})
            drafts.append(draft)
        return drafts

    def macs(self, kind: str, value: str) -> list[tuple[int, bytes]]:
        """The blind index of an identifier under every living generation of its key, newest first."""
        data = f"{kind}\0{value}".encode()
        keyring = self.vault.keyring
        return [(each, keyring.hmac(BLIND_INDEX, data, each)) for each in keyring.generations(BLIND_INDEX)]

    def _comer(self, arrival: Arrival) -> _Comer:
        identity = identity_of(arrival.submission, self.country)
        macs = self.macs(EMAIL, identity.email) if identity.email else ()
        return _Comer(arrival=arrival, hints=identity.hints, macs=macs)

    async def _ask(self, questions: Sequence[Sequence[_Comer]]) -> _Known:
        comers = [comer for question in questions for comer in question]
        return await self.database.read(lambda connection: self._look_up(connection, comers))

    def _look_up(self, connection: Connection, comers: Sequence[_Comer]) -> _Known:
        found = find_subjects(connection, [mac for comer in comers for _, mac in comer.macs])
        speaking = [comer for comer in comers if comer.speaks()]
        said = [comer.arrival.submission for comer in speaking]
        cited = {claim.notice_id for each in said for claim in each.consent if claim.notice_id}
        shown = [came for comer in comers if (came := comer.arrival.submission.circumstances) is not None]
        cited |= {each.notice_id for each in shown if each.notice_id and each.notice_version is None}
        return _Known(
            subjects=found,
            keys=self.vault.keys(connection, found.values()),
            notices=_notices(connection, cited) if cited else {},
            origins=_origins(connection, {each.source for each in said}) if said else {},
            others=_leads_of(connection, {found[mac] for comer in speaking for _, mac in comer.macs if mac in found}),
        )

    def _draft(self, unit: Unit, comer: _Comer, known: _Known) -> Draft:
        submission, now = comer.arrival.submission, comer.arrival.received_at
        keys = self._subject(unit, comer, known)
        if submission.consent:
            submission = replace(submission, consent=tuple(_cited(each, known.notices) for each in submission.consent))
        lead_id = self.ids.ordered("ld")
        submission, kept = write_circumstances(unit, lead_id, submission, keys, known.notices)
        lead = Lead(
            id=lead_id,
            subject_id=keys.subject_id,
            status=Status.RECEIVED,
            submission=submission,
            received_at=now,
            updated_at=now,
        )
        facts = {"lead_id": lead.id, "subject_id": lead.subject_id, **_summary(submission), **kept}
        event_id = record(unit, self.ids, keys.proof(), "lead.received", facts, at=now)
        unit.insert(leads, lead_row(lead, 1))
        unit.insert(lead_transitions, transition_row(lead, 1, event_id))
        unit.insert(lead_parts, part_row(lead, SUBMISSION, keys))
        unit.enqueue(Job(name=ADVANCE, ids=(lead.id,)))
        if comer.speaks():
            write_claims(unit, lead, keys, self.vault, self.ids, known.origins.get(lead.source, Origin.PUBLIC_FORM))
            others = known.others.get(lead.subject_id, ())
            for start in range(0, len(others), _CHUNK):
                unit.enqueue(Job(name=RECONSIDER, ids=tuple(others[start : start + _CHUNK])))
        return Draft(lead=lead, keys=keys, unit=unit)

    def _subject(self, unit: Unit, comer: _Comer, known: _Known) -> Keys:
        for _, mac in comer.macs:
            subject_id = known.subjects.get(mac)
            if subject_id is not None and known.keys[subject_id].profile is not None:
                self.hint(unit, subject_id, comer.hints)
                return known.keys[subject_id]
        subject_id = self.ids.random("sb")
        unit.insert(subjects, {"id": subject_id, "created_at": comer.arrival.received_at})
        if comer.macs:
            generation, mac = comer.macs[0]
            row = {"mac": mac, "kind": EMAIL, "key_generation": generation, "subject_id": subject_id}
            # Whose index row outlived an erasure is a new person to us; of all others the first one is the one.
            unit.put(blind_index, row) if mac in known.subjects else unit.insert(blind_index, row)
        self.hint(unit, subject_id, comer.hints)
        return self.vault.mint(subject_id, unit)

    def hint(self, unit: Unit, subject_id: str, hints: Iterable[tuple[str, str]]) -> None:
        """Index what only suggests a person (`Identity.hints`), so that refusals and look-ups by it find them."""
        for kind, value in hints:
            generation, mac = self.macs(kind, value)[0]
            row = {"mac": mac, "subject_id": subject_id, "kind": kind, "key_generation": generation}
            unit.put(contact_hints, row)


def find_subjects(connection: Connection, macs: Iterable[bytes]) -> dict[bytes, str]:
    """Find whose identifiers these are, following merges."""
    query = (
        select(blind_index.c.mac, blind_index.c.subject_id, subjects.c.alias_of)
        .join(subjects, subjects.c.id == blind_index.c.subject_id)
        .where(blind_index.c.mac.in_(list(macs)))
    )
    return {row.mac: row.alias_of or row.subject_id for row in connection.execute(query)}


def find_everybody(connection: Connection, macs: Iterable[bytes]) -> set[str]:
    """Find who came with one of these: whom they identify, following merges, and whom they only suggest."""
    wanted = list(macs)
    hinted = select(contact_hints.c.subject_id).where(contact_hints.c.mac.in_(wanted))
    return {*find_subjects(connection, wanted).values(), *connection.execute(hinted).scalars()}


def _leads_of(connection: Connection, subject_ids: Collection[str]) -> dict[str, list[str]]:
    if not subject_ids:
        return {}
    query = select(leads.c.subject_id, leads.c.id).where(leads.c.subject_id.in_(sorted(set(subject_ids))))
    found: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(leads.c.id)):
        found.setdefault(row.subject_id, []).append(row.id)
    return found


def _notices(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    query = select(notices.c.id, notices.c.version, notices.c.sha256).where(notices.c.id.in_(list(ids)))
    return {row.id: (row.version, row.sha256) for row in connection.execute(query.order_by(notices.c.version))}


def _origins(connection: Connection, keys: Iterable[str]) -> dict[str, Origin]:
    """A form is public: anybody can type anybody's address. An authenticated source vouches for its claims."""
    query = select(sources.c.key, sources.c.kind).where(sources.c.key.in_(list(keys)))
    return {row.key: Origin.PUBLIC_FORM if row.kind == "form" else Origin.SOURCE for row in connection.execute(query)}


def _cited(claim: ConsentClaim, known: Mapping[str, tuple[int, str]]) -> ConsentClaim:
    if claim.notice_id is None or claim.notice_id not in known:
        return replace(claim, notice_version=None, notice_sha256=None)
    version, digest = known[claim.notice_id]
    return replace(claim, notice_version=version, notice_sha256=digest)


def _summary(submission: Submission) -> dict[str, object]:
    """What the entry says of a new lead: which fields came, never what they said."""
    person = submission.person
    named = [name for name in person.__dataclass_fields__ if getattr(person, name) is not None]
    return {
        "source": submission.source,
        "stage": submission.stage.value,
        "fields": sorted(named),
        "signals": {"spam": list(submission.signals.spam), "proof": submission.signals.proof},
    }
