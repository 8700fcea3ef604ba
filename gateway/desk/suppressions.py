"""The suppression list as the desks use it: rows to add, look-ups, and the running attempts that an entry meets."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, update

from consent.suppression import SuppressionKind
from consent.terms import CHANNELS_OF, Channel, Purpose
from gateway.desk.office import Actor, Office
from gateway.errors import Fault, Invalid, NotFound
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.rows import read_leads
from gateway.storage.log.entries import record
from gateway.storage.people.contacts import digests_of, mac_of
from gateway.storage.people.ruling import probes_of
from gateway.storage.people.tables import suppressions
from gateway.storage.sending.deliveries import in_flight

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What a reason in clear may be: free text could hold something personal."""

_SHOWN: Final = ("id", "kind", "purpose", "channel", "reason", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a withdrawal, objection or suppression is against; None is every purpose, every channel."""

    purpose: Purpose | None = None
    channel: Channel | None = None


Point = tuple[SuppressionKind, str]
"""A contact point or domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of entries: the hashes that stand on the list now, and how many of the entries are new."""

    macs: frozenset[bytes]
    fresh: int


def check_reason(reason: str) -> None:
    """Hold that a reason may stand in clear; raise Invalid, which does not repeat it."""
    if _CODE.fullmatch(reason) is None:
        detail = "one word like requested or legal_hold: a-z, 0-9 and _, at most 64 characters"
        raise Invalid(f"A reason stands in clear: {detail}.", faults=[Fault(pointer="/reason", detail=detail)])


def check_allowed(against: Against, reason: str) -> None:
    """Hold that an entry can be written as it is asked for.

    Raises:
        Invalid: the channel is none of the purpose's, or the reason is no code; the reason is not repeated.
    """
    if against.purpose and against.channel and against.channel not in CHANNELS_OF[against.purpose]:
        fits = f"one of {', '.join(CHANNELS_OF[against.purpose])}"
        raise Invalid(f"A channel of {against.purpose} is {fits}.", faults=[Fault(pointer="/channel", detail=fits)])
    check_reason(reason)


class SuppressionList:
    """Keyed hashes of contact points and domains; the values themselves are nowhere."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def add(self, tx: Tx, unit: Unit, actor: Actor, points: Iterable[Point], against: Against, reason: str) -> Added:
        """Add the rows of entries under the newest key; one that stands already, with this reason, is left as it is.

        Raises:
            SuppressionError: a value is not of its kind.
        """
        now, keys = self.office.now(), self.office.vault.suppression_keys()
        newest = max(keys)
        wanted = {
            macs[newest]: (kind, frozenset(macs.values()))
            for kind, value in points
            for macs in [{generation: mac_of(key, kind, value) for generation, key in keys.items()}]
        }
        every = frozenset(mac for _, macs in wanted.values() for mac in macs)
        standing = _standing(tx.connection, every, against, reason)
        fresh = {mac: kind for mac, (kind, macs) in wanted.items() if not macs & standing}
        for mac, kind in fresh.items():
            entry = self.office.ids.ordered("su")
            scope = {"kind": kind.value, "purpose": against.purpose, "channel": against.channel}
            facts = {"actor": actor.id, "suppression": entry, **scope, "reasons": [reason]}
            event = record(unit, self.office.ids, self.office.vault.log_key(), "suppression.added", facts, at=now)
            row = {"id": entry, "mac": mac, "key_generation": newest, "reason": reason, "created_at": now}
            unit.insert(suppressions, {**row, **scope, "event_id": event})
        return Added(macs=every, fresh=len(fresh))

    def lift(
        self, tx: Tx, unit: Unit, actor: Actor, point: Point, entry: str | None, reason: str
    ) -> Sequence[Mapping[str, Any]]:
        """Lift the entries that stand for this very contact point or domain, or one of them; returns what they were.

        Raises:
            NotFound: no such entry stands.
            SuppressionError: the value is not of its kind.
        """
        macs = [mac_of(key, *point) for key in self.office.vault.suppression_keys().values()]
        query = select(suppressions).where(suppressions.c.mac.in_(macs), suppressions.c.lifted_at.is_(None))
        if entry is not None:
            query = query.where(suppressions.c.id == entry)
        rows = tx.connection.execute(query.order_by(suppressions.c.id)).mappings().all()
        if not rows:
            raise NotFound("No entry stands for this very value and kind: look at what stands on the list for it.")
        now = self.office.now()
        for row in rows:
            scope = {name: row[name] for name in ("kind", "purpose", "channel")}
            facts = {"actor": actor.id, "suppression": row["id"], **scope, "reasons": [reason]}
            record(unit, self.office.ids, self.office.vault.log_key(), "suppression.lifted", facts, at=now)
        lifted = suppressions.c.id.in_([row["id"] for row in rows])
        tx.connection.execute(update(suppressions).where(lifted).values(lifted_at=now))
        return [{name: row[name] for name in _SHOWN} for row in rows]

    async def look_up(self, kind: SuppressionKind, value: str) -> Sequence[Mapping[str, Any]]:
        """What the list says of a contact point or domain, found as the policy finds it: also by parent domains.

        Raises:
            SuppressionError: the value is not of this kind.
        """
        macs = digests_of(self.office.vault.suppression_keys(), kind, value, self.office.country)
        query = select(suppressions).where(suppressions.c.mac.in_(macs), suppressions.c.lifted_at.is_(None))
        ordered = query.order_by(suppressions.c.id)
        rows = await self.office.database.read(lambda connection: connection.execute(ordered).mappings().all())
        return [{name: row[name] for name in _SHOWN} for row in rows]

    def flying_to(self, connection: Connection, macs: Collection[bytes]) -> list[RowMapping]:
        """The running attempts whose lead has one of these contact points, whoever it belongs to."""
        if not macs:
            return []
        flying = in_flight(connection)
        keys = self.office.vault.suppression_keys()
        hit = set()
        for lead in read_leads(connection, self.office.vault, sorted({row["lead_id"] for row in flying})):
            if not {probe.digest for probe in probes_of(keys, lead, self.office.country)}.isdisjoint(macs):
                hit.add(lead.id)
        return [row for row in flying if row["lead_id"] in hit]


def _standing(connection: Connection, macs: Collection[bytes], against: Against, reason: str) -> frozenset[bytes]:
    """Those of the hashes that stand on the list with this very scope and reason."""
    query = select(suppressions.c.mac).where(
        suppressions.c.mac.in_(sorted(macs)),
        suppressions.c.purpose.is_not_distinct_from(against.purpose),
        suppressions.c.channel.is_not_distinct_from(against.channel),
        suppressions.c.reason == reason,
        suppressions.c.lifted_at.is_(None),
    )
    return frozenset(connection.execute(query).scalars())
