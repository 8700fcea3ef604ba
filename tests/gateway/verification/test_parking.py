"""Parked domains, known by who serves them."""

import pytest

from gateway.verification.parking import parked_mail, parked_names


@pytest.mark.parametrize(
    ("hosts", "parked"),
    [
        (("ns1.sedoparking.com", "ns2.sedoparking.com"), True),
        (("ns1.bodis.com", "ns1.parkingcrew.net"), True),
        (("ns01.cashparking.com",), True),
        (("ns1.sedoparking.com", "ns1.acme.de"), False),
        (("ns1.notbodis.com",), False),
        (("nsg1.namebrightdns.com",), False),
        ((), False),
    ],
)
def test_a_domain_is_parked_when_all_its_name_servers_park(hosts: tuple[str, ...], *, parked: bool) -> None:
    """One name server of one's own is enough to be in use; no name server says nothing."""
    assert parked_names(hosts) is parked


def test_mail_and_name_servers_are_two_lists() -> None:
    """A parking service's mail host is no name server of a parked domain."""
    assert parked_mail(("park-mx.above.com",))
    assert not parked_mail(("ns1.sedoparking.com",))
    assert not parked_names(("mail.h-email.net",))
