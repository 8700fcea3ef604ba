"""A loopback server that answers as it is told, rightly or wrongly: cut short, reset, late, far too much, packed."""

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from connectors.kit import Reply

_LONGEST_HEAD: Final = 64 * 1024
_MEGABYTE: Final = 1024 * 1024
_LINGER: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One answer, as it goes over the wire.

    Attributes:
        wire: status line, headers and what comes of the body; empty: nothing is said.
        reset: the connection is reset after it.
        hangs: the connection stays open after it.
        more: so many megabytes of blanks follow.
    """

    wire: bytes = b""
    reset: bool = False
    hangs: bool = False
    more: int = 0


SILENT: Final = Fault(hangs=True)
RESET: Final = Fault(reset=True)


def answer(reply: Reply) -> Fault:
    """A reply as a server sends it."""
    return Fault(wire=_head(reply.status, reply.headers, len(reply.body)) + reply.body)


def cut_short(reply: Reply) -> Fault:
    """A reply that announces all of its body, and ends in the middle."""
    return Fault(wire=_head(reply.status, reply.headers, len(reply.body) + 1) + reply.body[: len(reply.body) // 2])


def large(megabytes: int) -> Fault:
    """A JSON text of so many megabytes, whose length is not announced."""
    return Fault(wire=_head(200, {"content-type": "application/json"}, None) + b'"', more=megabytes)


def bomb(megabytes: int) -> Fault:
    """A small gzip body that becomes so many megabytes."""
    packed = gzip.compress(b" " * megabytes * _MEGABYTE)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return Fault(wire=_head(200, headers, len(packed)) + packed)


def _head(status: int, headers: Mapping[str, str], length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    if length is not None and status not in (204, 304):
        lines.append(f"content-length: {length}")
    return ("\r\n".join([*lines, "connection: close"]) + "\r\n\r\n").encode()


class FaultServer:
    """Answers one request after another from a script, the last answer for ever; an async context manager.

    It counts connections and requests, and keeps what it was asked with.
    """

    def __init__(self) -> None:
        self.script: Sequence[Fault] = (SILENT,)
        self.connections = 0
        self.asked: list[bytes] = []
        self.arrived = asyncio.Event()
        """Set when a request has come."""
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; RuntimeError before it does."""
        if self._server is None:
            raise RuntimeError("the server is not running")
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    def say(self, *script: Fault) -> None:
        """Begin a new script, and count anew."""
        self.script, self.connections, self.asked = script, 0, []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        self.asked.append(head + await reader.readexactly(length))
        self.arrived.set()
        fault = self.script[min(len(self.asked), len(self.script)) - 1]
        writer.write(fault.wire)
        for _ in range(fault.more):
            writer.write(b" " * _MEGABYTE)
            await writer.drain()
        await writer.drain()
        if fault.hangs:
            await reader.read()
        if fault.reset:
            raw: socket.socket | None = writer.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
