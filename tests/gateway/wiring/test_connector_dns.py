"""The resolver as connectors see it: every record type as text, and statuses that keep failures apart from denials."""

from collections.abc import Mapping

import pytest

from connectors.kit.ports import DnsStatus as Kit
from connectors.kit.ports import RecordType
from gateway.verification.probes.client import DnsAnswer, DnsClient, DnsOptions, DnsRecord, DnsStatus
from gateway.wiring.adapters import ConnectorDns


class Answering(DnsClient):
    """A client that answers from a table and opens no channel."""

    def __init__(self, answers: Mapping[tuple[str, str], DnsAnswer]) -> None:
        super().__init__(DnsOptions())
        self._answers = answers

    async def ask(self, name: str, rtype: str) -> DnsAnswer:
        """Give the answer of the table."""
        return self._answers.get((name, rtype), DnsAnswer(status=DnsStatus.NXDOMAIN))


@pytest.mark.parametrize(
    ("kind", "records", "texts"),
    [
        ("MX", (DnsRecord(value="mx.example", preference=10), DnsRecord(value="")), ("10 mx.example", "0 .")),
        ("TXT", (DnsRecord(value="v=spf1 -all"),), ("v=spf1 -all",)),
        ("CNAME", (DnsRecord(value="shops.example"),), ("shops.example",)),
        ("NS", (DnsRecord(value="a.ns.example"), DnsRecord(value="b.ns.example")), ("a.ns.example", "b.ns.example")),
    ],
)
async def test_records_are_texts(kind: RecordType, records: tuple[DnsRecord, ...], texts: tuple[str, ...]) -> None:
    """An MX has its preference before the host, and the root is a dot; the other records are their value."""
    dns = ConnectorDns(Answering({("acme.example", kind): DnsAnswer(status=DnsStatus.OK, records=records)}))
    reply = await dns.look_up("acme.example", kind)
    assert (reply.status, reply.records) == (Kit.FOUND, texts)


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (DnsStatus.NXDOMAIN, Kit.NO_NAME),
        (DnsStatus.NODATA, Kit.NO_DATA),
        (DnsStatus.TIMEOUT, Kit.TIMED_OUT),
        (DnsStatus.SERVFAIL, Kit.FAILED),
        (DnsStatus.REFUSED, Kit.FAILED),
        (DnsStatus.UNREACHABLE, Kit.FAILED),
        (DnsStatus.MALFORMED, Kit.FAILED),
    ],
)
async def test_a_failure_is_no_denial(status: DnsStatus, seen: Kit) -> None:
    """Only an answer of the resolver says that there is no such record."""
    dns = ConnectorDns(Answering({("acme.example", "NS"): DnsAnswer(status=status)}))
    reply = await dns.look_up("acme.example", "NS")
    assert (reply.status, reply.records) == (seen, ())
    assert reply.status.answered is status.denies
