"""What all workers share about vendors: rate windows and slots, records of paid calls, and sealed answers.

Implements the Protocols of `gateway.enrichment.ports` without importing them: storage stands below.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, func, select

from audit.keys import open_blob, seal_blob
from gateway.errors import NotFound
from gateway.ports import Ids
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.together import Together
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.tables import rate_slots, rate_windows, vendor_calls, vendor_results
from gateway.storage.windows import block, hold

_SOON: Final = timedelta(milliseconds=20)
"""When a slot is missing, nobody knows when one comes free: ask again soon."""


class SqlWindows:
    """Rate windows that begin with the first call after the one before has ended, and slots with a lease."""

    def __init__(self, database: Database, ids: Ids) -> None:
        self.database = database
        self.ids = ids

    async def take(
        self,
        scope: str,
        *,
        limits: Sequence[tuple[int, timedelta]],
        concurrency: int,
        lease: timedelta,
        now: datetime,
    ) -> str | datetime:
        """Take one call out of every window and one slot, all or nothing.

        Returns:
            The slot's id, or the time from which asking again makes sense.
        """

        def run(tx: Tx) -> str | datetime:
            periods = {int(per.total_seconds()): (limit, per) for limit, per in limits}
            rows = hold(tx, scope, [0, *periods], now)
            waits: list[datetime] = [
                until for row in rows.values() if (until := row["blocked_until"]) is not None and until > now
            ]
            live = {seconds: _live(rows[seconds], per, now) for seconds, (_, per) in periods.items()}
            waits += [rows[s]["window_start"] + per for s, (limit, per) in periods.items() if live[s] >= limit]
            tx.connection.execute(delete(rate_slots).where(rate_slots.c.scope == scope, rate_slots.c.expires_at <= now))
            taken = tx.connection.execute(select(func.count()).where(rate_slots.c.scope == scope)).scalar_one()
            if not waits and taken >= concurrency:
                waits.append(now + _SOON)
            if waits:
                return max(waits)
            slot = self.ids.ordered("sl")
            unit = Unit().insert(rate_slots, {"scope": scope, "slot": slot, "expires_at": now + lease})
            for seconds in periods:
                start = rows[seconds]["window_start"] if live[seconds] else now
                row = {**rows[seconds], "window_start": start, "used": live[seconds] + 1}
                unit.put(rate_windows, row)
            tx.apply(unit)
            return slot

        taken: str | datetime = await self.database.transact(run)
        return taken

    async def give_back(self, scope: str, slot: str) -> None:
        """Free a slot; one that is gone already is no error."""
        await self.database.write(Unit().delete(rate_slots, {"scope": scope, "slot": slot}))

    async def block(self, scope: str, until: datetime) -> None:
        """Let nobody call before `until`."""
        await block(self.database, scope, until)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    """A call that wants to begin."""

    key: bytes
    lead_id: str
    connector: str
    since: datetime
    now: datetime

    def __len__(self) -> int:
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a call ended."""

    call_id: str
    columns: Mapping[str, Any]

    def __len__(self) -> int:
        return 1


def _earlier(connection: Connection, asked: Sequence[_Begin]) -> dict[bytes, list[Mapping[str, Any]]]:
    """The calls there were with the same keys, by key."""
    query = select(vendor_calls).where(
        vendor_calls.c.call_key.in_({each.key for each in asked}),
        vendor_calls.c.started_at >= min(each.since for each in asked),
    )
    found: dict[bytes, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["call_key"]].append(dict(row))
    return found


def _stands(row: Mapping[str, Any]) -> bool:
    """Whether a call stands against another one: it is open, or it was paid."""
    return row["finished_at"] is None or row["cost_minor"] > 0


