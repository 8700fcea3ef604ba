"""The desk where the audit log is exported: the export is itself recorded first, and stands in what it exports."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from audit.checkpoint import open_checkpoint
from audit.encoding import to_micros
from audit.errors import BadNote, UnknownType
from audit.export import ExportRequest, Places, export
from audit.keyring import evidence_context
from audit.keys import WrappedKey
from audit.manifest import Manifest
from audit.scope import ExportScope
from audit.types import RECEIPT_TYPES, all_types, by_name
from gateway.desk.office import Actor, Office
from gateway.errors import Fault, Invalid, NotFound, Unavailable
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import EMAIL, Arrivals, find_everybody
from gateway.storage.log.store import SqlAuditStore
from gateway.storage.log.tables import audit_entries, audit_sequence
from gateway.storage.people.contacts import mailbox_of
from gateway.storage.people.tables import subjects
from gateway.storage.sealing.tables import audit_log_keys, subject_keys
from gateway.storage.sealing.vault import Vault

INTEGRITY: Final = "proof of integrity"
"""The purpose of an export that discloses nothing."""

_SIGNED_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.05
_LOOKED_AT: Final = 100  # checkpoints at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to export.

    Attributes:
        begin: sequenced at this time or later, aware UTC; None from the beginning.
        end: sequenced before this time; None up to now.
        types: dotted event types; empty means all.
        subject: a subject's id or an e-mail address, exactly; None means everybody.
        opened: disclose the sealed content; this needs a purpose.
        purpose: what the export is for, in words; it stands in the manifest and in the log.
    """

    begin: datetime | None = None
    end: datetime | None = None
    types: tuple[str, ...] = ()
    subject: str | None = field(default=None, repr=False)
    opened: bool = False
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was exported; ``signing`` is False where nobody signs the log now: the export's own entry is not in it."""

    manifest: Manifest
    signing: bool


class ExportDesk:
    """Exports of the log as files that prove themselves."""

    def __init__(self, office: Office, arrivals: Arrivals, store: SqlAuditStore, generator: str) -> None:
        self.office = office
        self.arrivals = arrivals
        self.store = store
        self.generator = generator

    async def export(self, actor: Actor, wish: Wish, out: Path) -> Exported:
        """Record the export, wait until that record is signed, and write the file.

        Where nobody signs, as after somebody has tampered with the log, what was signed before is exported: under the
        newest checkpoint that this log's key has signed.

        Raises:
            Invalid: content is to be disclosed without a purpose, no entry can lie between the times, or there is no
                such type of entries.
            NotFound: nothing is known of this person.
            Unavailable: nobody signs the log, and nothing of it has been signed yet.
            ExportError: the log cannot be exported.
            OSError: the file cannot be written.
        """
        purpose = (wish.purpose or "").strip()
        if wish.opened and not purpose:
            raise Invalid("An export that opens sealed content needs a purpose: say what it is for.")
        _check_times(wish, self.office.now())
        scope = await self._scope(wish)
        signing = await self._signed(await self._note(actor, wish, purpose))
        request = ExportRequest(
            requester=actor.in_clear,
            purpose=purpose or INTEGRITY,
            generator=self.generator,
            scope=scope,
            opened=wish.opened,
            receipts=await self.office.database.read(_receipts),
            checkpoint=await self._newest(),
        )
        signer = self.office.vault.keyring.log_signer()
        places = Places(store=self.store, signer=signer, keys=_Keys(self.office))
        return Exported(manifest=await export(places, request, out, now=self.office.now()), signing=signing)

    async def _note(self, actor: Actor, wish: Wish, purpose: str) -> bytes:
        unit = Unit()
        facts = {
            "purpose": purpose or INTEGRITY,
            "opened": wish.opened,
            "from": wish.begin,
            "to": wish.end,
            "types": list(wish.types),
            "one_person": wish.subject is not None,
        }
        event = self.office.note(unit, actor, "audit.exported", facts, at=self.office.now())
        await self.office.database.write(unit)
        return event

    async def _signed(self, event_id: bytes) -> bool:
        """Wait until an entry stands under a signed checkpoint; False where that takes too long."""
        until = self.office.now() + timedelta(seconds=_SIGNED_SECONDS)
        while self.office.now() < until:
            index, note = await self.store.index_of(event_id), await self.store.checkpoint()
            if index is not None and note is not None and self._size(note) > index:
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return False

    async def _newest(self) -> bytes:
        """The newest checkpoint that the log's key has signed, whatever else was written among them."""
        rows = await self.store.checkpoints(_LOOKED_AT)
        while rows:
            for _, note in rows:
                if self._size(note):
                    return note
            rows = await self.store.checkpoints(_LOOKED_AT, below=rows[-1][0])
        raise Unavailable("Nobody signs the log: start `leadgate serve`, or on PostgreSQL `leadgate sequencer`.")

    def _size(self, note: bytes) -> int:
        """How many leaves a checkpoint is over; 0 where it is none of this log."""
        try:
            return open_checkpoint(note, self.office.vault.keyring.log_signer().key).size
        except BadNote:
            return 0

    async def _scope(self, wish: Wish) -> ExportScope:
        keys: frozenset[bytes] = frozenset()
        if wish.subject is not None:
            wanted = wish.subject
            keys = await self.office.database.read(lambda connection: self._keys_of(connection, wanted))
            if not keys:
                raise NotFound("Nothing is known of this person.")
        return ExportScope(
            begin=None if wish.begin is None else to_micros(wish.begin),
            end=None if wish.end is None else to_micros(wish.end),
            types=frozenset(_number(name) for name in wish.types),
            keys=keys,
        )

    def _keys_of(self, connection: Connection, subject: str) -> frozenset[bytes]:
        """The ids of the evidence keys of a person, or of all who came with an address; merged subjects among them."""
        ids = {subject}
        if "@" in subject:
            mailbox = mailbox_of(subject)
            macs = [mac for _, mac in self.arrivals.macs(EMAIL, mailbox)] if mailbox else []
            ids = find_everybody(connection, macs)
        roots = set(connection.execute(select(subjects.c.alias_of).where(subjects.c.id.in_(ids))).scalars())
        ids |= {root for root in roots if root is not None}
        ids |= set(connection.execute(select(subjects.c.id).where(subjects.c.alias_of.in_(ids))).scalars())
        query = select(subject_keys.c.dek_id).where(subject_keys.c.subject_id.in_(ids))
        return frozenset(connection.execute(query).scalars())


