"""Stand-ins with state for what the verifier asks, and the moments and values that tests share."""

from collections.abc import Mapping
from datetime import UTC, datetime

from gateway.verification.answers import DomainMail, ListHits, MailOutcome, MxHost
from gateway.verification.company.claims import NameServers
from gateway.verification.probes.company import CompanyVerifier

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def mail(domain: str, outcome: MailOutcome = MailOutcome.MX) -> DomainMail:
    """An answer with this outcome; an MX host comes along where the outcome has one."""
    hosts = {MailOutcome.MX: (MxHost(preference=10, host=f"mx.{domain}"),)}
    return DomainMail(domain=domain, outcome=outcome, mx=hosts.get(outcome, ()), ttl=300)


class FakeMail:
    """A mail source out of a table; what is not in it ends `otherwise`. It counts what it was asked."""

    def __init__(self, outcomes: Mapping[str, MailOutcome], *, otherwise: MailOutcome = MailOutcome.NXDOMAIN) -> None:
        self.outcomes = dict(outcomes)
        self.otherwise = otherwise
        self.asked: list[str] = []

    async def mail(self, domain: str, *, now: datetime) -> DomainMail:
        self.asked.append(domain)
        return mail(domain, self.outcomes.get(domain, self.otherwise))


class FakeLists:
    """A list source out of a table; what is not in it is on no list."""

    def __init__(self, hits: Mapping[str, ListHits] | None = None) -> None:
        self.table = dict(hits or {})
        self.asked: list[str] = []

    def hits(self, domain: str) -> ListHits:
        self.asked.append(domain)
        return self.table.get(
            domain, ListHits(allowed=False, disposable=False, privacy_relay=False, free=False, lists=("fake@1",))
        )


class FakeNames:
    """Name servers out of a table; what is not in it has a pair of its own. It counts what it was asked."""

    def __init__(self, table: Mapping[str, NameServers] | None = None) -> None:
        self.table = dict(table or {})
        self.asked: list[str] = []

    async def names(self, domain: str, *, now: datetime) -> NameServers:
        self.asked.append(domain)
        return self.table.get(domain, NameServers(hosts=(f"ns1.{domain}", f"ns2.{domain}")))


def companies(lists: FakeLists | None = None, names: FakeNames | None = None) -> CompanyVerifier:
    """A company check over stand-ins, beside a verifier of contact points over them."""
    return CompanyVerifier(lists or FakeLists(), FakeMail({}, otherwise=MailOutcome.MX), names or FakeNames())
