"""A webhook inbox on loopback: keeps what arrives, checks each signature, answers as it is told to.

It is a receiver as an integrator would write one, on asyncio alone. It prints nothing; `on_receive` is told of each
message. It reads one request after another from a connection, bodies with a Content-Length only, up to 1 MiB.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, Self

from gateway.release.kit import signing

LARGEST_BODY: Final = 1024 * 1024
_LARGEST_HEAD: Final = 64 * 1024
_IDLE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: after `delay` seconds, a status with headers and a body."""

    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


OK: Final = Answer()
ERROR: Final = Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR)
GONE: Final = Answer(status=HTTPStatus.GONE)


def slow(seconds: float) -> Answer:
    """Answer 200 after a while."""
    return Answer(delay=seconds)


def redirect(location: str) -> Answer:
    """Answer 302; a sender that follows it is wrong."""
    return Answer(status=HTTPStatus.FOUND, headers={"location": location})


def busy(retry_after: str) -> Answer:
    """Answer 429 with Retry-After: seconds or an HTTP date."""
    return Answer(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": retry_after})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came.

    Attributes:
        at: when it was read, aware UTC.
        method: the HTTP method.
        path: path and query.
        headers: names in lower case, repeats joined by a comma.
        body: the bytes.
        verified: the signature holds; False too when the inbox has no secret.
        problem: what is wrong with the signature, in words; None when it holds or nobody looked.
    """

    at: datetime
    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    verified: bool
    problem: str | None = None

    @property
    def id(self) -> str:
        """The message's id, empty when it has none: receivers drop an id that they have seen."""
        return self.headers.get(signing.ID, "")


class _Unreadable(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Inbox:
    """A receiver to try things with, as an async context manager.

    Args:
        secret: the `whsec_` secret to check signatures with; None checks nothing.
        port: the port; 0 takes a free one.
        on_receive: is told of each request before it is answered.
        keep: how many requests `received` holds; older ones are dropped.
        clock: tells the time, for the five minutes that a signature holds.

    Raises:
        Invalid: the secret is none.
    """

    def __init__(
        self,
        secret: str | None = None,
        port: int = 0,
        *,
        on_receive: Callable[[Received], None] | None = None,
        keep: int = 10_000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if secret is not None:
            signing.read_secret(secret)
        self._secret = secret
        self._port = port
        self._on_receive = on_receive
        self._clock = clock
        self._answers: deque[Answer] = deque()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self.received: deque[Received] = deque(maxlen=keep)
        self.default = OK
        """The answer when the script has ended."""
        self.gate = asyncio.Event()
        """Nobody is answered while it is cleared: what was sent then is under way for as long as a test needs."""
        self.gate.set()

    @property
    def url(self) -> str:
        """Where to send messages."""
        return f"http://127.0.0.1:{self._port}/hooks/leads"

    def script(self, answers: Iterable[Answer]) -> None:
        """Say how the next requests are answered, in order; after them `default` holds."""
        self._answers.extend(answers)

    async def wait(self, count: int, seconds: float = 10.0) -> None:
        """Wait until `count` requests have come in all.

        Raises:
            TimeoutError: they have not come within `seconds`.
        """
        async with asyncio.timeout(seconds):
            while len(self.received) < count:  # noqa: ASYNC110 - a poll needs no lock and serves a test well
                await asyncio.sleep(0.005)

    async def __aenter__(self) -> Self:
        """Start to listen.

        Raises:
            OSError: the port is taken.
        """
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port, limit=_LARGEST_HEAD)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and end the open connections."""
        if self._server is not None:
            self._server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
        try:
            # A caller that goes away, or says nothing for long, ends its own connection and nothing else.
            with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                got = await _read(reader)
        except _Unreadable as error:
            writer.write(_response(Answer(status=error.status), close=True))
            await writer.drain()
            return False
        method, path, headers, body = got
        self._keep(method, path, headers, body)
        answer = self._answers.popleft() if self._answers else self.default
        await asyncio.sleep(answer.delay)
        await self.gate.wait()
        close = headers.get("connection", "").lower() == "close"
        writer.write(_response(answer, close=close))
        await writer.drain()
        return not close

    def _keep(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        now, problem = self._clock(), None
        if self._secret is not None:
            try:
                signing.check(self._secret, headers, body, now)
            except signing.BadSignature as error:
                problem = error.detail
        verified = self._secret is not None and problem is None
        message = Received(
            at=now, method=method, path=path, headers=headers, body=body, verified=verified, problem=problem
        )
        self.received.append(message)
        if self._on_receive is not None:
            self._on_receive(message)


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    """Read one request (RFC 9112).

    Raises:
        _Unreadable: it is none, or more than this inbox takes.
        asyncio.IncompleteReadError: the caller went away.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise _Unreadable(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    match first.split(" "):
        case [method, path, "HTTP/1.1" | "HTTP/1.0"]:
            pass
        case _:
            raise _Unreadable(HTTPStatus.BAD_REQUEST)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise _Unreadable(HTTPStatus.BAD_REQUEST)
        key = name.lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    return method, path, headers, await reader.readexactly(_length(method, headers))


def _length(method: str, headers: Mapping[str, str]) -> int:
    text = headers.get("content-length")
    if "transfer-encoding" in headers or (text is None and method in {"POST", "PUT", "PATCH"}):
        raise _Unreadable(HTTPStatus.LENGTH_REQUIRED)
    text = text or "0"
    if not (text.isascii() and text.isdigit()):
        raise _Unreadable(HTTPStatus.BAD_REQUEST)
    if len(text) > len(str(LARGEST_BODY)) or int(text) > LARGEST_BODY:
        raise _Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(text)


def _response(answer: Answer, *, close: bool) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Answer"
    head = {
        **answer.headers,
        "content-length": str(len(answer.body)),
        "connection": "close" if close else "keep-alive",
    }
    lines = [f"HTTP/1.1 {int(answer.status)} {phrase}", *(f"{name}: {value}" for name, value in head.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + answer.body
