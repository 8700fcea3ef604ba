"""Which addresses and hosts may be asked: the table, and every wrapping of an address."""

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http import EgressRefused, addresses
from gateway.http.addresses import check_address, check_lead_host

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, not one to bind
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "::ffff:0:a00:1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "9000::1",
    "d000::1",
    "2606:4700::5efe:a00:1",
    "2606:4700::200:5efe:7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::",
    "2002:808:808::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    """Every private, reserved, multicast, metadata and transition address of the table is refused."""
    with pytest.raises(EgressRefused):
        check_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_address_passes(address: str) -> None:
    """Ordinary public addresses pass in canonical form."""
    assert check_address(address) == address


@pytest.mark.parametrize("address", ["64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "2001::f5ff:fffe"])
def test_address_inside_an_address_is_checked_itself(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the carrying prefix is not in the table, the private address that it carries is found."""
    monkeypatch.setattr(addresses, "NEVER", ())
    with pytest.raises(EgressRefused):
        check_address(address)


def test_mapped_public_address_is_unwrapped() -> None:
    """An IPv4-mapped public address becomes the IPv4 address that is then connected to."""
    assert check_address("::ffff:8.8.8.8") == "8.8.8.8"


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.0.9", "100.64.0.1", "::1", "fd12::1"])
def test_private_address_passes_only_when_allowed(address: str) -> None:
    """A private address passes for a destination that may be private, and for no other."""
    assert check_address(address, allow_private=True) == address
    with pytest.raises(EgressRefused):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "224.0.0.1",
        "100.100.100.200",
        "fd00:ec2::254",
        "fd20:ce::254",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_metadata_is_refused_even_when_private_is_allowed(address: str) -> None:
    """Cloud metadata, multicast and 'this network' stay out of reach for every destination."""
    with pytest.raises(EgressRefused):
        check_address(address, allow_private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_call_in_clear_stays_in_the_own_network(address: str) -> None:
    """Where nothing is encrypted a public address is refused, and a private one is not."""
    with pytest.raises(EgressRefused) as refused:
        check_address(address, allow_private=True, allow_public=False)
    assert refused.value.reason == "address_not_private"
    assert check_address("10.1.2.3", allow_private=True, allow_public=False) == "10.1.2.3"


@given(st.ip_addresses(v=4))
def test_every_wrapping_of_an_address_that_is_not_public_is_refused(inner: ipaddress.IPv4Address) -> None:
    """6to4, NAT64, Teredo and IPv4-compatible forms are refused, mapped ones follow their inner address."""
    number = int(inner)
    for prefix, shift in ((0x2002 << 112, 80), (0x64FF9B << 96, 0), (0x20010000 << 96, 0), (0, 0)):
        with pytest.raises(EgressRefused):
            check_address(str(ipaddress.IPv6Address(prefix | (number << shift))))
    mapped = str(ipaddress.IPv6Address((0xFFFF << 32) | number))
    with contextlib.suppress(EgressRefused):
        assert check_address(mapped) == check_address(str(inner)) == str(inner)
        assert inner.is_global


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "printer",
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "a.local",
        "db.internal",
        "x.localhost",
        "foo.test",
        "router.lan",
        "a.home.arpa",
        "::1",
        "db.internal.",
    ],
)
def test_lead_host_must_be_a_public_name(host: str) -> None:
    """Literals in every spelling, single labels and local suffixes are refused before any look-up."""
    with pytest.raises(EgressRefused):
        check_lead_host(host)


def test_lead_host_accepts_ordinary_names() -> None:
    """A name whose label merely resembles a local one passes."""
    check_lead_host("www.acme-internal.com")
    check_lead_host("local.it")
