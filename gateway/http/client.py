"""The gateway's HTTP client: one request, one reply; no redirect, cookie or proxy from the environment."""

import asyncio
import enum
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpcore
import httpx

from gateway.http.addresses import WEB_PORTS, check_host, check_lead_host, check_port
from gateway.http.backend import AddressMap, PinnedBackend, check_address_map
from gateway.http.body import ACCEPT_ENCODING, Body, Take, read_capped
from gateway.http.errors import Broken, DeadlineExceeded, EgressError, EgressRefused, Unreachable
from gateway.http.pool import Pool
from gateway.http.resolve import Resolver, system_resolver

DEFAULT_SECONDS = 15.0
DEFAULT_BYTES = 1024 * 1024
USER_AGENT = "Leadgate/0.1"


@cache
def default_context() -> ssl.SSLContext:
    """TLS with certifi's roots, read once per process: reading them takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


class Trust(enum.Enum):
    """Who named the URL, which decides where it may lead."""

    LEAD = "lead"
    """It came with a lead: a public name, ports 80 and 443, public addresses."""
    CONFIGURED = "configured"
    """The operator or a manifest named it: any port, public addresses."""
    PRIVATE = "private"
    """The operator allowed private addresses for this very destination: any port; `http` to private ones alone."""


def _always(_status: int, _headers: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One outgoing call; URL, headers and body stay out of its repr, since they can hold secrets and people.

    Attributes:
        method: the HTTP method in upper case.
        url: absolute, `http` or `https`, without user information.
        headers: sent as given, beside Host, Content-Length, User-Agent and Accept-Encoding.
        body: the bytes of the body; None sends none.
        trust: who named the URL.
        seconds: the whole call must end within this time, from resolving to the last byte.
        connect_seconds: how long connecting to one address may take, if that is to end before `seconds`.
        body_seconds: how long the reply's body may take after its headers, if that is to end before `seconds`.
        max_bytes: the most body bytes to accept, counted after decoding.
        cut: whether of a longer body the first `max_bytes` are wanted; else it is refused.
        reads: told status and headers, says whether the body is wanted at all; else nothing of it is read.
        take: is given the body piece by piece; that of the reply is empty then.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    trust: Trust = Trust.LEAD
    seconds: float = DEFAULT_SECONDS
    connect_seconds: float | None = None
    body_seconds: float | None = None
    max_bytes: int = DEFAULT_BYTES
    cut: bool = False
    reads: Callable[[int, Mapping[str, str]], bool] = field(default=_always, repr=False)
    take: Take | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: the HTTP status.
        headers: in lower case, repeats joined by a comma.
        body: decoded; empty where `reads` did not want it.
        cut: whether there was more of the body.
        fields: the headers as they came, for those whose repeats cannot be joined (Set-Cookie, RFC 9110 5.3).
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    cut: bool = False
    fields: Sequence[tuple[bytes, bytes]] = field(default=(), repr=False)

    def every(self) -> Mapping[str, tuple[str, ...]]:
        """Each header's values one by one, the names in lower case."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("utf-8", "replace"))
        return {name: tuple(values) for name, values in found.items()}


