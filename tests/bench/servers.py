"""The servers that are measured, each a process of its own: the gateway's intake and the baselines beside it."""

import asyncio
import json
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI

from gateway import logs
from gateway.api.app import create_app
from gateway.desk.office import LOCAL
from gateway.settings import load
from gateway.storage import database
from gateway.wiring import connect
from tests.bench.baselines import echo_app

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
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(kind, folder, theirs), daemon=True)
    process.start()
    try:
        if not ours.poll(60):
            raise TimeoutError(f"the {kind} server did not start")
        found = ours.recv()
        yield Server(address=("127.0.0.1", found["port"]), key=found["key"])
        ours.send("stop")
        process.join(30)
    finally:
        if process.is_alive():
            process.kill()
        process.join()


def _serve(kind: str, folder: Path, pipe: Connection) -> None:
    if kind == EACH:  # the one thing in which it differs
        database.GroupWriter.__init__.__kwdefaults__["batch"] = 1  # type: ignore[index]  # it has defaults
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(kind, folder, pipe))


async def _run(kind: str, folder: Path, pipe: Connection) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    if kind == ECHO:
        await _until_stopped(echo_app(), listener, pipe, {"port": port, "key": ""})
        return
    logs.configure("error")
    gateway = await connect(load(data_dir=folder / kind, country="DE", dns_servers=("127.0.0.1:9",), log_level="error"))
    await gateway.setup.add_source(LOCAL, {"key": "bench", "kind": "api"})
    key = await gateway.setup.create_key(LOCAL, source="bench", role="source", scopes=["leads:write"])
    try:
        await _until_stopped(create_app(gateway), listener, pipe, {"port": port, "key": key.text})
    finally:
        await gateway.close()


async def _until_stopped(app: FastAPI, listener: socket.socket, pipe: Connection, told: dict[str, object]) -> None:
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving_task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.01)
    pipe.send(json.loads(json.dumps(told)))
    while not pipe.poll():  # noqa: ASYNC110 - the other end is a process, not a task
        await asyncio.sleep(0.05)
    server.should_exit = True
    await serving_task
