"""The servers that are measured, each a process of its own: the gateway's intake and the baselines beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from fastapi import FastAPI

from gateway import logs, longrun
from gateway.api.app import create_app
from gateway.desk.office import LOCAL
from gateway.serving import WebServer
from gateway.settings import load
from gateway.storage.engine import writer
from gateway.wiring import connect
from tests.bench.baselines import echo_app
from tests.bench.process import beside, until_stopped

ECHO = "echo"
GROUPED = "grouped"
EACH = "each"
"""The gateway with its writer committing every request by itself: same rows, same durability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server: where it is, and the API key to use (empty for the echo)."""

    address: tuple[str, int]
    key: str = field(repr=False)


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Server]:
    """Run a server in a process of its own until the block ends."""
    with beside(f"the {kind} server", _serve, kind, folder) as (port, key):
        yield Server(address=("127.0.0.1", port), key=key)


def _serve(kind: str, folder: Path, pipe: Connection) -> None:
    if kind == EACH:  # the one thing in which it differs
        writer.GroupWriter.__init__.__kwdefaults__["batch"] = 1  # type: ignore[index]  # it has defaults
    longrun.run(_run(kind, folder, pipe))


async def _run(kind: str, folder: Path, pipe: Connection) -> None:
    if kind == ECHO:
        await _until_stopped(echo_app(), "", pipe)
        return
    logs.configure("error")
    gateway = await connect(load(data_dir=folder / kind, country="DE", dns_servers=("127.0.0.1:9",), log_level="error"))
    await gateway.desks.sources.add(LOCAL, {"key": "bench", "kind": "api", "provenance": "web_form"})
    key = await gateway.desks.keys.create(LOCAL, source="bench", role="source", scopes=["leads:write"])
    try:
        await _until_stopped(create_app(gateway), key.text, pipe)
    finally:
        await gateway.close()


async def _until_stopped(app: FastAPI, key: str, pipe: Connection) -> None:
    """Serve as `leadgate serve` does: the baseline stands on the same server, in the same configuration."""
    async with WebServer(app) as server, longrun.on_one_cpu():
        longrun.settle()
        pipe.send((int(server.url.rpartition(":")[2]), key))
        await until_stopped(pipe)
