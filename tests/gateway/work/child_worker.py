"""A worker process that takes a job, says so, and hangs until it is killed."""

import asyncio
import random
import sys
from collections.abc import Sequence
from uuid import uuid4

from gateway.storage.engine.opening import open_database
from gateway.work.choose import engine_for
from tests.gateway.work.doubles import CountingIds, RealClock


async def hang(ids: Sequence[str]) -> None:
    """Print the ids and never end."""
    print(*ids, flush=True)
    await asyncio.Event().wait()


async def main(url: str, schema: str | None) -> None:
    """Work until killed."""
    database = await open_database(url, schema=schema)
    engine = engine_for(database, clock=RealClock(), ids=CountingIds(), draw=random.random, worker=uuid4())
    engine.register("verify", hang)
    await engine.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] or None))
