"""Which processes of the gateway live: each says so every few seconds, and a server shows who was heard of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Connection, Table, Text, delete, select

from gateway.ports import Clock
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.schema import Time, metadata
from gateway.storage.engine.unit import Unit

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True),  # a random name
    Column("role", Text, primary_key=True),
    Column("at", Time, nullable=False),
    Column("trouble", Text),  # why it cannot do its part; nothing personal
)

BEAT_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 30.0
"""After how long without a word a process counts as gone."""
_KEPT: Final = timedelta(days=1)


class Role(StrEnum):
    """What a process does; on SQLite one process does it all."""

    SERVE = "serve"
    WORKER = "worker"
    SEQUENCER = "sequencer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard of a role.

    Attributes:
        processes: how many have it and were heard of a moment ago.
        age: seconds since the last word of any; None if none was heard of for a day.
        trouble: why one of those that live cannot do its part; None if none says so.
    """

    processes: int = 0
    age: float | None = None
    trouble: str | None = None


class Heartbeats:
    """Says for one process that it lives, for each role that it has taken on.

    Args:
        database: the store that all processes share.
        clock: the time.
        process: a random name.
    """

    def __init__(self, database: Database, clock: Clock, process: str) -> None:
        self.database = database
        self.clock = clock
        self.process = process
        self._roles: dict[Role, Callable[[], str | None]] = {}

    def join(self, role: Role, trouble: Callable[[], str | None]) -> None:
        """Take a role on; `trouble` gives why it cannot be done now, or None."""
        self._roles[role] = trouble

    async def beat(self) -> None:
        """Say once that the process lives.

        Raises:
            StoreUnavailable: the store cannot be written to.
        """
        now = self.clock.now()
        rows = [
            {"process": self.process, "role": role.value, "at": now, "trouble": trouble()}
            for role, trouble in self._roles.items()
        ]
        await self.database.write(Unit().put(heartbeats, *rows))


def read_heard(connection: Connection, now: datetime) -> Mapping[Role, Heard]:
    """Read what was heard of every role."""
    rows = connection.execute(select(heartbeats.c.role, heartbeats.c.at, heartbeats.c.trouble)).all()
    return {role: _heard([(row.at, row.trouble) for row in rows if row.role == role.value], now) for role in Role}


def forget_silent(tx: Tx, now: datetime) -> None:
    """Delete the processes that were not heard of for a day."""
    tx.connection.execute(delete(heartbeats).where(heartbeats.c.at < now - _KEPT))


def _heard(beats: Iterable[tuple[datetime, str | None]], now: datetime) -> Heard:
    # A beat from the future is as old as it is ahead: a clock that was set back must not keep the dead alive.
    ages = [(abs((now - at).total_seconds()), trouble) for at, trouble in beats]
    alive = [trouble for age, trouble in ages if age <= SILENT_SECONDS]
    return Heard(
        processes=len(alive),
        age=min((age for age, _ in ages), default=None),
        trouble=next((trouble for trouble in alive if trouble), None),
    )
