"""Around every request: its id, its size, the headers of its answer, one line in the log, and no traceback."""

import asyncio
import time
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.meters import Meters
from gateway.api.problems import problem
from gateway.errors import LeadgateError, TooLarge
from gateway.late import LATE

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
DEFAULTS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Headers that an answer may set itself."""
_DEFAULTS: Final = frozenset(name for name, _ in DEFAULTS)
_NAME: Final = itemgetter(0)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_GONE: Final = 499
_ID_BYTES: Final = 8
_BATCH: Final = ":batch"
BATCH_FACTOR: Final = 16
"""A batch may be this many times as large as another body (`Limits.body_bytes`)."""

log = structlog.get_logger(__name__)


class Envelope:
    """ASGI middleware.

    Args:
        app: what is inside.
        meters: counts requests.
        body_bytes: the most bytes of a body; a batch may have 16 times as many.
        secure: the gateway is reached over https.
        token: draws random bytes, for the requests' ids.
    """

    def __init__(
        self, app: ASGIApp, *, meters: Meters, body_bytes: int, secure: bool, token: Callable[[int], bytes]
    ) -> None:
        self.app = app
        self.meters = meters
        self.body_bytes = body_bytes
        self.headers = (*HEADERS, _HSTS) if secure else HEADERS
        self.added = (*DEFAULTS, *self.headers)
        self.token = token
        self.log = log.bind()  # once: for a line that is not wanted, making a logger is most of the work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(self, scope, receive, send)
        try:
            await exchange.run()
        finally:
            exchange.close()

    def lacking(self, own: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers to add to an answer that sets some of the defaults itself."""
        present = {name.lower() for name, _ in own}
        return [*(pair for pair in DEFAULTS if pair[0] not in present), *self.headers]


class _Exchange:
    """One request and its answer."""

    __slots__ = ("_receive", "_send", "announced", "began", "envelope", "id", "limit", "scope", "size", "status")

    def __init__(self, envelope: Envelope, scope: Scope, receive: Receive, send: Send) -> None:
        self.envelope, self.scope = envelope, scope
        self._receive, self._send = receive, send
        self.id = envelope.token(_ID_BYTES).hex()
        self.began = time.perf_counter()
        self.status: int | None = None
        self.limit = envelope.body_bytes * (BATCH_FACTOR if scope["path"].endswith(_BATCH) else 1)
        self.size = 0
        self.announced = _announced(scope)

    async def run(self) -> None:
        """Hand the request on; whatever is raised becomes an answer, and only its class is logged."""
        try:
            await self.envelope.app(self.scope, self.receive, self.send)
        except ClientDisconnect:
            self.status = _GONE
        except asyncio.CancelledError:
            late = self.scope.get(LATE)
            if late is None:
                raise  # it was not the server that ends
            await self._answer(late)
        except LeadgateError as error:
            await self._answer(error)
        except Exception as error:  # noqa: BLE001 - the last place before the server, which would log the traceback
            # The exception's text and traceback may hold what was sent.
            log.error("request.failed", error=type(error).__name__, place=_place(error), request_id=self.id)  # noqa: TRY400 - as above
            await self._answer(LeadgateError())

    async def receive(self) -> Message:
        """Give a piece of the body, and stop at the limit."""
        self._hold(self.announced)  # here, so that the route says it in its own way, and not a byte is read
        message = await self._receive()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            self._hold(self.size)
            if message.get("more_body") and LATE in self.scope:
                raise self.scope[LATE]
        return message

    async def send(self, message: Message) -> None:
        """Send a piece of the answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = tuple(message.get("headers", ()))
            names = map(bytes.lower, map(_NAME, own))
            added = self.envelope.added if _DEFAULTS.isdisjoint(names) else self.envelope.lacking(own)
            message = {**message, "headers": [*own, *added, (b"x-request-id", self.id.encode())]}
        await self._send(message)

    def close(self) -> None:
        """Count and log: event, method, route template, status, time and id; no path, query or address."""
        seconds = time.perf_counter() - self.began
        route = getattr(self.scope.get("route"), "path_format", None) or "unmatched"
        method, status = self.scope["method"], self.status or 500
        self.envelope.meters.request(method, route, status, seconds)
        self.envelope.log.info(
            "http.request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            request_id=self.id,
        )

    def _hold(self, size: int) -> None:
        if size > self.limit:
            raise TooLarge(f"At most {self.limit} bytes are taken here.")

    async def _answer(self, error: LeadgateError) -> None:
        if self.status is None:
            await problem(error)(self.scope, self._receive, self.send)


def _announced(scope: Scope) -> int:
    return next((int(value) for name, value in scope["headers"] if name == b"content-length" and value.isdigit()), 0)


def _place(error: BaseException) -> str:
    """Where it was raised: file and line, never the text, which may hold values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
