"""A killed worker's jobs are done all the same."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.storage.engine.unit import Job, Unit
from gateway.work.choose import engine_for
from tests.gateway.work.doubles import CountingIds, RealClock, Recorder
from tests.support.stores import Store
from tests.support.waiting import until

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
