"""What the tests of probing share: a DNS out of a table, and a prober that reaches loopback alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address

from gateway.enrichment import MemoryWindows
from gateway.verification.addresses import Address
from gateway.verification.answers import DomainMail, MailboxAnswer, MailOutcome, MxHost
from gateway.verification.probes.client import DnsAnswer, DnsRecord, DnsStatus
from gateway.verification.probes.mailboxes import DomainMailboxes, Mailbox
from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.smtp.pace import Pace
from gateway.verification.probes.smtp.ports import ProbeMemory, Windows
from gateway.verification.probes.smtp.prober import SmtpProber
from gateway.verification.probes.smtp.self_test import Findings, SelfTest
from tests.gateway.verification.fakes import NOW
from tests.support.enrichment import MemoryQuotas

US = Identity(helo="probe.leadgate.example", sender="probe@leadgate.example", address=ip_address("127.0.0.1"))
SMALL = ProbeLimits(connect=5, command=5, session=20, patience=0.2, quit=0.5, per_minute=1000)


class TableDns:
    """DNS out of a table of names and types; what is not in it does not exist. It counts what it is asked."""

    def __init__(self, table: Mapping[tuple[str, str], Sequence[str] | DnsStatus]) -> None:
        self.table = dict(table)
        self.asked: list[tuple[str, str]] = []

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        self.asked.append((name, rtype))
        found = self.table.get((name, rtype))
        if found is None or found == []:
            there = any(known == name for known, _ in self.table)
            return DnsAnswer(status=DnsStatus.NODATA if there else DnsStatus.NXDOMAIN)
        if isinstance(found, DnsStatus):
            return DnsAnswer(status=found)
        return DnsAnswer(status=DnsStatus.OK, records=tuple(_record(each, rtype) for each in found))


def _record(text: str, rtype: str) -> DnsRecord:
    if rtype != "MX":
        return DnsRecord(value=text)
    preference, host = text.split()
    return DnsRecord(value=host, preference=int(preference))


def loopback(address: Address) -> bool:
    """The addresses that a prober of these tests may reach."""
    return address.is_loopback


def windows() -> MemoryWindows:
    """Empty ones."""
    return MemoryWindows(MemoryQuotas())


def prober(
    port: int,
    table: Mapping[tuple[str, str], Sequence[str] | DnsStatus] | None = None,
    *,
    limits: ProbeLimits = SMALL,
    memory: ProbeMemory | None = None,
    turns: Windows | None = None,
    identity: Identity = US,
    tested: bool = True,
) -> SmtpProber:
    """A prober whose self-test has passed, unless it shall not; every MX host of the tests is 127.0.0.1."""
    dns = TableDns({(f"{name}.acme.example", "A"): ["127.0.0.1"] for name in ("mx", "mx2")} | dict(table or {}))
    remembered = MemoryProbes() if memory is None else memory
    reach = Reach(accept=loopback, port=port)
    means = Means(
        dns=dns,
        memory=remembered,
        pace=Pace(windows() if turns is None else turns, limits),
        identity=identity,
        limits=limits,
        reach=reach,
        invent=lambda name: f"nobody-at-{name.partition('.')[0]}",
    )
    test = SelfTest(dns, identity, remembered, host=None, limits=limits, reach=reach, own=lambda _version: None)
    if tested:
        test.last = Findings(checks=(), at=NOW)
    return SmtpProber(means, test)


def domain(name: str, *locals_: str, hosts: Sequence[str] = ("mx.acme.example",)) -> DomainMailboxes:
    """Mailboxes of one domain, and its mail servers."""
    mx = tuple(MxHost(preference=10 * number, host=host) for number, host in enumerate(hosts, 1))
    mail = DomainMail(domain=name, outcome=MailOutcome.MX, mx=mx, ttl=300)
    return DomainMailboxes(mail=mail, mailboxes=tuple(Mailbox(address=f"{local}@{name}") for local in locals_))


async def asked(
    asking: SmtpProber, *locals_: str, now: datetime = NOW, hosts: Sequence[str] = ("mx.acme.example",)
) -> list[MailboxAnswer]:
    """The answers for mailboxes at acme.example, in order."""
    question = domain("acme.example", *locals_, hosts=hosts)
    found = await asking.check([question], now=now)
    assert found.keys() == {each.address for each in question.mailboxes}
    return [found[each.address] for each in question.mailboxes]


def with_limits(**changes: float) -> ProbeLimits:
    """Small limits, changed."""
    return replace(SMALL, **changes)  # type: ignore[arg-type]  # numbers all of them
