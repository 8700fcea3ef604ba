"""Who is calling: the client's address behind proxies that are trusted, and the network it counts for."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network

UNKNOWN: Final = "unknown"
_V4_BITS: Final = 24
_V6_BITS: Final = 48
_V6_HOST_BITS: Final = 64


def client_address(connection: HTTPConnection, proxies: Sequence[Network]) -> str | None:
    """The client's address: the peer's, or behind trusted proxies the last address that none of them vouches for.

    `X-Forwarded-For` is read from the right, since every proxy appends whom it spoke to; what stands left of the first
    address that is no trusted proxy was written by the client.
    """
    client = connection.scope.get("client")
    named = client[0] if client else None
    peer = _address(named)
    if peer is None or not _trusted(peer, proxies):
        return _written(named)
    hops = [hop for line in connection.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(hops):
        found = _address(_without_port(hop.strip()))
        if found is None:
            break
        peer = found
        if not _trusted(peer, proxies):
            break
    return str(peer)


def network_of(address: str | None) -> str:
    """The /24 or /48 around an address: as much as a refusal is recorded with."""
    found = _address(address)
    if found is None:
        return UNKNOWN
    return str(ip_network((found, _V4_BITS if found.version == 4 else _V6_BITS), strict=False))  # noqa: PLR2004 - IPv4


def host_of(address: str | None) -> str:
    """What counts as one client: an IPv4 address, or the /64 that a host has in IPv6."""
    found = _address(address)
    if found is None:
        return UNKNOWN
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((found, _V6_HOST_BITS), strict=False))


def _without_port(hop: str) -> str:
    """Some load balancers write the port too: `198.51.100.1:4711`, `[2001:db8::1]:4711`."""
    if hop.startswith("["):
        return hop.partition("]")[0]
    host, colon, port = hop.partition(":")
    return host if colon and port.isdecimal() else hop


@lru_cache(maxsize=256)
def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    if text is None:
        return None
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=256)
def _written(text: str | None) -> str | None:
    found = _address(text)
    return None if found is None else str(found)


def _trusted(address: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(address in proxy for proxy in proxies)
