"""Open connections, kept by origin: a request takes the one that was used last, or opens another.

httpcore's own pool looks at every connection, several times, whenever a request begins or ends, and closes idle ones
as soon as more are open than it would keep idle; with tens of requests at once that costs more than the requests.
Here a connection is either in the hands of one request or waits in the list of its origin.
"""

import asyncio
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore

from gateway.http.backend import PinnedBackend

KEEP_SECONDS = 15.0
"""How long an idle connection is kept."""

_Place = tuple[bytes, bytes, int]  # scheme, host, port


class Pool:
    """Connections that the checking backend has opened; every one serves one request at a time.

    Invariant: never more than `most` are open. A request that finds all of them busy waits for one.

    Args:
        backend: opens the connections.
        context: the TLS settings.
        most: the most open connections.
    """

    def __init__(self, *, backend: PinnedBackend, context: ssl.SSLContext, most: int) -> None:
        self._backend = backend
        self._context = context
        self._most = most
        self._room = asyncio.Semaphore(most)
        self._open = 0
        self._idle: OrderedDict[httpcore.AsyncHTTPConnection, tuple[_Place, float]] = OrderedDict()
        """Idle connections with the time since when, the longest idle one first."""
        self._places: dict[_Place, list[httpcore.AsyncHTTPConnection]] = {}

    @asynccontextmanager
    async def exchange(self, request: httpcore.Request) -> AsyncIterator[httpcore.Response]:
        """Send a request and give its response, whose stream is read inside the block.

        Afterwards the connection is kept if the whole response was read and nothing else came. httpcore's and the
        backend's errors pass unchanged.
        """
        origin = request.url.origin
        place = (origin.scheme, origin.host, origin.port)
        async with self._room:
            connection = await self._take(origin, place)
            try:
                response = await connection.handle_async_request(request)
                try:
                    yield response
                finally:
                    await response.aclose()
            finally:
                await self._put_back(connection, place)

    async def aclose(self) -> None:
        """Close every idle connection; one in use is closed by the request that uses it."""
        self._most = 0
        while self._idle:
            await self._close(self._longest_idle())

    async def _take(self, origin: httpcore.Origin, place: _Place) -> httpcore.AsyncHTTPConnection:
        waiting = self._places.get(place, [])
        while waiting:
            connection = waiting.pop()
            del self._idle[connection]
            if not waiting:
                del self._places[place]
            if connection.is_available() and not connection.has_expired():
                return connection
            await self._close(connection)
        self._open += 1
        try:
            if self._open > self._most and self._idle:
                await self._close(self._longest_idle())
        except BaseException:
            self._open -= 1
            raise
        return httpcore.AsyncHTTPConnection(
            origin=origin,
            ssl_context=self._context,
            keepalive_expiry=KEEP_SECONDS,
            network_backend=self._backend,
        )

    async def _put_back(self, connection: httpcore.AsyncHTTPConnection, place: _Place) -> None:
        now = time.monotonic()
        if connection.is_idle() and not _unread(connection) and self._most:
            self._idle[connection] = place, now
            self._places.setdefault(place, []).append(connection)
        else:
            await self._close(connection)
        while self._idle and next(iter(self._idle.values()))[1] + KEEP_SECONDS < now:
            await self._close(self._longest_idle())

    def _longest_idle(self) -> httpcore.AsyncHTTPConnection:
        connection, (place, _) = self._idle.popitem(last=False)
        self._places[place].remove(connection)
        if not self._places[place]:
            del self._places[place]
        return connection

    async def _close(self, connection: httpcore.AsyncHTTPConnection) -> None:
        self._open -= 1
        await connection.aclose()


def _unread(connection: httpcore.AsyncHTTPConnection) -> bool:
    """Whether more came than the one reply: httpcore would take it for the reply to the next request."""
    inner = connection._connection  # noqa: SLF001 - httpcore tells it nowhere else
    if not isinstance(inner, httpcore.AsyncHTTP11Connection):
        return True
    waiting, _ended = inner._h11_state.trailing_data  # noqa: SLF001 - as above
    return bool(waiting)
