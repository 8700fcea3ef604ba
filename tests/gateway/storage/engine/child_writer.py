"""A process that writes units for ever and prints the number of each one that was acknowledged."""

import asyncio
import itertools
import sys

from gateway.storage.engine.opening import open_database
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.tables import form_challenges
from gateway.storage.registers import sources
from tests.gateway.storage.rows import NOW, source


async def main(url: str, schema: str | None) -> None:
    """Write from 16 tasks at once until killed."""
    database = await open_database(url, schema=schema)
    numbers = itertools.count()

    async def write_on() -> None:
        for number in numbers:
            row = {"mac": str(number).encode(), "expires_at": NOW}
            unit = Unit().insert(sources, source(f"k{number}")).insert(form_challenges, row)
            await database.write(unit.enqueue(Job(name="verify", ids=(str(number),))))
            print(number, flush=True)

    await asyncio.gather(*(write_on() for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] or None))
