"""What connectors said goes when its time is over; who was asked, and what it cost, stays with the lead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update

from connectors.kit.observation import Observation
from gateway.ports import Ids
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.erasing import forget_messages
from gateway.storage.leads.rows import lookup_row, read_lookup
from gateway.storage.leads.tables import lead_parts, leads
from gateway.storage.log.entries import record
from gateway.storage.sealing.vault import Keys, Vault

_CHUNK: Final = 200


async def drop_expired(database: Database, vault: Vault, ids: Ids, now: datetime) -> int:
    """Take observations out of look-ups that may not be kept any longer; says how many look-ups were changed.

    The golden record follows from what is left. The log says of each lead which connectors' fields are gone, never what
    they said. Any number of processes may do this at once.

    Raises:
        StoreUnavailable: the store cannot be reached; what was dropped before stays dropped.
    """
    total = 0
    while True:
        changed, more = await database.transact(lambda tx: _drop(tx, vault, ids, now))
        total += changed
        if not more:
            return total


def _drop(tx: Tx, vault: Vault, ids: Ids, now: datetime) -> tuple[int, bool]:
    """Drop what some leads may not keep, and write it down; returns how many look-ups, and whether there may be more.

    All of a lead goes at once, so that it has one entry.
    """
    query = (
        select(lead_parts, leads.c.subject_id)
        .join(leads, leads.c.id == lead_parts.c.lead_id)
        .where(lead_parts.c.expires_at.is_not(None), lead_parts.c.expires_at <= now)
        .order_by(lead_parts.c.expires_at)
        .with_for_update(of=lead_parts, skip_locked=True)
    )
    first = [row.lead_id for row in tx.connection.execute(query.limit(_CHUNK))]
    if not first:
        return 0, False
    rows = tx.connection.execute(query.where(lead_parts.c.lead_id.in_(set(first)))).mappings().all()
    keys = vault.keys(tx.connection, {row["subject_id"] for row in rows})
    gone: dict[str, list[Observation]] = defaultdict(list)
    for row in rows:
        own = keys.get(row["subject_id"])
        this = (lead_parts.c.lead_id == row["lead_id"]) & (lead_parts.c.part == row["part"])
        if own is None or own.profile is None:  # erased: what is left of it opens no more
            tx.connection.execute(delete(lead_parts).where(this))
            continue
        lookup = read_lookup(own, row["lead_id"], row["part"], row["sealed"])
        changed = lookup_row(row["lead_id"], row["part"], lookup.without_expired(now), own)
        values = {"sealed": changed["sealed"], "expires_at": changed["expires_at"]}
        tx.connection.execute(update(lead_parts).where(this).values(**values))
        gone[row["lead_id"]] += lookup.expired(now)
    owners = {row["lead_id"]: keys[row["subject_id"]] for row in rows if row["lead_id"] in gone}
    forget_messages(tx.connection, sorted(gone))
    tx.apply(_entries(gone, owners, ids, now))
    return len(rows), len(first) == _CHUNK


def _entries(gone: Mapping[str, Sequence[Observation]], owners: Mapping[str, Keys], ids: Ids, now: datetime) -> Unit:
    """An entry for each lead, with sources and names of fields; none where the proofs of its person have ended too."""
    unit = Unit()
    for lead_id, seen in gone.items():
        keys = owners[lead_id]
        if keys.evidence is None:
            continue
        facts = {
            "lead_id": lead_id,
            "subject_id": keys.subject_id,
            "count": len(seen),
            "connectors": sorted({each.connector for each in seen}),
            "fields": sorted({each.field for each in seen}),
        }
        record(unit, ids, keys.evidence, "lead.observations_expired", facts, at=now)
    return unit
