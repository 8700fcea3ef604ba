"""A killed worker's jobs are done all the same."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.storage.engine.unit import Job, Unit
from gateway.work.choose import engine_for
from gateway.work.dead_letters import dead, replay
from gateway.work.retries import ATTEMPTS, DIED
from tests.gateway.work.child_killer import SILENT
from tests.gateway.work.doubles import CountingIds, RealClock, Recorder
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually, until

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


async def test_a_killed_worker_s_jobs_go_to_another(store: Store) -> None:
    """On PostgreSQL another worker takes them within seconds; on SQLite the next start of the process does."""
    database = await store.open()
    await database.write(Unit().enqueue(*(Job(name="verify", ids=(f"ld_{n}",)) for n in range(10))))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.gateway.work.child_worker", store.url, store.schema or "",
        stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    taken = (await process.stdout.readline()).decode().split()
    assert len(taken) == 10
    if store.dialect == "postgresql":  # a living worker keeps its jobs: on SQLite there is one process only
        verify = Recorder()
        engine = engine_for(database, clock=RealClock(), ids=CountingIds(), draw=random.random, worker=uuid4())
        engine.register("verify", verify)
        await engine.start()
        await asyncio.sleep(6)
        assert verify.calls == []
        await engine.stop(1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    killed = time.monotonic()
    verify = Recorder()
    engine = engine_for(database, clock=RealClock(), ids=CountingIds(), draw=random.random, worker=uuid4())
    engine.register("verify", verify)
    await engine.start()
    await until(lambda: len(verify.seen) == 10)
    assert time.monotonic() - killed < 20
    assert sorted(verify.seen) == sorted(taken)
    await engine.stop(1)
    await database.close()


@pytest.mark.chaos
async def test_a_job_that_kills_its_process_becomes_a_dead_letter(store: Store) -> None:
    """The fifth process that dies of it is the last one; what ran beside it is done, and a replay begins anew."""
    database = await store.open()
    others = {f"ld_{n}" for n in range(40)}
    jobs = [*(Job(name="verify", ids=(each,)) for each in sorted(others)), Job(name="verify", ids=("ld_killer",))]
    await database.write(Unit().enqueue(*jobs))
    done: set[str] = set()
    for _ in range(ATTEMPTS):
        assert await dead(database) == []
        done |= await died(store)
    process = await child(store)
    done |= await said(process, lambda so_far: done | so_far >= others)
    (letter,) = await eventually(lambda: dead(database))
    process.kill()
    await process.wait()
    assert (letter.ids, letter.attempts, letter.error) == (("ld_killer",), ATTEMPTS, DIED)
    await database.transact(lambda tx: replay(tx, letter.id, now=RealClock().now()))
    await died(store)
    await database.close()


async def died(store: Store) -> set[str]:
    """Run a worker until it dies, and wait until others may know of it; return what it has done."""
    process = await child(store)
    done = await said(process, lambda _: False)
    assert await process.wait() == -signal.SIGKILL
    await asyncio.sleep(SILENT.total_seconds() if store.dialect == "postgresql" else 0)
    return done


async def said(process: asyncio.subprocess.Process, enough: Callable[[set[str]], bool]) -> set[str]:
    """What a worker says that it has done, until that is enough or it has ended."""
    assert process.stdout is not None
    found: set[str] = set()
    async with asyncio.timeout(PATIENCE):
        while not enough(found) and (line := await process.stdout.readline()):
            word, *ids = line.decode().split()
            found |= set(ids) if word == "done" else set()
    return found


async def child(store: Store) -> asyncio.subprocess.Process:
    """Start a worker that its job kills."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.gateway.work.child_killer", store.url, store.schema or "",
        stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
