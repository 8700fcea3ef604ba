"""The suppression list as the desks use it: rows to add, look-ups, and the running attempts that an entry meets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from consent.suppression import SuppressionKind
from consent.terms import Channel, Purpose
from gateway.desk.office import Actor, Office
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.rows import read_leads
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import digests_of, mac_of
from gateway.storage.people.ruling import probes_of
from gateway.storage.sending.deliveries import in_flight
from gateway.storage.tables import suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a withdrawal, objection or suppression is against; None is every purpose, every channel."""

    purpose: Purpose | None = None
    channel: Channel | None = None


class SuppressionList:
    """Keyed hashes of contact points and domains; the values themselves are nowhere."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def add(self, unit: Unit, actor: Actor, point: tuple[SuppressionKind, str], against: Against, reason: str) -> bytes:
        """Add the rows of one entry under the newest key; returns its hash.

        Raises:
            SuppressionError: the value is not of this kind.
        """
        kind, value = point
        now = self.office.now()
        generation, key = max(self.office.vault.suppression_keys().items())
        mac, entry_id = mac_of(key, kind, value), self.office.ids.ordered("su")
        facts = {
            "actor": actor.id,
            "suppression": entry_id,
            "kind": kind.value,
            "purpose": against.purpose,
            "channel": against.channel,
            "reasons": [reason],
        }
        event = record(unit, self.office.ids, self.office.vault.log_key(), "suppression.added", facts, at=now)
        unit.insert(
            suppressions,
            {
                "id": entry_id,
                "mac": mac,
                "kind": kind.value,
                "key_generation": generation,
                "purpose": against.purpose,
                "channel": against.channel,
                "reason": reason,
                "created_at": now,
                "event_id": event,
            },
        )
        return mac

    async def look_up(self, kind: SuppressionKind, value: str) -> Sequence[Mapping[str, Any]]:
        """What the list says of a contact point or domain, found as the policy finds it: also by parent domains.

        Raises:
            SuppressionError: the value is not of this kind.
        """
        macs = digests_of(self.office.vault.suppression_keys(), kind, value)
        query = select(suppressions).where(suppressions.c.mac.in_(macs), suppressions.c.lifted_at.is_(None))
        ordered = query.order_by(suppressions.c.id)
        rows = await self.office.database.read(lambda connection: connection.execute(ordered).mappings().all())
        shown = ("id", "kind", "purpose", "channel", "reason", "created_at")
        return [{name: row[name] for name in shown} for row in rows]

    def flying_to(self, connection: Connection, macs: Sequence[bytes]) -> list[RowMapping]:
        """The running attempts whose lead has one of these contact points, whoever it belongs to."""
        if not macs:
            return []
        flying = in_flight(connection)
        keys = self.office.vault.suppression_keys()
        hit = set()
        for lead in read_leads(connection, self.office.vault, sorted({row["lead_id"] for row in flying})):
            if {probe.digest for probe in probes_of(keys, lead)} & set(macs):
                hit.add(lead.id)
        return [row for row in flying if row["lead_id"] in hit]