class HttpClient:
    """Sends requests to checked addresses; close it, or use it as an async context manager.

    It keeps no cookies, follows no redirect, reads no proxy variables and logs nothing.

    Args:
        resolver: names to addresses; the operating system's by default.
        addresses: the sandbox's address map (loopback targets only); no setting leads here.
        context: TLS settings; certifi's roots by default.
        max_connections: the most open connections, for public and private targets each, and for private ones in clear.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        addresses: AddressMap = MappingProxyType({}),
        context: ssl.SSLContext | None = None,
        max_connections: int = 100,
    ) -> None:
        check_address_map(addresses)
        self._addresses = dict(addresses)
        tls = context or default_context()

        def pool(*, allow_private: bool, allow_public: bool = True) -> Pool:
            backend = PinnedBackend(
                resolver=resolver,
                allow_private=allow_private,
                allow_public=allow_public,
                addresses=self._addresses,
            )
            return Pool(backend=backend, context=tls, most=max_connections)

        # A kept-alive connection to a private address must never serve a URL that a lead brought.
        self._public = pool(allow_private=False)
        self._private = pool(allow_private=True)
        self._inside = pool(allow_private=True, allow_public=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._public.aclose()
        await self._private.aclose()
        await self._inside.aclose()

    async def send(self, request: Request) -> Reply:
        """Sends one request and reads its reply; a redirect is a reply like any other.

        What is raised after the reply's headers have come holds its status and them.

        Raises:
            EgressRefused: the URL or an address behind it may not be asked; nothing was sent.
            Unreachable: no connection came about; nothing was sent.
            DeadlineExceeded: the time was up; `sent` says whether the request may have arrived.
            Broken: the connection or the reply broke.
            TooLarge: the body passed `max_bytes`.
        """
        outgoing = self._prepare(request)
        progress = _Progress()
        outgoing.extensions["trace"] = progress.trace
        try:
            return await self._translated(outgoing, request, progress)
        except EgressError as error:
            error.status, error.headers = progress.status, progress.headers
            raise

    async def _translated(self, outgoing: httpcore.Request, request: Request, progress: "_Progress") -> Reply:
        try:
            async with asyncio.timeout(request.seconds):
                return await self._exchange(outgoing, request, progress)
        except (TimeoutError, httpcore.TimeoutException):
            raise DeadlineExceeded("time_is_up", sent=progress.sent) from None
        except httpcore.ConnectError:
            raise Unreachable("connection_failed") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Broken(type(error).__name__, sent=progress.sent) from None

    def _prepare(self, request: Request) -> httpcore.Request:
        try:
            url = httpx.URL(request.url)
        except (httpx.InvalidURL, UnicodeError):
            raise EgressRefused("url_unreadable") from None
        self.check_url(url, request.trust)
        headers = {
            "user-agent": USER_AGENT,
            "accept": "*/*",
            **{k.lower(): v for k, v in request.headers.items()},
        }
        headers["accept-encoding"] = ACCEPT_ENCODING
        try:
            made = httpx.Request(request.method, url, headers=headers, content=request.body)
        except UnicodeError:
            raise EgressRefused("header_not_ascii") from None
        return httpcore.Request(
            method=made.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=made.headers.raw,
            content=request.body,
            extensions={"timeout": {"connect": request.connect_seconds}},
        )

    def check_url(self, url: httpx.URL, trust: Trust) -> None:
        """Refuses a URL that may not be asked, before anybody is asked for its name.

        Raises:
            EgressRefused: by its scheme, user information, host or port.
        """
        if url.scheme not in ("http", "https"):
            raise EgressRefused("scheme_not_allowed")
        if url.userinfo:
            raise EgressRefused("userinfo_in_url")
        host = url.raw_host.decode("ascii").lower()
        if not host:
            raise EgressRefused("host_missing")
        check_host(host)
        port = url.port if url.port is not None else 443 if url.scheme == "https" else 80
        check_port(port, WEB_PORTS if trust is Trust.LEAD else None)
        if trust is Trust.LEAD and (host, port) not in self._addresses:
            check_lead_host(host)

    async def _exchange(self, outgoing: httpcore.Request, request: Request, progress: "_Progress") -> Reply:
        pool = self._public
        if request.trust is Trust.PRIVATE:
            pool = self._inside if outgoing.url.scheme == b"http" else self._private
        async with pool.exchange(outgoing) as answer:
            headers = dict(httpx.Headers(answer.headers))
            progress.status, progress.headers = answer.status, headers
            body = Body()
            if request.reads(answer.status, headers):
                async with asyncio.timeout(request.body_seconds):
                    body = await read_capped(
                        answer.aiter_stream(),
                        coding=headers.get("content-encoding", ""),
                        length=headers.get("content-length"),
                        cap=request.max_bytes,
                        cut=request.cut,
                        take=request.take,
                    )
        return Reply(status=answer.status, headers=headers, body=body.data, cut=body.cut, fields=answer.headers)


class _Progress:
    """How far a call came: the moment the request begins to leave, by httpcore's trace events, and the reply's head."""

    def __init__(self) -> None:
        self.sent = False
        self.status = 0
        self.headers: Mapping[str, str] = {}

    async def trace(self, name: str, _info: Mapping[str, Any]) -> None:
        if name.endswith("send_request_headers.started"):
            self.sent = True
