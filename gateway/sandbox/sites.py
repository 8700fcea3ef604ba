"""Company sites on loopback: good ones, broken ones and hostile ones, by host name.

They are reached through the address map inside the process and by nothing else: `addresses` maps the web ports of every
host to two listeners, one that stands for https and one for http. Neither speaks TLS; a mapped call leaves it out. What
each host serves is in `sites.yaml`, whose first lines say how it is written.
"""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from types import MappingProxyType, TracebackType
from typing import Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

_HTTPS: Final = 443
_HTTP: Final = 80
_CHUNK: Final = 64 * 1024
_DRIP_SECONDS: Final = 0.05
_REASONS: Final[Mapping[int, str]] = MappingProxyType({200: "OK", 404: "Not Found"})


class Served(BaseModel):
    """One page.

    Attributes:
        status: HTTP status.
        type: Content-Type; empty sends none.
        headers: beside it, each a name and a value; a name may stand several times.
        body: the text, sent in `charset`.
        fill: spaces are added to the body until it has so many bytes.
        bomb: in place of a body, so many zero bytes behind gzip.
        gzip: the body is sent behind gzip.
        wait: seconds before anything is sent.
        drip: the body goes out byte by byte.
        cut: the connection ends in the middle of the body.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    charset: str = "utf-8"
    fill: int = Field(0, ge=0)
    bomb: int = Field(0, ge=0)
    gzip: bool = False
    wait: float = Field(0.0, ge=0)
    drip: bool = False
    cut: bool = False

    def encoded(self) -> tuple[bytes, bool]:
        """The bytes to send, and whether they are behind gzip."""
        if self.bomb:
            return gzip.compress(b"\0" * self.bomb, mtime=0), True
        body = self.body.encode(self.charset).ljust(self.fill)
        return (gzip.compress(body, mtime=0), True) if self.gzip else (body, False)


class Host(BaseModel):
    """What one host serves: pages by path, over http, https or both; any other path is not found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    over: tuple[Literal["http", "https"], ...] = ("https", "http")
    pages: Mapping[str, Served] = Field(default_factory=dict)


class _SitesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    hosts: Mapping[str, Host]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that a site has seen: the headers' names are in lower case."""

    scheme: str
    host: str
    path: str
    headers: Mapping[str, str]


def load_sites() -> Mapping[str, Host]:
    """Reads the sites that come with the sandbox, by host name."""
    text = (files("gateway.sandbox") / "sites.yaml").read_text(encoding="utf-8")
    return _SitesFile.model_validate(yaml.safe_load(text)).hosts


class Sites:
    """The servers; an async context manager.

    Args:
        hosts: what is served; the sandbox's own sites by default.
    """

    def __init__(self, hosts: Mapping[str, Host] | None = None) -> None:
        self.hosts = load_sites() if hosts is None else hosts
        """What is served; other pages may take their place, at the same hosts."""
        self._servers: dict[str, asyncio.Server] = {}
        self._closed: socket.socket | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.visits: list[Visit] = []
        """Every request, in order."""
        self.arrived = asyncio.Event()
        """Set whenever a page is asked for, robots.txt left out."""
        self.connections = 0
        """Connections taken."""

    @property
    def addresses(self) -> Mapping[tuple[str, int], tuple[str, int]]:
        """The address map: every host's web ports; a port that it does not serve leads to one where nobody listens."""
        if self._closed is None:
            raise RuntimeError("the sandbox's sites are not running")
        nobody = self._closed.getsockname()[:2]
        places = {scheme: server.sockets[0].getsockname()[:2] for scheme, server in self._servers.items()}
        return {
            (name, port): places[scheme] if scheme in host.over else nobody
            for name, host in self.hosts.items()
            for scheme, port in (("https", _HTTPS), ("http", _HTTP))
        }

    async def __aenter__(self) -> Self:
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))  # taken and never listened on
        for scheme in ("https", "http"):
            self._servers[scheme] = await asyncio.start_server(partial(self._take, scheme), "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for server in self._servers.values():
            await server.wait_closed()
        if self._closed is not None:
            self._closed.close()

    def _take(self, scheme: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(scheme, reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, scheme: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection, one after the other."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError), contextlib.closing(writer):
            while True:
                page = self._found(_read(scheme, await reader.readuntil(b"\r\n\r\n")))
                await asyncio.sleep(page.wait)
                await _send(writer, page)
                if page.cut:
                    return

    def _found(self, visit: Visit) -> Served:
        self.visits.append(visit)
        if visit.path != "/robots.txt":
            self.arrived.set()
        host = self.hosts.get(visit.host)
        page = None if host is None else host.pages.get(visit.path)
        return Served(status=404, body="nothing here", type="text/plain") if page is None else page


def _read(scheme: str, head: bytes) -> Visit:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    host = headers.get("host", "").partition(":")[0]
    return Visit(scheme=scheme, host=host, path=first.split(" ")[1], headers=headers)


async def _send(writer: asyncio.StreamWriter, page: Served) -> None:
    body, zipped = page.encoded()
    lines = [f"HTTP/1.1 {page.status} {_REASONS.get(page.status, 'Status')}", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {page.type}"] * bool(page.type) + ["Content-Encoding: gzip"] * zipped
    lines += [f"{name}: {value}" for name, value in page.headers]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    if page.cut:
        body = body[: len(body) // 2]
    step = 1 if page.drip else _CHUNK
    for place in range(0, len(body), step):
        writer.write(body[place : place + step])
        await writer.drain()
        if page.drip:
            await asyncio.sleep(_DRIP_SECONDS)
