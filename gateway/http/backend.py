"""The network backend under httpcore: one resolution, every address checked, then a pinned connection."""

import select
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore

from gateway.http.addresses import check_address
from gateway.http.errors import EgressRefused, Unreachable
from gateway.http.resolve import Resolver

AddressMap = Mapping[tuple[str, int], tuple[str, int]]
"""`{(host, port): (loopback address, port)}`: where the sandbox stands in for the world."""

_TRIES = 4
_TRY_SECONDS = 3.0


def check_address_map(addresses: AddressMap) -> None:
    """Refuses a map that leads anywhere but to loopback, since mapped calls drop TLS.

    Raises:
        ValueError: an entry names another address.
    """
    for target, _port in addresses.values():
        if not ip_address(target).is_loopback:
            raise ValueError("an address map may lead to loopback only")


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses it has checked itself, so that no second lookup can change the target.

    TLS stays with httpcore, which uses the host of the URL for SNI and the certificate check.

    Args:
        resolver: asked once per connection.
        allow_private: accept private addresses; such connections live in a pool of their own.
        allow_public: accept public addresses.
        addresses: the sandbox's map; empty outside the sandbox.
    """

    def __init__(
        self, *, resolver: Resolver, allow_private: bool, addresses: AddressMap, allow_public: bool = True
    ) -> None:
        self._resolver = resolver
        self._check = partial(check_address, allow_private=allow_private, allow_public=allow_public)
        self._addresses = addresses
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Opens a connection to a checked address of `host`.

        Raises:
            EgressRefused: an address of the host may not be asked; no connection was tried.
            Unreachable: the name does not resolve.
            httpcore.ConnectError, httpcore.ConnectTimeout: no address answered.
        """
        mapped = self._addresses.get((host, port))
        if mapped is not None:
            stream = await self._tcp.connect_tcp(mapped[0], mapped[1], timeout, local_address, socket_options)
            return _Stream(stream, tls=False)
        targets = await self._checked(host)
        return await self._first_of(targets, port, timeout, socket_options)

    async def _checked(self, host: str) -> Sequence[str]:
        try:
            found = await self._resolver(host)
        except (OSError, UnicodeError):  # the latter for names that Python's own IDNA codec cannot ask for
            raise Unreachable("name_not_resolved") from None
        if not found:
            raise Unreachable("name_not_resolved")
        # One bad address spoils the answer: a mixed answer is how rebinding gets its second chance.
        return [self._check(address) for address in found][:_TRIES]

    async def _first_of(
        self, targets: Sequence[str], port: int, seconds: float | None, socket_options: Iterable[Any] | None
    ) -> httpcore.AsyncNetworkStream:
        ends = None if seconds is None else time.monotonic() + seconds
        failure: Exception = httpcore.ConnectError()
        for place, target in enumerate(targets, start=1):
            left = None if ends is None else max(0.0, ends - time.monotonic())
            if place < len(targets):
                left = _TRY_SECONDS if left is None else min(left, _TRY_SECONDS)
            try:
                stream = await self._tcp.connect_tcp(target, port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            await _check_peer(stream, target)
            return _Stream(stream, tls=True)
        raise failure


async def _check_peer(stream: httpcore.AsyncNetworkStream, target: str) -> None:
    """Closes a connection whose other end is not the address that was checked."""
    peer = stream.get_extra_info("server_addr")
    if peer is None or ip_address(peer[0]) != ip_address(target):
        await stream.aclose()
        raise EgressRefused("peer_is_another_address")


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that answers the pool's question for every request, whether it is still alive, cheaply.

    The pool asks each idle connection before each request; through anyio every such question costs more than the
    rest of a small request. `tls` False leaves TLS out: the sandbox has no certificate for a vendor's name.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, tls: bool) -> None:
        self._inner = inner
        self._tls = tls
        self._descriptor: int | None = None
        self._poll = select.poll()
        self._full = False  # whether the last read got all that it could take, so that more may wait behind it

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        data = await self._inner.read(max_bytes, timeout)
        self._full = len(data) == max_bytes
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        self._forget()
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        if not self._tls:
            return self
        return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout), tls=True)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        return self._readable() if info == "is_readable" else self._inner.get_extra_info(info)

    def _readable(self) -> bool:
        """Whether something waits to be read: on an idle connection that is its end, or a reply nobody asked for."""
        if self._full or self._decrypts():
            return True
        if self._descriptor is None:
            raw = self._inner.get_extra_info("socket")
            descriptor = -1 if raw is None else raw.fileno()
            if descriptor < 0:
                return True
            self._descriptor = descriptor
            self._poll.register(descriptor, select.POLLIN)
        return bool(self._poll.poll(0))

    def _decrypts(self) -> bool:
        """Whether TLS holds something that was received but not read; what it gives is lost."""
        tls: ssl.SSLObject | None = self._inner.get_extra_info("ssl_object")
        if tls is None:
            return False
        try:
            tls.read(1)
        except ssl.SSLError as error:
            return not isinstance(error, ssl.SSLWantReadError)
        return True

    def _forget(self) -> None:
        """Let go of the descriptor's number before somebody else gets it."""
        if self._descriptor is not None:
            self._poll.unregister(self._descriptor)
            self._descriptor = None
