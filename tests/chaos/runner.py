"""Gateway processes that tests kill: one parent imports everything once and forks a child for every command.

Commands come as JSON lines on standard input: `{"role": …, "settings": {…}, "die": …, "seed": …}`. The parent answers
`pid N`; children write to the same pipe. Roles: `worker`, `sequencer`, and `whole`, which also streams leads in and
tells `took ID` for each one that was acknowledged. The pipe has nothing but such lines, each written at once: half a
line of a log, of a child killed in its middle, would spoil the line that comes next.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from audit.memory_file import FileMemory
from audit.ports import Batch
from gateway.desk.office import LOCAL
from gateway.desk.reception import Post
from gateway.intake import RequestContext
from gateway.lead import Lead
from gateway.settings import load
from gateway.storage.log.store import SqlAuditStore
from gateway.wiring import Gateway, connect

STREAMS = 4
BEAT = 0.02


class Doom:
    """Kills this very process, as SIGKILL would from outside, the n-th time a point is passed."""

    def __init__(self, point: str | None, turn: int) -> None:
        self.point = point
        self.left = turn

    def passes(self, point: str) -> None:
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DoomedMemory(FileMemory):
    """A memory whose host dies before or after the note is durable."""

    doom: Doom

    async def swap(self, expected: bytes | None, new: bytes) -> None:
        self.doom.passes("before_sign")
        await super().swap(expected, new)
        self.doom.passes("after_sign")


class DoomedStore(SqlAuditStore):
    """A store whose user dies before or after the tree, or the checkpoint, is committed."""

    doom: Doom

    async def commit(self, batch: Batch) -> None:
        self.doom.passes("before_commit")
        await super().commit(batch)
        self.doom.passes("after_commit")

    async def publish(self, note: bytes, *, size: int, token: int) -> None:
        self.doom.passes("before_publish")
        await super().publish(note, size=size, token=token)
        self.doom.passes("after_publish")


def condemn(gateway: Gateway, point: str | None, turn: int) -> None:
    """Put the fault into the sequencer's store and memory."""
    doom = Doom(point, turn)
    store, memory = DoomedStore(gateway.office.database), DoomedMemory(gateway.settings.memory / "checkpoint")
    store.doom = memory.doom = doom
    gateway.audit_store, gateway.memory = store, memory


async def child(command: Mapping[str, Any]) -> None:
    """Play one role until killed, or until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    gateway = await connect(load(**command["settings"]))
    condemn(gateway, command.get("die"), command.get("turn", 1))
    role = command["role"]
    if role in {"worker", "whole"}:
        await gateway.start_worker()
    if role in {"sequencer", "whole"}:
        await gateway.start_sequencer()
    _tell("up", role, os.getpid())
    streams = [asyncio.create_task(_stream(gateway, command, n)) for n in range(command.get("streams", 0))]
    await ended.wait()
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    await gateway.close(5.0)


async def _stream(gateway: Gateway, command: Mapping[str, Any], stream: int) -> None:
    source = await gateway.desks.sources.get("web")
    number = 0
    while True:
        number += 1
        name = f"r{command['round']}s{stream}n{number}"
        body = {"person": {"email": f"{name}@acme.example", "country": "GB"}, "external_id": name}
        context = RequestContext(received_at=datetime.now(UTC))
        post = Post(kind="api", body=json.dumps(body).encode(), content_type="application/json", context=context)
        (lead,) = (await gateway.desks.reception.accept(LOCAL, source, post)).leads
        assert isinstance(lead, Lead)
        _tell("took", lead.id)
        await asyncio.sleep(BEAT)


def _tell(*words: object) -> None:
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def main() -> None:
    """Fork a child per command; children are reaped by the system."""
    sys.stdout = sys.stderr  # for the log
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sys.stdin.close()
            asyncio.run(child(json.loads(line)))
            os._exit(0)
        _tell("pid", pid)


if __name__ == "__main__":
    main()
