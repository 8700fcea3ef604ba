"""Consent that was taken back by contact point: it stands against whoever comes with it, known by then or not.

A telephone number, a role address or a literal identifies nobody (design section 5), and a withdrawal may come before
its lead. So it is kept under the keyed hash that the contact point has on the suppression list, with its time: it beats
older grants and, unlike an entry of that list, gives way to a proven one that is newer. The newest beats all that an
older one does, so one row is kept for each contact point and scope; the log has an entry for every time.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from consent.ledger import ConsentWithdrawn, Origin
from consent.suppression import SuppressionKind, SuppressionScope
from consent.terms import Channel, Purpose
from gateway.ports import Ids
from gateway.storage.engine.unit import Unit
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import mac_of
from gateway.storage.people.ledger import head
from gateway.storage.people.tables import contact_withdrawals
from gateway.storage.sealing.vault import Vault

TakenBack = tuple[SuppressionKind, str, SuppressionScope]
"""A contact point (an address or a number in E.164), and what is taken back of the consent of whoever has it."""


def write_withdrawals(
    connection: Connection, unit: Unit, ids: Ids, vault: Vault, taken: Iterable[TakenBack], *, by: str, at: datetime
) -> dict[bytes, str]:
    """Add withdrawals with their audit entries, under the log's own key: they may be about nobody that is known.

    Each takes the place of what was taken back before of the same contact point, purpose and channel, and is never
    older than that. Run it under the exclusive lock, so that two do not both find nothing.

    Returns the id of the last event by the hash it stands under.

    Raises:
        SuppressionError: a contact point is not of its kind.
    """
    keys = vault.suppression_keys()
    newest = max(keys)
    made = {}
    # One contact point may come in several spellings.
    wanted = {(mac_of(keys[newest], kind, value), scope): (kind, value) for kind, value, scope in taken}
    for (mac, scope), (kind, value) in wanted.items():
        ident = ids.ordered("ce")
        before = _same(connection, {mac_of(key, kind, value) for key in keys.values()}, scope)
        unit.delete(contact_withdrawals, *({"id": row["id"]} for row in before))
        said = {"kind": kind.value, "purpose": scope.purpose, "channel": scope.channel}
        facts = {"actor": by, "consent_event": ident, "outcome": "consent_withdrawn", **said}
        entry = record(unit, ids, vault.log_key(), "consent.withdrawn", facts, at=at)
        last = max([at, *(row["at"] for row in before)])
        row = {"id": ident, "mac": mac, "key_generation": newest, "at": last, "event_id": entry, **said}
        unit.insert(contact_withdrawals, row)
        made[mac] = ident
    return made


def _same(connection: Connection, macs: Collection[bytes], scope: SuppressionScope) -> Sequence[RowMapping]:
    """Read what was taken back before of the same contact point, purpose and channel."""
    table = contact_withdrawals.c
    query = select(table.id, table.at).where(table.mac.in_(list(macs)))
    query = query.where(table.purpose.is_not_distinct_from(scope.purpose))
    return connection.execute(query.where(table.channel.is_not_distinct_from(scope.channel))).mappings().all()


def read_withdrawals(connection: Connection, macs: Collection[bytes]) -> list[ConsentWithdrawn]:
    """Read what was taken back under these hashes, oldest first."""
    query = select(contact_withdrawals).where(contact_withdrawals.c.mac.in_(list(macs)))
    return [withdrawn(row) for row in connection.execute(query.order_by(contact_withdrawals.c.id)).mappings()]


def withdrawn(row: RowMapping) -> ConsentWithdrawn:
    """A row as an event of the ledger."""
    return ConsentWithdrawn(
        **head(row["id"], row["at"], Origin.SOURCE),
        purpose=None if row["purpose"] is None else Purpose(row["purpose"]),
        channel=None if row["channel"] is None else Channel(row["channel"]),
    )
