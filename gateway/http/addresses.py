"""Which IP addresses, host names and ports an outgoing call may reach: pure rules, no lookups.

Python's `is_global` alone is not enough: on 3.11 it is True for multicast, site-local, 6to4, NAT64 and
IPv4-compatible forms of private addresses. So an address must be global *and* pass the table below, and so
must every IPv4 address it carries inside (RFC 3056, 4380, 4291, 5214).
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from gateway.http.errors import EgressRefused

Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443})
"""The ports a URL that came with a lead may name."""


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ip_network(text) for text in texts)


NEVER = _networks(
    "0.0.0.0/8",  # "this network", RFC 791; connects to the local machine on Linux
    "169.254.0.0/16",  # link-local, RFC 3927, and the metadata service of most clouds
    "168.63.129.16/32",  # Azure's platform address
    "100.100.100.200/32",  # Alibaba Cloud metadata, inside the shared address space
    "192.0.0.0/24",  # protocol assignments, RFC 6890; Oracle Cloud metadata is in it
    "192.88.99.0/24",  # 6to4 relays, RFC 7526
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and the limited broadcast
    "2001::/32",  # Teredo, RFC 4380
    "2002::/16",  # 6to4, RFC 3056
    "3fff::/20",  # documentation, RFC 9637
    "fd00:ec2::254/128",  # AWS metadata over IPv6
    "fd20:ce::254/128",  # Google Cloud metadata over IPv6
)
"""Never asked, not even for a destination that may be private."""

PRIVATE = _networks(
    "10.0.0.0/8",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",  # shared address space, RFC 6598: `is_private` is False for it
    "::1/128",
    "fc00::/7",
)
"""Asked only where the operator said so for that one destination (`--allow-private`)."""

_HOST = re.compile(r"(?=.{1,254}$)(?:(?!-)[a-z0-9_-]{1,63}\.)*(?!-)[a-z0-9_-]{1,63}\.?|[0-9a-f:.]{2,45}", re.ASCII)
_UNICAST6 = ip_network("2000::/3")
"""All that is given out of IPv6 (RFC 4291 2.4, IANA's registry of its space): NAT64, IPv4-translated and -compatible
forms, link-local, site-local and multicast addresses lie outside."""
_ISATAP = 0x0000_5EFE
"""The upper half of an interface identifier whose lower half is an IPv4 address; one bit varies (RFC 5214 6.1)."""
_LOCAL_SUFFIXES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "onion",
    "test",
    "invalid",
    "example",
)


def check_address(text: str, *, allow_private: bool = False, allow_public: bool = True) -> str:
    """Returns the canonical form of one address that may be connected to.

    Args:
        text: the address as a resolver gave it.
        allow_private: also accept loopback, RFC 1918, RFC 6598 and unique local addresses.
        allow_public: False where what is sent is not encrypted, and so must stay in the own network.

    Raises:
        EgressRefused: the address, or an IPv4 address inside it, is not one that may be asked.
    """
    try:
        address = ip_address(text)
    except ValueError:
        raise EgressRefused("address_unreadable") from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    for form in (address, *_embedded(address)):
        _check_one(form, allow_private=allow_private, allow_public=allow_public)
    return str(address)


def _check_one(address: Address, *, allow_private: bool, allow_public: bool) -> None:
    private = any(address.version == net.version and address in net for net in PRIVATE)
    given_out = isinstance(address, IPv4Address) or private or address in _UNICAST6
    if not given_out or any(address.version == net.version and address in net for net in NEVER):
        raise EgressRefused("address_forbidden")
    if private and allow_private:
        return
    if private or address.is_multicast or not address.is_global:
        raise EgressRefused("address_not_public")
    if not allow_public:
        raise EgressRefused("address_not_private")


def _embedded(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries: 6to4, Teredo (server and client), ISATAP."""
    if isinstance(address, IPv4Address):
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if (int(address) >> 32) & 0xFDFF_FFFF == _ISATAP:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


def check_host(host: str) -> None:
    """Refuses a host that is neither a name (RFC 1123, with underscores) nor a literal.

    Raises:
        EgressRefused: the host is not one.
    """
    if not _HOST.fullmatch(host):
        raise EgressRefused("host_unreadable")


def check_lead_host(host: str) -> None:
    """Refuses a host that came with a lead unless it is a public-looking name: no literal, no local suffix.

    Args:
        host: an ASCII host name in lower case, without port.

    Raises:
        EgressRefused: it is an IP literal in any spelling (dotted, decimal, hex, octal), a single label or a
            name under a suffix that is local or reserved (RFC 6761, 6762, 8375, 9476).
    """
    name = host.rstrip(".")
    labels = name.split(".")
    last = labels[-1]
    if ":" in name or last.isdecimal() or last.startswith("0x"):
        raise EgressRefused("host_is_an_address")
    if len(labels) == 1 or any(name.endswith("." + suffix) for suffix in _LOCAL_SUFFIXES):
        raise EgressRefused("host_is_local")


def check_port(port: int, allowed: frozenset[int] | None) -> None:
    """Refuses a port outside `allowed` (None allows any from 1 to 65535).

    Raises:
        EgressRefused: the port is not allowed.
    """
    if not 0 < port < 65536 or (allowed is not None and port not in allowed):  # noqa: PLR2004 - TCP's range
        raise EgressRefused("port_not_allowed")
