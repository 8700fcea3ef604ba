"""What must hold after whatever happened: the log proves itself, everything has its entry, nothing lies open."""

import base64
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url

from audit.keyring import evidence_context
from audit.keys import WrappedKey
from audit.types import DELIVERY_STARTED
from gateway.storage.leads.tables import decisions, deliveries, lead_transitions, leads
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_sequence
from gateway.storage.people.tables import consent_events, suppressions
from gateway.storage.sealing.tables import audit_log_keys, subject_keys
from gateway.storage.sending.tables import delivery_attempts
from gateway.wiring import Gateway
from tests.audit.rederive import rederive
from tests.chaos.stillness import unsigned
from tests.support.stores import Store
from tests.support.waiting import eventually

Check = Callable[[Connection], list[tuple[Any, ...]]]


async def prove(gateway: Gateway, store: Store, personal: Collection[str] = (), *, set_back: bool = False) -> int:
    """Wait for the last checkpoint, then hold every invariant; returns the log's size.

    Where the clock was `set_back`, the log's order alone says what came first.
    """
    found = await _checked(gateway, _CHECKS if set_back else (*_CHECKS, _decided_in_time))
    assert found == []
    await nothing_personal(store, personal)
    verdict = await rederive(
        gateway.audit_store,
        signer=gateway.office.vault.keyring.log_signer(),
        keys=_EvidenceKeys(gateway),
    )
    assert verdict.manifest is not None
    return verdict.manifest.tree_size


async def _checked(gateway: Gateway, checks: Sequence[Check]) -> list[Any]:
    """Run the checks on one view of the store in which nothing waits for a checkpoint."""

    def run(connection: Connection) -> list[Any] | None:
        if unsigned(connection):
            return None
        return [fault for check in checks for fault in check(connection)]

    found = await eventually(lambda: gateway.office.database.read(run), lambda faults: faults is not None)
    assert found is not None
    return found


class _EvidenceKeys:
    """`audit.ports.EvidenceKeys` for an auditor who may open everything."""

    def __init__(self, gateway: Gateway) -> None:
        self.office = gateway.office

    async def evidence_keys(self, dek_ids: Collection[bytes]) -> Mapping[bytes, bytes]:
        wanted = list(dek_ids)
        persons = select(subject_keys.c.dek_id, subject_keys.c.evidence_generation, subject_keys.c.evidence)
        own = select(audit_log_keys.c.dek_id, audit_log_keys.c.kek_generation, audit_log_keys.c.wrapped)

        def read(connection: Connection) -> list[Any]:
            return [
                *connection.execute(persons.where(subject_keys.c.dek_id.in_(wanted))),
                *connection.execute(own.where(audit_log_keys.c.dek_id.in_(wanted))),
            ]

        unwrap = self.office.vault.keyring.unwrap_key
        return {
            dek_id: unwrap(evidence_context(dek_id), WrappedKey(generation=generation, blob=blob))
            for dek_id, generation, blob in await self.office.database.read(read)
            if blob is not None
        }


async def sequenced(gateway: Gateway) -> None:
    """Wait until every entry stands under a checkpoint."""
    await eventually(lambda: gateway.office.database.read(unsigned), lambda count: count == 0)


def _every_entry_is_signed(connection: Connection) -> list[tuple[Any, ...]]:
    """Whatever names an entry names one that stands in the signed tree."""
    size = connection.execute(select(func.max(audit_checkpoints.c.size))).scalar_one()
    missing: list[tuple[Any, ...]] = []
    for table in (lead_transitions, decisions, consent_events, delivery_attempts, suppressions):
        entry = table.c.event_id
        query = select(entry).outerjoin(audit_sequence, audit_sequence.c.event_id == entry)
        query = query.where((audit_sequence.c.idx.is_(None)) | (audit_sequence.c.idx >= size))
        missing += [(table.name, found) for found in connection.execute(query).scalars()]
    return missing


def _decided_before_claimed(connection: Connection) -> list[tuple[Any, ...]]:
    """No attempt was claimed before the checkpoint over the entry that decided it: in the log's order."""
    rows = _attempts(connection)
    return [tuple(row) for row in rows if row.size is None or row.size > row.started]


def _decided_in_time(connection: Connection) -> list[tuple[Any, ...]]:
    """The same by the clock."""
    return [tuple(row) for row in _attempts(connection) if row.signed_at > row.claimed_at]


