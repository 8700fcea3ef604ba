"""What came of attempts: the transaction that ends them and, with the first 2xx, releases the lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, select

from gateway.lead import Lead, Status
from gateway.ports import RECONSIDER, Ids, Move
from gateway.release.kit.destination import Disabled
from gateway.release.kit.schedule import next_attempt
from gateway.steps import RETRACTED
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.journal import write_move
from gateway.storage.leads.rows import placed
from gateway.storage.leads.tables import deliveries, leads
from gateway.storage.log.entries import record
from gateway.storage.registers import destinations
from gateway.storage.sealing.vault import Keys, Vault
from gateway.storage.sending.attempts import Claim
from gateway.storage.sending.deliveries import overdue
from gateway.storage.sending.tables import delivery_attempts

DISABLED: Final = "destination_disabled"
"""The detail of an attempt that was not made: nothing is sent there any more."""

_ENDED: Final = ("id", "status", "reason", "remote_id", "next_at", "ended_at")
"""What the end of an attempt changes of its delivery."""

_IDS: Final[BindParameter[str]] = bindparam("ids", expanding=True)
_DELIVERIES: Final = select(deliveries).where(deliveries.c.id.in_(_IDS)).order_by(deliveries.c.id).with_for_update()
_LEADS: Final = select(leads).where(leads.c.id.in_(_IDS))
_LOST: Final = "lost"
"""Why a delivery is due again whose sender died; it stays while the next attempt is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one attempt.

    `outcome` is `delivered`, `retry`, `failed` or `gone`; `wait` is the time to the next attempt, None when there
    is none. `detail` is a stable code, nothing personal.
    """

    claim: Claim
    outcome: str
    detail: str
    wait: timedelta | None = None
    http_status: int | None = None
    remote_id: str | None = None
    acknowledged: bool = False


class Results:
    """Ends attempts."""

    def __init__(self, vault: Vault, ids: Ids) -> None:
        self.vault = vault
        self.ids = ids

    def end(self, tx: Tx, results: Sequence[Result], now: datetime) -> None:
        """Record results; of an attempt that was given up as lost meanwhile only a success changes its delivery.

        Raises:
            Conflict: a lead went on meanwhile; run it again.
        """
        wanted = sorted({result.claim.delivery_id for result in results})
        found = tx.connection.execute(_DELIVERIES, {"ids": wanted}).mappings()
        rows: dict[str, Mapping[str, Any]] = {row["id"]: dict(row) for row in found}
        standing = _standing(tx.connection, results)
        keys = self.vault.keys(tx.connection, {row["subject_id"] for row in rows.values()})
        unit = Unit()
        for result in results:
            row = rows.get(result.claim.delivery_id)
            if row is None:
                continue
            held = keys[row["subject_id"]]
            rows[row["id"]] = self._end_attempt(unit, result, row, held, now)
            lead = standing.get(row["lead_id"]) if held.profile is not None else None  # None once erased
            released = self._release(unit, result, lead, held, now)
            if released is not None:
                standing[released.id] = released
            if result.outcome == "gone":
                self._disable(tx, unit, row["destination"], now)
                unit.enqueue(Job(name=RECONSIDER, ids=(row["lead_id"],)))
        tx.apply(unit)

    def recover(self, tx: Tx, now: datetime, limit: int = 256) -> int:
        """End attempts whose sender died: past their deadline they are lost, and their deliveries are due again.

        The destination may have got it: it hears the same id again (at least once). That is at once where the last
        one was not lost too; after that the schedule holds, so that a crash loop does not use up all attempts. One
        that was lost as often as an answer is waited for is dead. Returns how many were ended.
        """
        rows = [dict(row) for row in tx.connection.execute(overdue(now, limit)).mappings()]
        keys = self.vault.keys(tx.connection, {row["subject_id"] for row in rows})
        unit = Unit()
        for row in rows:
            wait = next_attempt(row["number"], 0.0)
            status = "dead" if wait is None else "pending"
            if row["status"] == "sending" and row["attempts"] == row["number"]:
                if wait is not None and row["reason"] != _LOST:
                    wait = timedelta(0)
                changed = {"ended_at": now} if wait is None else {"next_at": now + wait}
                unit.update(deliveries, {"id": row["id"], "status": status, "reason": _LOST, **changed})
            fields = {"outcome": "lost", "http_status": None, "detail": "sender_died"}
            self._write_attempt(unit, row, keys.get(row["subject_id"]), fields, (row["kind"], status), now)
        tx.apply(unit)
        return len(rows)

    def resume(self, tx: Tx, now: datetime) -> int:
        """Have deliveries sent again whose sender died, before their attempts' deadlines; returns how many.

        Only for a process that knows that no other one sends. It is safe because the attempt itself stays open: until
        its deadline, when `recover` ends it, a withdrawal waits for it and lists it, for what the dead sender handed
        to the network may still arrive. The destination hears the same bytes under the same id, and the claim decides
        again first. A delivery that was lost the last time too is left to `recover`, as is the last attempt of a
        schedule: restarts within seconds use up one attempt, not all of them. No entry is written: the attempt's own
        comes with its end, and the next one's with its claim.
        """
        query = (
            select(deliveries.c.id, deliveries.c.attempts)
            .join(delivery_attempts, delivery_attempts.c.delivery_id == deliveries.c.id)
            .where(
                delivery_attempts.c.ended_at.is_(None),
                delivery_attempts.c.number == deliveries.c.attempts,
                deliveries.c.status == "sending",
                deliveries.c.reason.is_distinct_from(_LOST),
            )
        )
        rows = tx.connection.execute(query).mappings().all()
        again = [row["id"] for row in rows if next_attempt(row["attempts"], 0.0) is not None]
        changed = {"status": "pending", "next_at": now, "reason": _LOST}
        tx.apply(Unit().update(deliveries, *({"id": ident, **changed} for ident in again)))
        return len(again)

    def _end_attempt(
        self, unit: Unit, result: Result, row: Mapping[str, Any], keys: Keys, now: datetime
    ) -> Mapping[str, Any]:
        """Add the rows of an attempt's end; returns the delivery's row as it is then."""
        claim, delivered = result.claim, result.outcome == "delivered"
        again = result.outcome == "retry" and result.wait is not None
        status = "delivered" if delivered else "pending" if again else "dead"
        current = row["status"] == "sending" and row["attempts"] == claim.number
        changed = row
        if current or delivered:
            changed = {
                **row,
                "status": status,
                "reason": result.detail,
                "remote_id": result.remote_id or row["remote_id"],
                "next_at": now + result.wait if again and result.wait is not None else row["next_at"],
                "ended_at": row["ended_at"] if again else now,
            }
            unit.update(deliveries, {name: changed[name] for name in _ENDED})
        fields = {"outcome": result.outcome, "http_status": result.http_status, "detail": result.detail}
        told = "retraction.acknowledged" if result.acknowledged else status
        self._write_attempt(unit, {**row, "number": claim.number}, keys, fields, (row["kind"], told), now)
        return changed

    def _write_attempt(
        self,
        unit: Unit,
        row: Mapping[str, Any],
        keys: Keys | None,
        fields: Mapping[str, Any],
        told: tuple[str, str],
        now: datetime,
    ) -> None:
        facts = {
            "lead_id": row["lead_id"],
            "subject_id": row["subject_id"],
            "delivery": row["id"],
            "destination": row["destination"],
            "attempt": row["number"],
            "outcome": fields["outcome"],
            "reasons": [fields["detail"]],
            "http_status": fields["http_status"],
        }
        # Once a person's evidence key is gone, what still happens is the log's own to tell.
        key = keys.evidence if keys is not None and keys.evidence is not None else self.vault.log_key()
        event = record(unit, self.ids, key, _event(*told), facts, at=now)
        attempt = {"delivery_id": row["id"], "number": row["number"]}
        unit.update(delivery_attempts, {**attempt, "ended_at": now, **fields, "event_id": event})

    def _release(self, unit: Unit, result: Result, lead: Lead | None, keys: Keys, now: datetime) -> Lead | None:
        if lead is None or lead.status is not Status.DECIDED or result.outcome != "delivered":
            return None
        if result.claim.kind == RETRACTED:
            return None
        released = replace(lead, status=Status.RELEASED, updated_at=now)
        facts = {"outcome": "released", "destination": result.claim.destination, "delivery": result.claim.delivery_id}
        write_move(unit, Move(lead=released, event="lead.released", facts=facts), keys, self.vault, self.ids)
        return replace(released, revision=released.revision + 1)

    def _disable(self, tx: Tx, unit: Unit, name: str, now: datetime) -> None:
        """Disable a destination that answered 410: nothing more is sent until somebody adds it again."""
        query = select(destinations).where(destinations.c.name == name).order_by(destinations.c.version.desc()).limit(1)
        row = tx.connection.execute(query).mappings().first()
        if row is None or row["disabled_at"] is not None:
            return
        changed = {"disabled_at": now, "disabled_reason": Disabled.GONE.value}
        unit.update(destinations, {"name": name, "version": row["version"], **changed})
        facts = {"actor": "outbox", "destination": name, "outcome": "disabled", "reasons": [Disabled.GONE.value]}
        record(unit, self.ids, self.vault.log_key(), "destination.changed", facts, at=now)


def _standing(connection: Connection, results: Sequence[Result]) -> dict[str, Lead]:
    """Where the leads of results stand; what they say was read at the claim, and is not opened again."""
    claimed = {result.claim.lead.id: result.claim.lead for result in results}
    rows = connection.execute(_LEADS, {"ids": sorted(claimed)}).mappings()
    return {row["id"]: placed(claimed[row["id"]], row) for row in rows}


def _event(kind: str, told: str) -> str:
    """The audit registry's name for the end of an attempt."""
    if kind == RETRACTED and told == "delivered":
        return "retraction.sent"
    if told == "retraction.acknowledged":
        return told
    return "delivery.dead" if told == "dead" else "delivery.finished"
