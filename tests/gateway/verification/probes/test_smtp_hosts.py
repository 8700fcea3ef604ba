"""Which addresses of a domain's mail servers are connected to, and what it takes to say that none is public."""

from collections.abc import Mapping, Sequence

import pytest

from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.client import DnsStatus
from gateway.verification.probes.smtp.hosts import Places, places
from gateway.verification.probes.smtp.identity import Reach
from tests.gateway.verification.probes.worlds import TableDns

R = MailboxOutcome
Table = Mapping[tuple[str, str], Sequence[str] | DnsStatus]
PRIVATE = {("a.example", "A"): ["10.0.0.1", "192.168.1.1"]}


async def found(table: Table, *hosts: str, version: int = 4) -> Places:
    """The places of hosts."""
    return await places(TableDns(table), hosts or ("a.example",), version=version, reach=Reach())


@pytest.mark.parametrize(
    ("table", "hosts"),
    [
        (PRIVATE, ("a.example",)),
        (PRIVATE | {("a.example", "AAAA"): ["fd00::1"]}, ("a.example",)),
        ({("a.example", "AAAA"): ["fd00::1"]}, ("a.example",)),
        (PRIVATE | {("b.example", "A"): ["127.0.0.1"]}, ("a.example", "b.example")),
    ],
)
async def test_all_private_is_not_public(table: Table, hosts: tuple[str, ...]) -> None:
    """Every server was looked up in both families, and each address that there is is private."""
    answer = await found(table, *hosts)
    assert (answer.found, answer.why) == ((), R.NOT_PUBLIC)


@pytest.mark.parametrize(
    ("table", "hosts"),
    [
        ({}, ("a.example",)),
        (PRIVATE | {("a.example", "AAAA"): ["2606:4700::1"]}, ("a.example",)),
        (PRIVATE | {("b.example", "AAAA"): ["2606:4700::1"]}, ("a.example", "b.example")),
        (PRIVATE | {("a.example", "AAAA"): DnsStatus.TIMEOUT}, ("a.example",)),
        (PRIVATE | {("b.example", "A"): DnsStatus.SERVFAIL}, ("a.example", "b.example")),
        (PRIVATE, ("a.example", *(f"{number}.example" for number in range(5)))),
    ],
)
async def test_what_was_not_looked_at_is_not_called_private(table: Table, hosts: tuple[str, ...]) -> None:
    """No address, a public one in the other family, a failed look-up, or a server too many: nothing is claimed."""
    answer = await found(table, *hosts)
    assert (answer.found, answer.why) == ((), R.UNREACHABLE)


async def test_a_public_address_is_found_behind_private_ones() -> None:
    """In our family, whichever that is; the other one is not asked then."""
    table = {**PRIVATE, ("b.example", "A"): ["192.168.0.1", "1.1.1.1"], ("b.example", "AAAA"): ["2606:4700::1"]}
    dns = TableDns(table)
    answer = await places(dns, ("a.example", "b.example"), version=4, reach=Reach())
    assert [(each.host, str(each.address)) for each in answer.found] == [("b.example", "1.1.1.1")]
    assert {rtype for _, rtype in dns.asked} == {"A"}
    wide = await found(table, "a.example", "b.example", version=6)
    assert [(each.host, str(each.address)) for each in wide.found] == [("b.example", "2606:4700::1")]
