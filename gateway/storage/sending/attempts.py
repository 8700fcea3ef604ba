"""The claim of the sending protocol: what is due is decided again, then committed as an attempt. Nothing here sends.

Invariants. A delivery is `sending` only while its last attempt has not ended. An attempt is committed with its
deadline before a byte leaves. No delivery is claimed before the checkpoint over the entry that decided it, nor while
another one of the same lead to the same destination is under way. What is sent says what the policy says now, and in
the order of `gateway.storage.sending.order`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, RowMapping

from audit.errors import AuditError
from consent.errors import ConsentError
from gateway.errors import NotFound
from gateway.lead import Lead, Ruling
from gateway.ports import RECONSIDER, Clock, Ids
from gateway.steps import RETRACTED, essence
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.rows import delivery_row, facts_of, write_rulings
from gateway.storage.leads.tables import deliveries
from gateway.storage.log.entries import record
from gateway.storage.people.ruling import Ruler
from gateway.storage.sealing.vault import Keys, Vault
from gateway.storage.sending import order
from gateway.storage.sending.cases import Case, gather
from gateway.storage.sending.deliveries import read_due
from gateway.storage.sending.tables import delivery_attempts

_UNREADABLE: Final = (AuditError, ConsentError, NotFound, msgspec.MsgspecError, LookupError, ValueError)
"""What reading a damaged row raises; the store's own errors are not among them, for they end the transaction."""
_UNREADABLE_FOR: Final = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a message is written from: `own` is a processor of the controller; `at` stays through all attempts."""

    kind: str
    lead: Lead
    rulings: tuple[Ruling, ...]
    own: bool
    remote_id: str | None
    at: datetime


Compose = Callable[[Letter], bytes]
"""Writes the message's bytes; it reveals personal values, so it is none of storage's business how."""


Room = Callable[[str], int]
"""How many more deliveries a destination takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An attempt that may be sent until `deadline`, and not a moment later."""

    delivery_id: str
    number: int
    kind: str
    lead: Lead
    destination: str
    rulings: tuple[Ruling, ...]
    body: bytes = field(repr=False)
    claimed_at: datetime
    deadline: datetime


class Claims:
    """Takes due deliveries, under the shared lock."""

    def __init__(self, vault: Vault, ids: Ids, ruler: Ruler, compose: Compose) -> None:
        self.vault = vault
        self.ids = ids
        self.ruler = ruler
        self.compose = compose

    def take(
        self, tx: Tx, clock: Clock, room: Room, *, limit: int, full: Collection[str], life: timedelta
    ) -> list[Claim]:
        """Claim what is due and still allowed; what is not is cancelled, what is allowed otherwise waits again.

        Args:
            tx: the transaction.
            clock: the time. A claim's own is read after its rows, so that it lies behind the checkpoint they stand
                under, and behind every withdrawal that this transaction had to wait for.
            room: how many more a destination takes for now; what is due beyond stays due.
            limit: claims at most.
            full: destinations that take nothing more.
            life: how long an attempt may take.
        """
        rows = _fitting(read_due(tx.connection, clock.now(), limit, full), room)
        unit = Unit()
        claims = [self._settle(unit, case, life) for case in self._cases(tx.connection, unit, rows, clock.now())]
        tx.apply(unit)
        return [claim for claim in claims if claim is not None]

    def _cases(self, connection: Connection, unit: Unit, rows: Sequence[RowMapping], now: datetime) -> list[Case]:
        """Gather the cases; one that cannot be read is put off, so that it never stands in the way of the others."""
        if not rows:
            return []
        try:
            return gather(connection, self.vault, self.ruler, rows, now)
        except _UNREADABLE as error:
            if len(rows) > 1:
                half = len(rows) // 2
                first = self._cases(connection, unit, rows[:half], now)
                return first + self._cases(connection, unit, rows[half:], now)
            log.error("delivery.unreadable", delivery=rows[0]["id"], error=type(error).__name__)  # noqa: TRY400 - a traceback may quote what was read
            changed = {"next_at": now + _UNREADABLE_FOR, "reason": "unreadable"}
            unit.update(deliveries, {"id": rows[0]["id"], **changed})
            return []

    def _settle(self, unit: Unit, case: Case, life: timedelta) -> Claim | None:
        if case.lead is None or case.keys is None:
            self._cancel(unit, case, "erased")
        elif order.overtaken(case.row, case.others):
            self._cancel(unit, case, "overtaken")
        elif any(each["status"] == "sending" for each in case.others):
            return None  # another sender was faster, after the rows had been chosen: this one stays due
        elif case.row["kind"] == RETRACTED:
            return self._claim(unit, case, case.lead, case.keys, life)
        elif case.refused is not None:
            self._cancel(unit, case, case.refused)
        elif case.outdated or not self._confirmed(case, case.lead):
            self._decide_again(unit, case, case.lead, case.keys)
        elif case.recorded is not None and case.recorded.event_id != case.row["decided_by"]:
            unit.update(deliveries, {"id": case.row["id"], "decided_by": case.recorded.event_id})
        else:
            return self._claim(unit, case, case.lead, case.keys, life)
        return None

    def _confirmed(self, case: Case, lead: Lead) -> bool:
        """Whether the newest recorded decision says the same on the same facts."""
        before = [ruling for ruling in lead.rulings if ruling.recipient == case.row["destination"]]
        same = case.recorded is not None and case.recorded.facts_mac == self.vault.facts_mac(facts_of(case.rulings))
        return same and essence(before) == essence(case.rulings)

    def _claim(self, unit: Unit, case: Case, lead: Lead, keys: Keys, life: timedelta) -> Claim | None:
        row, number = {**case.row, "kind": order.kind_of(case.row, case.others)}, case.row["attempts"] + 1
        try:
            body, sealed = self._body(case, row["kind"], lead, keys)
        except Exception as error:  # noqa: BLE001 - one lead that cannot be written must not stop the others
            log.warning("delivery.not_written", delivery=row["id"], error=type(error).__name__)
            self._end(unit, case, row, "dead", f"not_written:{type(error).__name__}")
            return None
        if row["body_sealed"] is None and row["kind"] != RETRACTED:
            for later in order.behind(row, case.others):
                self._end(unit, case, later, "cancelled", "superseded")
        changed = {"kind": row["kind"], "status": "sending", "attempts": number, "body_sealed": sealed}
        unit.update(deliveries, {"id": row["id"], **changed})
        facts = {
            "lead_id": lead.id,
            "subject_id": lead.subject_id,
            "delivery": row["id"],
            "destination": row["destination"],
            "version": case.version,
            "kind": row["kind"],
            "attempt": number,
        }
        event = record(unit, self.ids, keys.proof(), "delivery.started", facts, at=case.now)
        times = {"claimed_at": case.now, "deadline": case.now + life}
        unit.insert(delivery_attempts, {"delivery_id": row["id"], "number": number, "event_id": event, **times})
        return Claim(
            delivery_id=row["id"],
            number=number,
            kind=row["kind"],
            lead=lead,
            destination=row["destination"],
            rulings=case.rulings,
            body=body,
            **times,
        )

    def _body(self, case: Case, kind: str, lead: Lead, keys: Keys) -> tuple[bytes, bytes]:
        """The message and its seal; written at the first attempt, the same at every later one."""
        row, place = case.row, f"deliveries/{case.row['id']}"
        if row["body_sealed"] is not None:
            return keys.open(row["body_sealed"], place), row["body_sealed"]
        letter = Letter(
            kind=kind,
            lead=lead,
            rulings=case.rulings,
            own=case.own,
            remote_id=case.remote_id,
            at=case.now,
        )
        body = self.compose(letter)
        return body, keys.seal(body, place)

    def _decide_again(self, unit: Unit, case: Case, lead: Lead, keys: Keys) -> None:
        """Record a new decision on changed facts; the delivery waits for the checkpoint over its entry."""
        facts = {
            "lead_id": lead.id,
            "subject_id": lead.subject_id,
            "outcome": "decided_again",
            "reasons": ["facts_changed"],
            "delivery": case.row["id"],
        }
        event = record(unit, self.ids, keys.proof(), "lead.decided", facts, at=case.now)
        write_rulings(unit, replace(lead, updated_at=case.now), case.rulings, keys, self.vault, self.ids, event)
        if case.outdated:
            self._supersede(unit, case, lead, event)
        else:
            unit.update(deliveries, {"id": case.row["id"], "decided_by": event})

    def _supersede(self, unit: Unit, case: Case, lead: Lead, event: bytes) -> None:
        """End a message that says what no longer holds: its bytes stay what they are, so another one takes its place.

        The first that waits behind it does, if there is one; as nobody may have heard of the lead yet, it tells the
        whole story. A new one stands where the old one stood, before all that was asked for later.
        """
        row = case.row
        self._end(unit, case, row, "cancelled", "superseded")
        waiting = order.behind(row, case.others)
        if waiting:
            unit.update(deliveries, {"id": waiting[0]["id"], "kind": row["kind"], "decided_by": event})
        else:
            fresh, place = replace(lead, updated_at=case.now), (row["destination"], row["kind"])
            unit.insert(deliveries, delivery_row(fresh, *place, event, self.ids, revision=row["revision"]))

    def _cancel(self, unit: Unit, case: Case, reason: str) -> None:
        self._end(unit, case, case.row, "cancelled", reason)
        if case.lead is not None:
            unit.enqueue(Job(name=RECONSIDER, ids=(case.row["lead_id"],)))

    def _end(self, unit: Unit, case: Case, row: order.Row, status: str, reason: str) -> None:
        unit.update(deliveries, {"id": row["id"], "status": status, "reason": reason, "ended_at": case.now})
        facts = {
            "lead_id": row["lead_id"],
            "delivery": row["id"],
            "destination": row["destination"],
            "reasons": [reason],
        }
        key = case.keys.evidence if case.keys and case.keys.evidence else self.vault.log_key()
        record(unit, self.ids, key, f"delivery.{status}", facts, at=case.now)


def _fitting(rows: Sequence[RowMapping], room: Room) -> list[RowMapping]:
    """Those that their destinations have room for, the first ones first."""
    found, taken = [], Counter[str]()
    for row in rows:
        if taken[row["destination"]] < room(row["destination"]):
            taken[row["destination"]] += 1
            found.append(row)
    return found
