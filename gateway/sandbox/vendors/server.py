"""The one loopback server: every vendor under the names that connectors call it by, and all of them without a name."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Host, Router

from gateway.sandbox.vendors.vendor import Vendor

Kind = TypeVar("Kind")


class Server:
    """The server; an async context manager with the address it listens on.

    A call to a name that belongs to a vendor reaches that vendor alone. A call to any other name, such as the loopback
    address or a host of the operator's own, reaches the first vendor that has its path.

    Args:
        vendors: who answers.
        host: a loopback address.
        port: 0 takes a free one.
    """

    def __init__(self, vendors: Sequence[Vendor], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.vendors = tuple(vendors)
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None

    def __getitem__(self, kind: type[Kind]) -> Kind:
        """The vendor of a class; KeyError when it is not here."""
        for vendor in self.vendors:
            if isinstance(vendor, kind):
                return vendor
        raise KeyError(kind.__name__)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; RuntimeError before it does."""
        if self._socket is None:
            raise RuntimeError("the sandbox's vendors are not running")
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    @property
    def statuses(self) -> Counter[int]:
        """Replies of all vendors, by status."""
        return sum((vendor.statuses for vendor in self.vendors), Counter[int]())

    @property
    def calls(self) -> int:
        """Calls answered by all vendors."""
        return sum(self.statuses.values())

    async def __aenter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self._host, self._port))
        app = Starlette(routes=list(_routes(self.vendors)))
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _routes(vendors: Sequence[Vendor]) -> Iterator[BaseRoute]:
    for vendor in vendors:
        router = Router(vendor.routes)
        yield from (Host(name, router) for name in vendor.hosts)
    for vendor in vendors:
        yield from vendor.routes


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers: the process belongs to whoever runs the sandbox."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - uvicorn's own annotation is a generator
        yield
