"""The consent ledger on the database: events as rows, and a lead's claims as events."""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from consent import ledger
from consent.ledger import Event, Origin, Party
from consent.ledger_codec import from_mapping, to_mapping
from consent.terms import Channel, ConsentStatus, Mechanism, Purpose
from gateway.lead import ConsentClaim, Evidence, Lead
from gateway.ports import Ids
from gateway.storage.engine.unit import Unit
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import contact_of
from gateway.storage.people.tables import consent_events
from gateway.storage.sealing import codec
from gateway.storage.sealing.vault import Keys, Vault

_ENTRY: Final = {
    "consent_withdrawn": "consent.withdrawn",
    "objection_received": "objection.recorded",
    "restriction_set": "objection.recorded",
}


def write_event(
    unit: Unit,
    ids: Ids,
    keys: Keys,
    event: Event,
    *,
    by: str | None = None,
    lead_id: str | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Add one ledger event with its audit entry; returns the entry's id.

    The entry commits to the evidence by the SHA-256 of its sealed bytes: what is shown later is what was sealed then.
    """
    stored = to_mapping(event)
    proof = codec.encode(evidence) if evidence is not None and evidence != Evidence() else None
    sealed = None if proof is None else keys.seal_proof(proof, _place(event.event_id))
    kind = str(stored["kind"])
    facts: dict[str, Any] = {
        "lead_id": lead_id,
        "subject_id": keys.subject_id,
        "actor": by or event.actor.value,
        "outcome": kind,
        "consent_event": event.event_id,
        "event": stored,
        "evidence_sha256": None if sealed is None else hashlib.sha256(sealed).hexdigest(),
    }
    entry = record(unit, ids, keys.proof(), _ENTRY.get(kind, "consent.recorded"), facts, at=event.received_at)
    unit.insert(
        consent_events,
        {
            "id": event.event_id,
            "subject_id": keys.subject_id,
            "lead_id": lead_id,
            "kind": kind,
            "event": stored,
            "sealed_evidence": sealed,
            "occurred_at": event.occurred_at,
            "received_at": event.received_at,
            "event_id": entry,
        },
    )
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event with what shows that it happened; `evidence` is None where none came, or where its key is gone."""

    event: Event
    evidence: Evidence | None


_EVENTS: Final = (
    select(consent_events)
    .where(consent_events.c.subject_id.in_(bindparam("subjects", expanding=True)))
    .order_by(consent_events.c.id)
)


def read_ledger(connection: Connection, vault: Vault, subject_ids: Collection[str]) -> list[Shown]:
    """Read the events of subjects with their evidence opened, oldest first.

    Raises:
        LedgerError: as in `read_events`.
        CannotOpen: what is stored as evidence is not what was sealed.
    """
    keys = vault.keys(connection, subject_ids)
    rows = connection.execute(_EVENTS, {"subjects": list(subject_ids)}).mappings().all()
    return [
        Shown(
            event=from_mapping(row["event"]),
            evidence=_open(keys.get(row["subject_id"]), row["id"], row["sealed_evidence"]),
        )
        for row in rows
    ]


def read_events(connection: Connection, subject_ids: Collection[str]) -> dict[str, list[Event]]:
    """Read the events of subjects; what this version cannot read grants nothing, and still restricts.

    Raises:
        LedgerError: not even an event's place in the ledger can be read, so nobody knows what it stands against.
    """
    found: dict[str, list[Event]] = defaultdict(list)
    for row in connection.execute(_EVENTS, {"subjects": list(subject_ids)}).mappings():
        found[row["subject_id"]].append(from_mapping(row["event"]))
    return found


def write_claims(unit: Unit, lead: Lead, keys: Keys, vault: Vault, ids: Ids, origin: Origin) -> None:
    """Turn what a submission claims into ledger events: grants and refusals, browser signals, the notice shown."""
    email = lead.submission.person.email if lead.submission.consent else None
    contact = None if email is None else contact_of(vault, email.reveal())
    for claim in lead.submission.consent:
        event = claimed(claim, event_id=ids.ordered("ce"), at=lead.received_at, origin=origin, mailbox=contact)
        write_event(unit, ids, keys, event, lead_id=lead.id, evidence=claim.evidence)
    if lead.submission.signals.gpc:
        observed = ledger.SignalObserved(**head(ids.ordered("ce"), lead.received_at, origin))
        write_event(unit, ids, keys, observed, lead_id=lead.id)


def claimed(claim: ConsentClaim, *, event_id: str, at: datetime, origin: Origin, mailbox: str | None) -> Event:
    """What a claim says, as an event: a grant, a grant that still waits to be confirmed, or a refusal.

    Args:
        claim: with version and hash of its notice where that is stored.
        event_id: the id of the new event.
        at: when it was received.
        origin: what the one who reports it is worth.
        mailbox: the reference of the person's e-mail address (`contacts.contact_of`), if there is one.
    """
    said = head(event_id, at, origin)
    # Nothing that is told now lies ahead; a sender's fast clock would else make its grant count for nothing.
    said["occurred_at"] = min(claim.occurred_at, at)
    purpose, channel, mechanism = Purpose(claim.purpose), Channel(claim.channel), Mechanism(claim.mechanism)
    if mechanism is Mechanism.IMPORT:
        said["actor"] = Party.IMPORT
    status = ConsentStatus(claim.status)
    if status is ConsentStatus.REFUSED:  # the person refuses, not one of their mailboxes
        return ledger.ConsentRefused(**said, purpose=purpose, channel=channel)
    if status is ConsentStatus.REQUESTED:
        said["origin"] = Origin.PUBLIC_FORM  # the ledger reads such a grant as a request, whoever reports it
    if claim.evidence != Evidence():
        said["evidence"] = (event_id,)  # sealed beside the event, under its id
    notice = None
    if claim.notice_id is not None and claim.notice_sha256 is not None:
        notice = ledger.Notice(id=claim.notice_id, version=str(claim.notice_version), sha256=claim.notice_sha256)
    return ledger.ConsentGranted(
        **said,
        purpose=purpose,
        channel=channel,
        mechanism=mechanism,
        cited_notice=claim.notice_id,
        notice=notice,
        recipients=frozenset(claim.recipients),
        # Only e-mail is confirmed by the contact point itself; a grant to call or text is to the person.
        contact_point=mailbox if channel is Channel.EMAIL else None,
    )


def head(event_id: str, at: datetime, origin: Origin) -> dict[str, Any]:
    """The fields that every event of the person's own has; it happened when it was received."""
    return {"event_id": event_id, "occurred_at": at, "received_at": at, "actor": Party.PERSON, "origin": origin}


def _open(keys: Keys | None, event_id: str, sealed: bytes | None) -> Evidence | None:
    if sealed is None or keys is None or keys.evidence is None:
        return None
    opened: Evidence = codec.decode(Evidence, keys.open_proof(sealed, _place(event_id)))
    return opened


def _place(event_id: str) -> str:
    return f"consent_events/{event_id}"
