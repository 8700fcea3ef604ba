"""IP addresses: which text is one, and which of them mail from the public Internet can reach."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""IPv4 over NAT64, the address in the last four bytes (RFC 6052)."""


def is_address(text: str) -> bool:
    """Whether a text is an IP address, of version 4 or 6."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_public(address: Address) -> bool:
    """Whether mail from the public Internet can reach the address (IANA special-purpose registries).

    An IPv6 address that carries an IPv4 address is as public as that one: 6to4 (RFC 3056), Teredo (RFC 4380), NAT64
    and IPv4-mapped ones (RFC 4291). Python's `is_global` does not look inside.
    """
    if not address.is_global or address.is_multicast:
        return False
    return all(is_public(each) for each in _inside(address))


def _inside(address: Address) -> tuple[IPv4Address, ...]:
    if isinstance(address, IPv4Address):
        return ()
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    # Of Teredo the server and the client.
    return tuple(each for each in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if each is not None)
