"""One good export that the tests of the verifier start from."""

import asyncio
import io
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.audit.faults import Bundle
from tests.audit.world import World


@cache
def good_bundle() -> Bundle:
    """A good export of seven entries of three subjects in two batches, taken apart; made once."""

    async def make(folder: Path) -> tuple[World, bytes]:
        world = World()
        entries = [world.entry(b'{"lead_id":"ld_%d","outcome":"outcome-%d"}' % (n % 3, n), of=n % 3) for n in range(7)]
        await world.append(*entries[:4])
        await world.append(*entries[4:])
        await world.export(folder / "good.zip")
        return world, (folder / "good.zip").read_bytes()

    with TemporaryDirectory() as folder:
        world, data = asyncio.run(make(Path(folder)))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return Bundle(data, members, world.signer)