class _Keys:
    """`audit.ports.EvidenceKeys` from the store: subjects' keys and the log's own."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def evidence_keys(self, dek_ids: Collection[bytes]) -> Mapping[bytes, bytes]:
        """Return the 32-byte evidence key per id; destroyed and unknown ones are left out."""
        return await self.office.database.read(lambda connection: _unwrapped(connection, self.office.vault, dek_ids))


def _check_times(wish: Wish, now: datetime) -> None:
    """Check that some entry could lie between the times: a file of nothing must not pass for a proof; raise Invalid."""
    if wish.begin is not None and wish.end is not None and wish.end <= wish.begin:
        detail = "a time after `from`: entries before it are exported, not those at it"
        faults = [Fault(pointer="/to", detail=detail)]
        raise Invalid(f"Nothing lies between these times: `to` is {detail}.", faults=faults)
    if wish.begin is not None and wish.begin > now:
        detail = "a time that is not in the future"
        faults = [Fault(pointer="/from", detail=detail)]
        raise Invalid(f"Nothing is logged yet from then on: `from` is {detail}.", faults=faults)


def _unwrapped(connection: Connection, vault: Vault, dek_ids: Collection[bytes]) -> dict[bytes, bytes]:
    persons = select(subject_keys.c.dek_id, subject_keys.c.evidence_generation, subject_keys.c.evidence)
    own = select(audit_log_keys.c.dek_id, audit_log_keys.c.kek_generation, audit_log_keys.c.wrapped)
    rows = [
        *connection.execute(persons.where(subject_keys.c.dek_id.in_(list(dek_ids)))),
        *connection.execute(own.where(audit_log_keys.c.dek_id.in_(list(dek_ids)))),
    ]
    return {
        dek_id: vault.keyring.unwrap_key(evidence_context(dek_id), WrappedKey(generation=generation, blob=blob))
        for dek_id, generation, blob in rows
        if blob is not None
    }


def _number(name: str) -> int:
    try:
        return by_name(name).number
    except UnknownType:
        known = ", ".join(each.name for each in all_types())
        raise Invalid(f"There are no entries of the type {name}. The types are {known}.") from None


def _receipts(connection: Connection) -> list[bytes]:
    """The event ids of the sequenced receipts of erasure and retention."""
    query = (
        select(audit_entries.c.event_id)
        .join(audit_sequence, audit_sequence.c.event_id == audit_entries.c.event_id)
        .where(audit_entries.c.type.in_(RECEIPT_TYPES))
        .order_by(audit_sequence.c.idx)
    )
    return list(connection.execute(query).scalars())
