"""What connectors said goes when its time is over; who was asked, and what it cost, stays with the lead."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update

from gateway.storage.engine.database import Database, Tx
from gateway.storage.leads.rows import lookup_row, read_lookup
from gateway.storage.leads.tables import lead_parts, leads
from gateway.storage.sealing.vault import Vault

_CHUNK: Final = 200


async def drop_expired(database: Database, vault: Vault, now: datetime) -> int:
    """Take observations out of look-ups that may not be kept any longer; says how many look-ups were changed.

    The golden record follows from what is left. Any number of processes may do this at once.

    Raises:
        StoreUnavailable: the store cannot be reached; what was dropped before stays dropped.
    """
    total = 0
    while True:
        changed = await database.transact(lambda tx: _drop(tx, vault, now))
        total += changed
        if changed < _CHUNK:
            return total


def _drop(tx: Tx, vault: Vault, now: datetime) -> int:
    query = (
        select(lead_parts, leads.c.subject_id)
        .join(leads, leads.c.id == lead_parts.c.lead_id)
        .where(lead_parts.c.expires_at.is_not(None), lead_parts.c.expires_at <= now)
        .order_by(lead_parts.c.expires_at)
        .limit(_CHUNK)
        .with_for_update(of=lead_parts, skip_locked=True)
    )
    rows = tx.connection.execute(query).mappings().all()
    keys = vault.keys(tx.connection, {row["subject_id"] for row in rows})
    for row in rows:
        own = keys.get(row["subject_id"])
        this = (lead_parts.c.lead_id == row["lead_id"]) & (lead_parts.c.part == row["part"])
        if own is None or own.profile is None:  # erased: what is left of it opens no more
            tx.connection.execute(delete(lead_parts).where(this))
            continue
        left = read_lookup(own, row["lead_id"], row["part"], row["sealed"]).without_expired(now)
        changed = lookup_row(row["lead_id"], row["part"], left, own)
        values = {"sealed": changed["sealed"], "expires_at": changed["expires_at"]}
        tx.connection.execute(update(lead_parts).where(this).values(**values))
    return len(rows)
