"""A web application on a socket: uvicorn without signal handlers, so that whoever starts it decides when it ends."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

import uvicorn

from gateway.errors import SetupError

_BACKLOG: Final = 2048
_POLL_SECONDS: Final = 0.01


class WebServer:
    """Serves one ASGI application, as an async context manager.

    On the way in it listens, on the way out it takes no more connections and lets running requests end.

    Args:
        app: the ASGI application.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        drain: how many seconds running requests have to end.
    """

    def __init__(self, app: Any, *, host: str = "127.0.0.1", port: int = 0, drain: int = 10) -> None:  # noqa: ANN401 - any ASGI application
        self._host = host
        self._port = port
        config = uvicorn.Config(
            app,
            http="httptools",  # h11, in Python, takes a third of the time of a small request
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # uvicorn would believe any peer on this host; TRUSTED_PROXIES decides
            timeout_graceful_shutdown=drain,
        )
        self._server = _Quiet(config)
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is reached, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            SetupError: the address or port cannot be used.
        """
        self._socket = self._listen()
        self._port = self._socket.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                self._socket.close()
                await self._serving
                raise SetupError("The web server ended while it started; the log says why")
            await asyncio.sleep(_POLL_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let running requests end, then close."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        if self._socket is not None:
            self._socket.close()

    def hurry(self) -> None:
        """Wait for nobody any more."""
        self._server.force_exit = True

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise SetupError(
                f"Nothing can listen on {self.url.removeprefix('http://')}: {_reason(error)}; "
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
