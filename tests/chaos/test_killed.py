"""Processes killed in the middle: nothing acknowledged is lost, nothing goes out under two ids, the log holds."""

import asyncio
import random
import signal
import time
from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.desk.office import LOCAL
from gateway.release.kit.schedule import DELAYS
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.inbox import Answer, Inbox
from gateway.settings import load
from gateway.storage.leads.tables import leads
from gateway.storage.sending.deliveries import in_flight
from gateway.wiring import Gateway, Sandbox, connect
from gateway.work.retries import DIED
from tests.chaos.conftest import Figure
from tests.chaos.processes import Processes
from tests.chaos.proof import prove, sequenced
from tests.chaos.stillness import left_to_do
from tests.chaos.world import SECRET, SteeredClock, World, furnish, lead_of, overrides
from tests.support import zones
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually

pytestmark = [pytest.mark.chaos, pytest.mark.integration]


async def unfinished(gateway: Gateway) -> dict[str, int]:
    """How many leads stand elsewhere than at released, by status."""
    query = select(leads.c.status, func.count()).where(leads.c.status != "released").group_by(leads.c.status)
    return await gateway.office.database.read(lambda c: {row[0]: row[1] for row in c.execute(query)})


async def all_released(gateway: Gateway) -> None:
    """Wait until every lead is released."""
    await eventually(lambda: unfinished(gateway), lambda left: not left)


async def replay_what_died_too_often(gateway: Gateway) -> int:
    """Try again, as a person would, the jobs that ran at the deaths of five processes; return how many there are."""
    letters = await gateway.desks.stuck.list()
    for letter in letters:
        assert letter["why"] == DIED, letter
        await gateway.desks.stuck.replay(LOCAL, letter["id"])
    return len(letters)


def one_id_each(inbox: Inbox, expected: Collection[str]) -> int:
    """Check that the receiver got each lead under exactly one id; return how many messages came twice."""
    ids: dict[str, set[str]] = defaultdict(set)
    for message in inbox.received:
        assert message.verified, message.problem
        ids[lead_of(message)].add(message.id)
    assert ids.keys() >= set(expected)
    assert {lead: found for lead, found in ids.items() if len(found) > 1} == {}
    return len(inbox.received) - len(ids)


async def killed_in_rounds(
    processes: Processes, inbox: Inbox, where: dict[str, Any], moments: random.Random
) -> list[int]:
    """Start the only process and kill it, 20 times; return how many leads had been acknowledged after each."""
    counts = []
    for number in range(20):
        inbox.default = Answer(delay=moments.choice([0.0, 0.01, 0.2]))
        pid = await processes.start("whole", where, streams=2, round=number)
        if number % 3:  # at work; else anywhere from the first moment of its start
            await processes.ready(pid)
        await asyncio.sleep(moments.uniform(0.0, 1.2))
        await processes.kill(pid)
        counts.append(len(processes.took))
    return counts


