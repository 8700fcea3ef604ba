"""A web application on a socket: uvicorn without signal handlers, and without clients that keep others out.

Whoever starts it decides when it ends. uvicorn waits for a request without end, and for any number of them. Here each
connection is looked at once a second, in passing: a request that comes as it should costs nothing more.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import inf
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.errors import LeadgateError, SetupError, TooSlow, Unavailable
from gateway.late import LATE

_BACKLOG: Final = 2048
_POLL_SECONDS: Final = 0.01
_LOOK_SECONDS: Final = 1.0
_BRIEF_SECONDS: Final = 1.0  # for what is not there yet when the server ends
_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What clients may ask of a server.

    Attributes:
        connections: how many there are at most.
        head_seconds: how long a request's first line and headers may take.
        body_seconds: how long its body may take after them.
    """

    connections: int = 1000
    head_seconds: float = 10.0
    body_seconds: float = 30.0


_PATIENCE: Final = Patience()


class WebServer:
    """Serves one ASGI application, as an async context manager.

    On the way in it listens, on the way out it takes no more connections and lets running requests end.

    Args:
        app: the ASGI application.
        bound: where to listen, from `bind`; a free port of this machine where none is given.
        drain: how many seconds running requests have to end.
        patience: how many clients are served at once, and how slow they may be.
        leaving: called when it begins to end, so that requests which only wait are answered.
    """

    def __init__(
        self,
        app: Any,  # noqa: ANN401 - any ASGI application
        *,
        bound: socket.socket | None = None,
        drain: int = 10,
        patience: Patience = _PATIENCE,
        leaving: Callable[[], None] = lambda: None,
    ) -> None:
        self._socket = bind() if bound is None else bound
        self._door = _Door(patience)
        self._leaving = leaving
        config = uvicorn.Config(
            app,
            http=partial(_Connection, self._door),  # type: ignore[arg-type]  # uvicorn calls it, whatever it is
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # uvicorn would believe any peer on this host; TRUSTED_PROXIES decides
            timeout_graceful_shutdown=drain,
        )
        self._server = _Quiet(config)
        self._serving: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is reached, without a slash at the end."""
        return url_of(self._socket)

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            SetupError: the address or port cannot be used.
        """
        with _told(self.url):
            self._socket.listen(_BACKLOG)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                self._socket.close()
                await self._serving
                raise SetupError("The web server ended while it started; the log says why")
            await asyncio.sleep(_POLL_SECONDS)
        self._watching = asyncio.create_task(self._door.watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let running requests end, then close."""
        self._door.ending = True
        self._leaving()
        self._server.should_exit = True
        try:
            if self._serving is not None:
                await self._serving
        finally:
            if self._watching is not None:
                self._watching.cancel()
        self._socket.close()

    def hurry(self) -> None:
        """Wait for nobody any more."""
        self._server.force_exit = True


def bind(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Take an address and a port (0 takes a free one) for a server that begins to listen later.

    Raises:
        SetupError: they cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    try:
        with _told(_url(host, port)):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family is socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind((host, port))
    except SetupError:
        bound.close()
        raise
    return bound


def url_of(bound: socket.socket) -> str:
    """Where a socket is reached, without a slash at the end."""
    return _url(*bound.getsockname()[:2])


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _told(url: str) -> Iterator[None]:
    """Say of an address that cannot be used why, and what to do."""
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"Nothing can listen on {url.removeprefix('http://')}: {_reason(error)}; "
            "stop what does, or give another --port or --host"
        ) from None


def _reason(error: OSError) -> str:
    """Say why, without the address that asyncio and the socket module repeat behind it."""
    return (error.strerror or str(error)).partition(" (while")[0]


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers: it would end the process before the work in it is drained."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


class _Door:
    """Watches the connections of a server; `ending` once it ends, so that whoever is slow is waited for no longer."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.ending = False
        self.connections: set[_Connection] = set()

    async def watch(self) -> NoReturn:
        """Look at every connection, again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = loop.time()
            for connection in tuple(self.connections):
                connection.look(now)

    def has_room(self) -> bool:
        """Whether one more may come: where all places are taken, whoever was waited for longest loses his."""
        if len(self.connections) < self.patience.connections:
            return True
        waiting = [each for each in self.connections if each.waits_for() in {"head", "body"}]
        if not waiting:
            return False
        min(waiting, key=lambda each: each.since).end()
        return True


class _Connection(HttpToolsProtocol):
    """A connection that is watched. httptools parses it: h11, in Python, takes a third of a small request's time."""

    def __init__(self, door: _Door, **given: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(**given)
        self.door = door
        self.since = self.loop.time()
        self.seen: tuple[RequestResponseCycle | None, str, int] = (None, "head", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Take the connection in, if there is room for it."""
        super().connection_made(transport)
        if self.door.has_room():
            self.door.connections.add(self)
        else:
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.door.connections.discard(self)
        super().connection_lost(exc)

    def waits_for(self) -> str:
        """What the server waits for: `head`, `body`, or a `reader`; nothing while it is busy with a request."""
        if self.transport.get_write_buffer_size():
            return "reader"
        if self.cycle is None or self.cycle.response_complete:
            return "head"
        return "body" if self.cycle.more_body and not self.pipeline else ""

    def look(self, now: float) -> None:
        """Look how long the client was waited for, and end that where it has been long enough."""
        cycle, what = self.cycle, self.waits_for()
        state = cycle, what, self.transport.get_write_buffer_size()  # a reader that reads, however slowly, may go on
        if state != self.seen:
            self.seen, self.since = state, now
        if now - self.since <= self._may_take(what):
            return
        if what in {"head", "reader"}:
            self.end()
        else:
            stopped = Unavailable(
                "The gateway is being stopped: send the request again, with the same Idempotency-Key."
            )
            self._give_up(cycle, stopped if self.door.ending else TooSlow())

    def _may_take(self, what: str) -> float:
        """How many seconds may be waited for something."""
        patience = self.door.patience
        if what in {"head", "reader"}:
            return patience.head_seconds if what == "head" else patience.body_seconds
        if self.door.ending:
            return _BRIEF_SECONDS
        return patience.body_seconds if what == "body" else inf

    def end(self) -> None:
        """Close the connection without a word, whatever of it has not left yet."""
        self.door.connections.discard(self)
        self.transport.abort()

    def _give_up(self, cycle: RequestResponseCycle, error: LeadgateError) -> None:
        """Have the application answer with an error, as `gateway.late` says: at once where it waits for the body."""
        if LATE in cycle.scope:
            return
        cycle.scope[LATE] = error  # type: ignore[typeddict-unknown-key]  # ours
        if cycle.more_body:
            cycle.keep_alive = False
            cycle.message_event.set()
