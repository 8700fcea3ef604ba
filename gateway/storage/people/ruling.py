"""The policy on the database: gathers what is known of each lead's person, and decides. Runs inside a transaction."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Row, bindparam, exists, null, select, union_all

from consent.engine import decide
from consent.fold import state
from consent.ledger import ConsentWithdrawn
from consent.packs import shipped_packs
from consent.policy import Acceptance, Policy
from consent.sheet import Sheet
from consent.suppression import Probe, SuppressionScope
from consent.terms import Channel, Purpose, RecipientRole, SourceKind, TransferTool
from gateway.facts import ENRICHMENT, Known, Recipient, Vendor, common, enrichment, question, towards
from gateway.lead import Lead, Ruling
from gateway.storage.engine.database import Database
from gateway.storage.people.acceptances import open_name
from gateway.storage.people.contacts import Points, points_of, probes_for
from gateway.storage.people.ledger import read_events
from gateway.storage.people.tables import contact_withdrawals, policy_acceptances, suppressions
from gateway.storage.people.withdrawals import withdrawn
from gateway.storage.registers import destinations, sources
from gateway.storage.sealing.vault import Vault
from gateway.verification.model import Validity
from gateway.verification.numbering.candidates import numbers, numbers_as_told, says_more

_KEPT: Final = 4096
"""The leads whose hashes are kept in memory."""
_ACCEPTED: Final = select(policy_acceptances).order_by(policy_acceptances.c.at, policy_acceptances.c.rule)
_SOURCES: Final = select(sources.c.key, sources.c.provenance, sources.c.notice_id)
_DIGESTS: Final[BindParameter[bytes]] = bindparam("digests", expanding=True)
_LISTED: Final = union_all(
    select(*(contact_withdrawals.c[name] for name in ("mac", "purpose", "channel", "id", "at"))).where(
        contact_withdrawals.c.mac.in_(_DIGESTS)
    ),
    select(suppressions.c.mac, suppressions.c.purpose, suppressions.c.channel, null(), null()).where(
        suppressions.c.mac.in_(_DIGESTS), suppressions.c.lifted_at.is_(None)
    ),
)


class Ruler:
    """Decides for leads on what the store says at this moment."""

    def __init__(self, vault: Vault, controller_country: str | None, vendors: Sequence[Vendor] = ()) -> None:
        self.vault = vault
        self.controller_country = controller_country
        self.vendors: Sequence[Vendor | None] = vendors or (None,)
        self._hashed: dict[tuple[str, int, int], Points] = {}
        self._compiled: tuple[Sequence[Row[Any]], Policy] = ([], Policy(packs=shipped_packs()))

    def rule(
        self, connection: Connection, leads: Sequence[Lead], now: datetime, *, to: Collection[str] | None = None
    ) -> list[tuple[Ruling, ...]]:
        """Decide for each lead, per destination, purpose and channel; `to` names destinations, None is every one."""
        if not leads:
            return []
        policy = self.policy(connection)
        recipients = (each for each in read_recipients(connection) if to is None or each.name in to)
        asked = [(recipient, recipient.questions()) for recipient in recipients]
        return [
            tuple(
                _ruling(question(shared, known, recipient.name, purpose, channel), recipient.name, policy, now)
                for recipient, questions in asked
                for shared in (towards(base, known, recipient),)
                for purpose, channel in questions
            )
            for base, known in self._bases(connection, leads, now)
        ]

    def may_enrich(self, connection: Connection, leads: Sequence[Lead], now: datetime) -> list[Ruling]:
        """Decide for each lead whether it may be looked up; where vendors differ, the strictest answer counts."""
        if not leads:
            return []
        policy = self.policy(connection)
        return [
            max(
                (_ruling(enrichment(base, known, vendor), ENRICHMENT, policy, now) for vendor in self.vendors),
                key=lambda ruling: ruling.decision.outcome.strictness,
            )
            for base, known in self._bases(connection, leads, now)
        ]

    def policy(self, connection: Connection) -> Policy:
        """The shipped packs with the acceptances that stand now; compiled again only when these change."""
        accepted = connection.execute(_ACCEPTED).all()
        known, policy = self._compiled  # one value: readers and the writer ask at the same time
        if accepted != known:
            acceptances = tuple(
                Acceptance(
                    pack=row.pack,
                    rule=row.rule,
                    fingerprint=row.fingerprint,
                    by=open_name(self.vault, row),
                    at=row.at,
                )
                for row in accepted
            )
            policy = Policy(packs=shipped_packs(), acceptances=acceptances)
            self._compiled = accepted, policy
        return policy

    def _bases(self, connection: Connection, leads: Sequence[Lead], now: datetime) -> list[tuple[Sheet, Known]]:
        known = self._known(connection, leads, now)
        return [(common(lead, known[lead.id], self.controller_country), known[lead.id]) for lead in leads]

    def _known(self, connection: Connection, leads: Sequence[Lead], now: datetime) -> dict[str, Known]:
        events = read_events(connection, {lead.subject_id for lead in leads})
        points = self._points(leads)
        listed, taken = _listed(connection, {digest for each in points.values() for digest in each.digests})
        shown = {row.key: row for row in connection.execute(_SOURCES)}
        found = {}
        for lead in leads:
            source = shown.get(lead.source)
            told = events.get(lead.subject_id, [])
            if taken:
                told = told + [each for digest in points[lead.id].digests for each in taken.get(digest, ())]
            # What was received has happened, also where another machine's clock is a little ahead of ours.
            read_at = max([now, *(event.received_at for event in told)])
            found[lead.id] = Known(
                state=state(told, read_at, contact_point=points[lead.id].reference),
                suppressions=tuple(scope for digest in points[lead.id].digests for scope in listed.get(digest, ())),
                source_kind=SourceKind(source.provenance) if source and source.provenance else None,
                notice_shown=True if source and source.notice_id else None,
                asserted=lead.asserted,
            )
        return found

    def _points(self, leads: Sequence[Lead]) -> dict[str, Points]:
        """The hashes of each lead's contact points; a lead is asked about three times on its way, and hashed once."""
        keys = self.vault.suppression_keys()
        found = {}
        for lead in leads:
            read = (lead.phone.evidence.e164, lead.phone.verdict) if lead.phone else None
            place = (lead.id, hash(read), len(keys))  # the number itself stays out of what is kept
            points = self._hashed.get(place)
            if points is None:
                if len(self._hashed) >= _KEPT:
                    self._hashed.clear()  # readers and the writer share it, and this takes one step
                points = self._hashed[place] = self._hash(keys, lead)
            found[lead.id] = points
        return found

    def _hash(self, keys: dict[int, bytes], lead: Lead) -> Points:
        email = lead.submission.person.email
        phones = numbers_of(lead, self.controller_country)
        return points_of(self.vault, keys, email=None if email is None else email.reveal(), phones=phones)