@pytest.mark.postgres
async def test_a_worker_killed_in_the_middle_of_200_leads(
    postgres_store: Store, tmp_path: Path, figure: Figure
) -> None:
    """Two workers and a sequencer; one worker dies by SIGKILL with attempts in flight: the other one ends them all."""
    async with (
        DnsServer(zones.shipped()) as dns,
        Inbox(SECRET) as inbox,
        Processes() as processes,
    ):
        inbox.default = Answer(delay=0.05)
        where = overrides(postgres_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        try:
            await furnish(gateway, inbox.url)
            roles = ("worker", "worker", "sequencer")
            first, second, sequencer = [await processes.start(role, where) for role in roles]
            for pid in (first, second, sequencer):
                await processes.ready(pid)
            world = World(gateway=gateway, dns=dns, inbox=inbox, clock=SteeredClock())
            posts = [asyncio.create_task(world.post(f"n{n}@acme.example")) for n in range(200)]
            await inbox.wait(40, PATIENCE)
            await processes.kill(first)
            killed, reached = time.monotonic(), len({lead_of(each) for each in inbox.received})
            made = [lead.id for lead in await asyncio.gather(*posts)]
            await all_released(gateway)
            took = time.monotonic() - killed
            twice = one_id_each(inbox, made)
            size = await prove(gateway, postgres_store, world.personal)
            figure(f"killed at {reached} of 200; all released {took:.1f} s later; {twice} came twice; log of {size}")
            assert reached < 200
        finally:
            await gateway.close(2.0)


async def test_the_sqlite_process_killed_at_20_random_moments(
    sqlite_store: Store, tmp_path: Path, figure: Figure
) -> None:
    """Killed while it starts, takes in, decides, sends: what was acknowledged is there, and in the end released."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    clock = SteeredClock()
    moments = random.Random(seed)  # noqa: S311 - a repeatable test, not a secret
    async with (
        DnsServer(zones.shipped()) as dns,
        Inbox(SECRET, clock=clock.now) as inbox,
        Processes() as processes,
    ):
        where = overrides(sqlite_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        await furnish(gateway, inbox.url)
        await gateway.close()
        counts = await killed_in_rounds(processes, inbox, where, moments)
        inbox.default = Answer()
        await asyncio.sleep(0.1)
        gateway = await connect(load(**where), Sandbox(clock=clock))
        try:
            acknowledged = set(processes.took)
            kept = await gateway.office.database.read(lambda c: set(c.execute(select(leads.c.id)).scalars()))
            assert acknowledged <= kept, f"seed {seed}: lost {acknowledged - kept}"
            await gateway.start_worker()
            await gateway.start_sequencer()
            read = gateway.office.database.read
            await eventually(lambda: read(lambda c: left_to_do(c, clock.now())), lambda left: not left)
            clock.ahead += 2 * DELAYS[2]  # what was lost more than once waits as after an answer
            gateway.outbox.wake.set()
            await eventually(lambda: read(lambda c: left_to_do(c, clock.now())), lambda left: not left)
            buried = await replay_what_died_too_often(gateway)
            await all_released(gateway)
            twice = one_id_each(inbox, kept)
            size = await prove(gateway, sqlite_store, {"@acme.example"})
            figure(f"acknowledged after each round {counts}; kept {len(kept)}; {twice} came twice; log of {size}")
            figure(f"{buried} jobs ran at the deaths of five processes and were tried again by hand")
            assert buried < 5
            assert len(acknowledged) > 20
        finally:
            await gateway.close(2.0)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "point", ["before_commit", "after_commit", "before_sign", "after_sign", "before_publish", "after_publish"]
)
async def test_a_sequencer_killed_between_its_steps(
    postgres_store: Store, tmp_path: Path, point: str, figure: Figure
) -> None:
    """The one that stands by takes over within ten seconds and goes on from the very tree that was left."""
    async with DnsServer(zones.shipped()) as dns, Inbox(SECRET) as inbox, Processes() as processes:
        where = overrides(postgres_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        try:
            await furnish(gateway, None)
            doomed = await processes.start("sequencer", where, die=point, turn=3)
            await processes.ready(doomed)
            await processes.ready(await processes.start("sequencer", where))
            world = World(gateway=gateway, dns=dns, inbox=inbox, clock=SteeredClock())
            number = 0
            while doomed in processes.children:
                number += 1
                await world.post(f"n{number}@acme.example")
                try:
                    await processes.gone(doomed, 0.1)
                except AssertionError:
                    assert number < 200, "the sequencer did not die"
            died = time.monotonic()
            await world.post("later@acme.example")
            await sequenced(gateway)
            took = time.monotonic() - died
            size = await prove(gateway, postgres_store, world.personal)
            figure(f"{number} leads; taken over in {took:.1f} s; log of {size}")
            assert took < 10
        finally:
            await gateway.close(2.0)


@pytest.mark.parametrize("point", ["after_commit", "after_sign"])
async def test_the_only_process_killed_between_the_steps(
    sqlite_store: Store, tmp_path: Path, point: str, figure: Figure
) -> None:
    """On SQLite the next start repeats what was left out, within ten seconds."""
    async with DnsServer(zones.shipped()) as dns, Inbox(SECRET) as inbox, Processes() as processes:
        where = overrides(sqlite_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        await furnish(gateway, inbox.url)
        await gateway.close()
        pid = await processes.start("whole", where, streams=2, round=0, die=point, turn=4)
        await processes.gone(pid)
        started = time.monotonic()
        gateway = await connect(load(**where))
        try:
            await gateway.start_worker()
            await gateway.start_sequencer()
            await sequenced(gateway)
            took = time.monotonic() - started
            await all_released(gateway)
            size = await prove(gateway, sqlite_store, {"@acme.example"})
            figure(f"signed again in {took:.1f} s; log of {size}")
            assert took < 10
        finally:
            await gateway.close(2.0)


async def test_a_drained_process_leaves_nothing_behind(sqlite_store: Store, tmp_path: Path) -> None:
    """SIGTERM ends running attempts: after it no attempt is open, and no message comes twice later."""
    async with DnsServer(zones.shipped()) as dns, Inbox(SECRET) as inbox, Processes() as processes:
        inbox.default = Answer(delay=0.2)
        where = overrides(sqlite_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        await furnish(gateway, inbox.url)
        await gateway.close()
        pid = await processes.start("whole", where, streams=4, round=0)
        await inbox.wait(20, PATIENCE)
        await processes.kill(pid, signal.SIGTERM)
        gateway = await connect(load(**where))
        try:
            assert await gateway.office.database.read(in_flight) == []  # no attempt has to wait for its deadline
            await gateway.start_worker()
            await gateway.start_sequencer()
            await all_released(gateway)
            assert one_id_each(inbox, processes.took) == 0
            await prove(gateway, sqlite_store, {"@acme.example"})
        finally:
            await gateway.close(2.0)


async def test_what_a_killed_process_was_sending_is_sent_again_at_once(sqlite_store: Store, tmp_path: Path) -> None:
    """The next start repeats it under the same id, before its deadline, until which a withdrawal still lists it."""
    async with DnsServer(zones.shipped()) as dns, Inbox(SECRET) as inbox, Processes() as processes:
        inbox.gate.clear()
        where = overrides(sqlite_store, tmp_path, dns.address)
        gateway = await connect(load(**where))
        await furnish(gateway, inbox.url)
        await gateway.close()
        pid = await processes.start("whole", where, streams=2, round=0)
        await inbox.wait(4, PATIENCE)
        await processes.kill(pid, signal.SIGKILL)
        gateway = await connect(load(**where))
        try:
            dead = await gateway.office.database.read(in_flight)
            assert dead
            inbox.gate.set()
            await gateway.start_worker()
            await gateway.start_sequencer()
            await all_released(gateway)
            assert datetime.now(UTC) < min(row["deadline"] for row in dead)
            still = {(row["id"], row["number"]) for row in await gateway.office.database.read(in_flight)}
            assert still >= {(row["id"], row["number"]) for row in dead}
            assert one_id_each(inbox, processes.took) > 0
            await prove(gateway, sqlite_store, {"@acme.example"})
        finally:
            await gateway.close(2.0)
