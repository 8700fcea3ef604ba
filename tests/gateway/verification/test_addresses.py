"""Which addresses the public Internet reaches: an IPv4 address inside an IPv6 one counts too."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from gateway.verification.addresses import is_public

PRIVATE = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "224.0.0.1")


def carriers(inner: str) -> list[IPv6Address]:
    """The IPv6 forms that carry an IPv4 address: 6to4, NAT64, mapped, and Teredo as its client and as its server."""
    bits = int(IPv4Address(inner))
    public = int(IPv4Address("192.31.196.1"))
    return [
        IPv6Address(0x2002 << 112 | bits << 80 | 1),
        IPv6Address(int(IPv6Address("64:ff9b::")) | bits),
        IPv6Address(int(IPv6Address("::ffff:0:0")) | bits),
        IPv6Address(0x20010000 << 96 | public << 64 | bits ^ 0xFFFFFFFF),
        IPv6Address(0x20010000 << 96 | bits << 64 | public ^ 0xFFFFFFFF),
    ]


@pytest.mark.parametrize("inner", PRIVATE)
def test_a_private_address_stays_one_in_any_wrapping(inner: str) -> None:
    """Mail for it goes nowhere, however it is written."""
    assert not is_public(ip_address(inner))
    assert [str(each) for each in carriers(inner) if is_public(each)] == []


@pytest.mark.parametrize("text", ["192.31.196.1", "8.8.8.8", "2620:4f:8000::1", "2a00:1450::1", "64:ff9b::808:808"])
def test_a_public_address_is_one(text: str) -> None:
    """Those that the Internet reaches, over NAT64 too."""
    assert is_public(ip_address(text))
