"""The desk of figures for operators: how much stands where, and how old the oldest is; nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from gateway.desk.office import Office
from gateway.lead import Status
from gateway.ports import ADVANCE
from gateway.storage.counts import Key, VerdictCounts, read_verdicts
from gateway.storage.engine.database import Database
from gateway.storage.engine.tables import dead_letters
from gateway.storage.heartbeats import Heard, Role, read_heard
from gateway.storage.leads.tables import deliveries, leads
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_waiting
from gateway.storage.vendors.feeds import unread
from gateway.storage.vendors.tables import vendor_calls

_OPEN = ("pending", "sending")
_MOVING = (Status.RECEIVED.value, Status.VERIFIED.value, Status.ENRICHED.value)
"""Where a lead stands only until a worker carries it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Whether the gateway goes on: ages in seconds, None where nothing waits.

    Attributes:
        work_age: how long the lead that waits longest for a worker has stood where it is. One whose job was given up
            waits for a person: it is among the dead letters.
        unsigned_age: how long the oldest entry waits for its checkpoint.
        heard: what was heard of the processes of each role.
        unread: the connectors whose vendor's list of erased records could not be read at the last try, and why.
    """

    work_age: float | None
    unsigned_age: float | None
    heard: Mapping[Role, Heard]
    unread: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the gateway stands. Ages are in seconds; None where there is nothing.

    Attributes:
        leads: how many leads stand at a status for a reason (empty where there is none).
        deliveries: how many deliveries have a status.
        dead_letters: jobs that were given up and not tried again.
        outbox_age: how long the oldest delivery that is due waits.
        checkpoint_age: how old the latest checkpoint is.
        going: whether the gateway goes on.
        vendor_calls: how many calls to a connector ended how.
        verdicts: how many verdicts of a kind journeys were given, with the verdict and the reason that made it so.
    """

    leads: Mapping[tuple[str, str], int]
    deliveries: Mapping[str, int]
    dead_letters: int
    outbox_age: float | None
    checkpoint_age: float | None
    going: Going
    vendor_calls: Mapping[tuple[str, str], int]
    verdicts: Mapping[Key, int]


class FiguresDesk:
    """Counts; what nobody could count afterwards is noted in `verdicts` as it happens."""

    def __init__(self, office: Office, verdicts: VerdictCounts) -> None:
        self.office = office
        self.verdicts = verdicts

    async def read(self) -> Figures:
        """Count everything in one view of the store.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        now = self.office.now()
        return await self.office.database.read(lambda connection: _read(connection, self.office.database, now))

    async def going(self) -> Going:
        """Look whether the gateway goes on: what waits for how long, and which processes were heard of.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        now = self.office.now()
        return await self.office.database.read(lambda connection: _going(connection, self.office.database, now))


def _read(connection: Connection, database: Database, now: datetime) -> Figures:
    standing = select(leads.c.status, func.coalesce(leads.c.reason, ""), func.count()).group_by(
        leads.c.status, leads.c.reason
    )
    sending = select(deliveries.c.status, func.count()).group_by(deliveries.c.status)
    letters = select(func.count()).select_from(dead_letters).where(dead_letters.c.replayed_at.is_(None))
    due = select(func.min(deliveries.c.next_at)).where(deliveries.c.status.in_(_OPEN), deliveries.c.next_at <= now)
    calls = select(vendor_calls.c.connector, func.coalesce(vendor_calls.c.outcome, "open"), func.count()).group_by(
        vendor_calls.c.connector, vendor_calls.c.outcome
    )
    return Figures(
        leads={(status, reason): count for status, reason, count in connection.execute(standing)},
        deliveries={row[0]: row[1] for row in connection.execute(sending)},
        dead_letters=connection.execute(letters).scalar_one(),
        outbox_age=_age(connection.execute(due).scalar(), now),
        checkpoint_age=_age(connection.execute(select(func.max(audit_checkpoints.c.at))).scalar(), now),
        going=_going(connection, database, now),
        vendor_calls={(name, outcome): count for name, outcome, count in connection.execute(calls)},
        verdicts=read_verdicts(connection),
    )


def _going(connection: Connection, database: Database, now: datetime) -> Going:
    carried = database.not_given_up("leads.id", ADVANCE)
    moving = select(func.min(leads.c.updated_at)).where(leads.c.status.in_(_MOVING), carried)
    unsigned = select(func.min(audit_entries.c.at)).join(
        audit_waiting, audit_waiting.c.event_id == audit_entries.c.event_id
    )
    return Going(
        work_age=_age(connection.execute(moving).scalar(), now),
        unsigned_age=_age(connection.execute(unsigned).scalar(), now),
        heard=read_heard(connection, now),
        unread=unread(connection),
    )


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())
