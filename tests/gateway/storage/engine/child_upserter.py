"""A process that puts and deletes the same fifty keys as another one, in ever new orders, without a second try."""

import asyncio
import random
import sys

from gateway.storage.engine import postgres
from gateway.storage.engine.opening import open_database
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import idempotency
from gateway.storage.registers import sources
from tests.gateway.storage.rows import NOW, source


async def main(url: str, schema: str, seed: int) -> None:
    """Wait for a line on standard input, then write 40 rounds of 20 units with keys in random order."""
    postgres.TRIES = 1  # type: ignore[misc]  # a deadlock shall be seen, not mended
    database = await open_database(url, schema=schema)
    await database.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    chance = random.Random(seed)  # noqa: S311 - a test's order
    for _ in range(40):
        units = []
        for _ in range(20):
            keys = chance.sample(range(50), 5)
            unit = Unit().put(sources, *(source(f"k{key}", str(seed)) for key in keys))
            rows = [
                {"mac": b"%d" % key, "fingerprint": b"%d" % seed, "answer": None, "expires_at": NOW}
                for key in chance.sample(range(50), 5)
            ]
            units.append(database.write(unit.put(idempotency, *rows)))
        await asyncio.gather(*units)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