class SqlCalls:
    """A record of every call that may cost money, written before it and after it.

    Calls of one moment are recorded in one transaction: each has a commit before it and after it all the same.
    """

    def __init__(self, database: Database, ids: Ids) -> None:
        self.database = database
        self.ids = ids
        self._beginning: Together[_Begin, Mapping[int, str]] = Together(self._begin)
        self._ending: Together[_End, None] = Together(self._end)

    async def begin(self, key: bytes, *, lead_id: str, connector: str, since: datetime, now: datetime) -> str | None:
        """Record that a call begins, unless one with the same key is open or was paid since `since`."""
        asked = _Begin(key=key, lead_id=lead_id, connector=connector, since=since, now=now)
        begun = await self._beginning.ask(asked)
        return begun.get(id(asked))

    async def finish(self, call_id: str, *, outcome: str, cost_minor: int, currency: str, now: datetime) -> None:
        """Record how a call ended and what it cost, in hundredths of `currency`."""
        ended = {"finished_at": now, "outcome": outcome, "cost_minor": cost_minor, "currency": currency}
        await self._ending.ask(_End(call_id=call_id, columns=ended))

    async def _begin(self, asked: Sequence[_Begin]) -> Mapping[int, str]:
        """Begin what may begin; returns the ids of those calls, by the identity of what asked."""

        def run(tx: Tx) -> dict[int, str]:
            for connector in sorted({each.connector for each in asked}):  # in one order, so that nobody deadlocks
                # Check and record are one step, whoever else asks.
                hold(tx, f"calls/{connector}", [0], asked[0].now)
            unit, begun = Unit(), dict[int, str]()
            known = _earlier(tx.connection, asked)
            for each in asked:
                earlier = known[each.key]
                if any(row["started_at"] >= each.since and _stands(row) for row in earlier):
                    continue
                begun[id(each)] = self.ids.ordered("vc")
                row = {
                    "id": begun[id(each)],
                    "call_key": each.key,
                    "lead_id": each.lead_id,
                    "connector": each.connector,
                    "started_at": each.now,
                    "cost_minor": 0,
                }
                unit.insert(vendor_calls, row)
                earlier.append({**row, "finished_at": None})
            tx.apply(unit)
            return begun

        return await self.database.transact(run)

    async def _end(self, ended: Sequence[_End]) -> None:
        def run(tx: Tx) -> None:
            wanted = {each.call_id: each.columns for each in ended}
            query = select(vendor_calls).where(vendor_calls.c.id.in_(sorted(wanted)))
            rows = tx.connection.execute(query).mappings().all()
            tx.apply(Unit().put(vendor_calls, *({**row, **wanted[row["id"]]} for row in rows)))

        await self.database.transact(run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A kept answer; `payload` is None once its person was erased."""

    payload: bytes | None = field(repr=False)
    expires_at: datetime


class SqlCache:
    """Answers of vendors, sealed; what is about a person under the profile key, so that erasure ends it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self._getting: Together[tuple[bytes], Mapping[bytes, _Kept]] = Together(self._get)

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """Return the payload kept under `key`, or None when there is none, it has expired or was erased."""
        kept = (await self._getting.ask((key,))).get(key)
        return None if kept is None or kept.expires_at <= now else kept.payload

    async def _get(self, asked: Sequence[tuple[bytes]]) -> Mapping[bytes, _Kept]:
        query = select(vendor_results).where(vendor_results.c.call_key.in_({key for (key,) in asked}))

        def run(connection: Connection) -> dict[bytes, _Kept]:
            rows = connection.execute(query).mappings().all()
            return {
                row["call_key"]: _Kept(payload=self._open(connection, row), expires_at=row["expires_at"])
                for row in rows
            }

        return await self.database.read(run)

    async def put(
        self,
        key: bytes,
        payload: bytes,
        *,
        connector: str,
        outcome: str,
        subject_id: str | None,
        expires_at: datetime,
    ) -> None:
        """Keep a payload in place of any other."""
        secret: bytes | None = self.vault.deployment_key()
        if subject_id is not None:
            secret = await self.database.read(lambda connection: self._key(connection, subject_id))
        if secret is None:
            return
        row = {
            "call_key": key,
            "connector": connector,
            "outcome": outcome,
            "subject_id": subject_id,
            "observations": seal_blob(secret, payload, b"vendor_results/" + key),
            "expires_at": expires_at,
        }
        await self.database.write(Unit().put(vendor_results, row))

    def _open(self, connection: Connection, row: RowMapping) -> bytes | None:
        secret = self._key(connection, row["subject_id"])
        return None if secret is None else open_blob(secret, row["observations"], b"vendor_results/" + row["call_key"])

    def _key(self, connection: Connection, subject_id: str | None) -> bytes | None:
        if subject_id is None:
            return self.vault.deployment_key()
        keys = self.vault.keys(connection, [subject_id]).get(subject_id)
        if keys is None:
            raise NotFound("Nothing is known of this person.")
        return keys.profile


def _live(row: RowMapping, per: timedelta, now: datetime) -> int:
    """The calls in the running window; 0 when the last one has ended."""
    used: int = row["used"]
    return used if row["window_start"] + per > now else 0