def _attempts(connection: Connection) -> Sequence[Any]:
    """The last attempt of each delivery: the checkpoint over its decision, and the place of its own entry."""
    started, begun = audit_sequence.alias("started"), audit_entries.alias("begun")
    over = audit_checkpoints.c.size > audit_sequence.c.idx
    size = select(func.min(audit_checkpoints.c.size)).where(over).correlate(audit_sequence).scalar_subquery()
    at = select(func.min(audit_checkpoints.c.at)).where(over).correlate(audit_sequence).scalar_subquery()
    key = func.substr(begun.c.leaf, 18, 16)  # the leaf's id of the key: whom the entry is about
    query = (
        select(
            deliveries.c.id,
            delivery_attempts.c.claimed_at,
            size.label("size"),
            at.label("signed_at"),
            func.min(started.c.idx).label("started"),
        )
        .join(delivery_attempts, delivery_attempts.c.delivery_id == deliveries.c.id)
        .join(audit_sequence, audit_sequence.c.event_id == deliveries.c.decided_by)
        .join(subject_keys, subject_keys.c.subject_id == deliveries.c.subject_id)
        .join(begun, (key == subject_keys.c.dek_id) & (begun.c.at == delivery_attempts.c.claimed_at))
        .join(started, started.c.event_id == begun.c.event_id)
        .where(delivery_attempts.c.number == deliveries.c.attempts, begun.c.type == DELIVERY_STARTED.number)
        .group_by(deliveries.c.id, delivery_attempts.c.claimed_at, audit_sequence.c.idx)
    )
    rows = connection.execute(query).all()
    attempted = connection.execute(select(func.count()).where(deliveries.c.attempts > 0)).scalar_one()
    assert len(rows) == attempted, "a delivery that was tried has no decision or no entry of its attempt"
    return rows


def _one_creation_each(connection: Connection) -> list[tuple[Any, ...]]:
    """No lead goes to one destination under two delivery ids, but where the first one was ended before."""
    query = (
        select(deliveries.c.lead_id, deliveries.c.destination, func.count())
        .where(deliveries.c.kind == "lead.created", deliveries.c.status.not_in(["cancelled", "dead"]))
        .group_by(deliveries.c.lead_id, deliveries.c.destination)
        .having(func.count() > 1)
    )
    return [tuple(row) for row in connection.execute(query)]


def _transitions_are_whole(connection: Connection) -> list[tuple[Any, ...]]:
    """Each lead has one transition per revision, and stands where the last one says."""
    counted = (
        select(lead_transitions.c.lead_id, func.count().label("n"), func.max(lead_transitions.c.revision).label("top"))
        .group_by(lead_transitions.c.lead_id)
        .subquery()
    )
    query = (
        select(leads.c.id, leads.c.status, leads.c.revision, counted.c.n, lead_transitions.c.status)
        .join(counted, counted.c.lead_id == leads.c.id)
        .join(
            lead_transitions,
            (lead_transitions.c.lead_id == leads.c.id) & (lead_transitions.c.revision == leads.c.revision),
        )
    )
    rows = connection.execute(query).all()
    assert len(rows) == connection.execute(select(func.count()).select_from(leads)).scalar_one()
    return [tuple(row) for row in rows if row[2] != row[3] or row[1] != row[4]]


_CHECKS: tuple[Check, ...] = (
    _every_entry_is_signed,
    _decided_before_claimed,
    _one_creation_each,
    _transitions_are_whole,
)


async def nothing_personal(store: Store, personal: Iterable[str]) -> None:
    """No form of a personal value lies open in the store's bytes, SQLite's write-ahead log included."""
    held = await _dump(store)
    for value in personal:
        for form in _forms(value):
            assert form not in held, f"{form!r} lies open in the store"


def _forms(value: str) -> set[bytes]:
    digest = hashlib.sha256(value.encode())
    texts = {value, value.upper(), value.lower(), quote(value), digest.hexdigest()}
    texts |= {base64.b64encode(value.encode()).decode().rstrip("=")}
    plain = {text.encode() for text in texts} | {digest.digest()}
    return {form for form in plain if len(form) > 5} | {form.hex().encode() for form in plain if len(form) > 5}


async def _dump(store: Store) -> bytes:
    if store.dialect == "sqlite":
        path = Path(make_url(store.url).database or "")
        found = [path.with_name(path.name + end) for end in ("", "-wal")]
        return b"".join(each.read_bytes() for each in found if each.exists())
    connection = await asyncpg.connect(store.url, server_settings={"search_path": store.schema or "public"})
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        lines = []
        for table in tables:
            name = table["tablename"]
            rows = await connection.fetch(f'SELECT t::text AS line FROM "{name}" t')  # noqa: S608 - names from the server's own catalogue
            lines += [row["line"].encode() for row in rows]
        return b"\n".join(lines)
    finally:
        await connection.close()
