"""A worker process that says what it has done, and dies in the middle of a job when it meets the id `ld_killer`."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from gateway.storage.engine.opening import open_database
from gateway.storage.engine.postgres import PostgresDatabase
from gateway.work.choose import engine_for
from gateway.work.engine import WorkEngine
from gateway.work.pgqueuer import PgQueuerQueue
from tests.gateway.work.doubles import RandomIds, RealClock

SILENT = timedelta(seconds=2)


async def work(ids: Sequence[str]) -> None:
    """Do it, or die as a process dies that the system kills for its memory."""
    await asyncio.sleep(0.05)  # so that others run beside it
    if "ld_killer" in ids:
        os.kill(os.getpid(), signal.SIGKILL)
    print("done", *ids, flush=True)


async def main(url: str, schema: str | None) -> None:
    """Work until killed."""
    database = await open_database(url, schema=schema)
    if isinstance(database, PostgresDatabase):
        queue = PgQueuerQueue(database, worker=uuid4(), heartbeat_timeout=SILENT)
        engine = WorkEngine(queue, clock=RealClock(), ids=RandomIds(), draw=lambda: 0.0)
    else:
        engine = engine_for(database, clock=RealClock(), ids=RandomIds(), draw=lambda: 0.0, worker=uuid4())
    engine.register("verify", work, concurrency=2, batch=8)
    await engine.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] or None))