def _listed(
    connection: Connection, digests: set[bytes]
) -> tuple[dict[bytes, list[SuppressionScope]], dict[bytes, list[ConsentWithdrawn]]]:
    """What the suppression list forbids, and what was taken back by contact point, by the hash it stands under."""
    listed: dict[bytes, list[SuppressionScope]] = defaultdict(list)
    taken: dict[bytes, list[ConsentWithdrawn]] = defaultdict(list)
    for row in connection.execute(_LISTED, {"digests": list(digests)}).mappings():
        if row["id"] is not None:
            taken[row["mac"]].append(withdrawn(row))
            continue
        purpose = None if row["purpose"] is None else Purpose(row["purpose"])
        channel = None if row["channel"] is None else Channel(row["channel"])
        listed[row["mac"]].append(SuppressionScope(purpose=purpose, channel=channel))
    return listed, taken


class SqlPolicy:
    """`gateway.ports.Policy`: the ruler on a read-only connection."""

    def __init__(self, database: Database, ruler: Ruler) -> None:
        self.database = database
        self.ruler = ruler

    async def may_enrich(self, leads: Sequence[Lead], now: datetime) -> Sequence[Ruling]:
        """Decide for each lead whether personal fields may go to vendors; suppression comes first."""
        return await self.database.read(lambda connection: self.ruler.may_enrich(connection, leads, now))

    async def rule(self, leads: Sequence[Lead], now: datetime) -> Sequence[tuple[Ruling, ...]]:
        """Decide for each lead, per destination, purpose and channel."""
        return await self.database.read(lambda connection: self.ruler.rule(connection, leads, now))


_later = destinations.alias("later")
_RECIPIENTS: Final = (
    select(*(destinations.c[name] for name in ("name", "purposes", "role", "country", "transfer")))
    .where(
        destinations.c.disabled_at.is_(None),
        ~exists().where(_later.c.name == destinations.c.name, _later.c.version > destinations.c.version),
    )
    .order_by(destinations.c.name)
)
"""The newest version of each destination, without what is sealed in it."""


def read_recipients(connection: Connection) -> list[Recipient]:
    """Read every destination that takes leads, by name."""
    return [
        Recipient(
            name=row.name,
            purposes=tuple(Purpose(purpose) for purpose in row.purposes),
            role=RecipientRole(row.role),
            country=row.country,
            transfer=None if row.transfer is None else TransferTool(row.transfer),
        )
        for row in connection.execute(_RECIPIENTS)
    ]


def _ruling(facts: Sheet, recipient: str, policy: Policy, now: datetime) -> Ruling:
    made = decide(facts, policy, now)
    return Ruling(
        recipient=recipient,
        purpose=made.purpose.value,
        channel=made.channel.value,
        decision=made,
        facts=facts.to_json(),
    )


def probes_of(keys: dict[int, bytes], lead: Lead, country: str | None) -> frozenset[Probe]:
    """Every hash under which a lead's contact points could stand on the suppression list."""
    email = lead.submission.person.email
    return probes_for(keys, email=None if email is None else email.reveal(), phones=numbers_of(lead, country))


def numbers_of(lead: Lead, country: str | None) -> tuple[str, ...]:
    """Every number in E.164 that a lead's may be, for finding what stands against it.

    Args:
        lead: while its number was not found to be valid, it is read in every country that it may belong to. So is
            what was written where another number was told instead, or where a second one stands behind the first:
            its owner may have refused.
        country: the controller's, where a number in national form most likely belongs when nothing says where.
    """
    verdict, written = lead.phone, lead.submission.person.phone
    known = () if verdict is None or verdict.evidence.e164 is None else (verdict.evidence.e164,)
    if written is None:
        return known
    said = written.reveal()
    if verdict is not None and verdict.verdict is Validity.VALID and not says_more(said, verdict):
        return tuple(dict.fromkeys([*known, *numbers_as_told(said, verdict)]))
    return tuple(dict.fromkeys([*known, *numbers(said, regions=lead.submission.regions(), default=country)]))
