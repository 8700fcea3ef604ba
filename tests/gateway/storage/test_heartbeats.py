"""Which processes live is known from the store alone, on both stores."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.engine.database import Database
from gateway.storage.heartbeats import SILENT_SECONDS, Heard, Heartbeats, Role, forget_silent, read_heard

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Steered:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


async def heard(database: Database, role: Role, at: datetime) -> Heard:
    """What was heard of a role at a time."""
    return await database.read(lambda connection: read_heard(connection, at)[role])


async def test_a_role_that_nobody_has_taken_on_was_never_heard_of(database: Database) -> None:
    """Of a new deployment with servers alone it can be told that no worker has ever run."""
    serving = Heartbeats(database, Steered(), "a")
    serving.join(Role.SERVE, lambda: None)
    await serving.beat()
    assert await heard(database, Role.SERVE, NOW) == Heard(processes=1, age=0.0)
    assert await heard(database, Role.WORKER, NOW) == Heard()


async def test_a_silent_worker_no_longer_counts_and_the_freshest_gives_the_age(database: Database) -> None:
    """Two workers, of which one falls silent: one is left, and the age is the living one's."""
    clock = Steered()
    first, second = (Heartbeats(database, clock, name) for name in ("a", "b"))
    for each in (first, second):
        each.join(Role.WORKER, lambda: None)
        await each.beat()
    clock.time = NOW + timedelta(seconds=SILENT_SECONDS + 5)
    await second.beat()
    assert await heard(database, Role.WORKER, clock.time) == Heard(processes=1, age=0.0)
    late = clock.time + timedelta(seconds=SILENT_SECONDS + 1)
    assert await heard(database, Role.WORKER, late) == Heard(processes=0, age=SILENT_SECONDS + 1)


async def test_a_clock_that_was_set_back_does_not_keep_the_dead_alive(database: Database) -> None:
    """A word from an hour ahead is as good as one from an hour ago."""
    beats = Heartbeats(database, Steered(), "a")
    beats.join(Role.WORKER, lambda: None)
    await beats.beat()
    assert (await heard(database, Role.WORKER, NOW - timedelta(hours=1))).processes == 0


async def test_what_keeps_a_process_from_its_part_is_told_while_it_lasts(database: Database) -> None:
    """A sequencer that lives and does not sign says why; once it signs again it says nothing."""
    why: list[str] = ["The memory cannot be read."]
    beats = Heartbeats(database, Steered(), "a")
    beats.join(Role.SEQUENCER, lambda: why[0] if why else None)
    await beats.beat()
    assert (await heard(database, Role.SEQUENCER, NOW)).trouble == "The memory cannot be read."
    why.clear()
    await beats.beat()
    assert await heard(database, Role.SEQUENCER, NOW) == Heard(processes=1, age=0.0)


async def test_processes_that_ended_long_ago_are_forgotten(database: Database) -> None:
    """Every restart has a name of its own; their rows do not pile up."""
    clock = Steered()
    for name in ("a", "b"):
        beats = Heartbeats(database, clock, name)
        beats.join(Role.WORKER, lambda: None)
        await beats.beat()
        clock.time += timedelta(days=2)
    await database.transact(lambda tx: forget_silent(tx, NOW + timedelta(days=2, hours=1)))
    assert await heard(database, Role.WORKER, NOW) == Heard(processes=0, age=timedelta(days=2).total_seconds())
