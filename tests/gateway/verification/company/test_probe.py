"""What a company check asks, and how long the answers on name servers are kept."""

from datetime import datetime, timedelta

import pytest

from gateway.errors import SetupError
from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.company.claims import Claims, NameServers
from gateway.verification.company.codes import CompanyCode
from gateway.verification.company.model import CompanyStanding
from gateway.verification.email import judge
from gateway.verification.probes.cache import CacheOptions
from gateway.verification.probes.client import DnsAnswer, DnsRecord, DnsStatus
from gateway.verification.probes.company import CompanyVerifier
from gateway.verification.probes.nameservers import NameServerResolver
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW, FakeLists, FakeMail, FakeNames, mail

FREE = ListHits(allowed=False, disposable=False, privacy_relay=False, free=True, lists=("fake@1",))


class FakeDns:
    """Answers name server questions out of a table that a test may change; it counts what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, DnsAnswer] = {}
        self.asked: list[tuple[str, str]] = []

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        self.asked.append((name, rtype))
        return self.answers.get(name, DnsAnswer(status=DnsStatus.NXDOMAIN))


def served(*hosts: str, ttl: int = 300) -> DnsAnswer:
    """An answer that names these servers."""
    return DnsAnswer(status=DnsStatus.OK, records=tuple(DnsRecord(value=host, ttl=ttl) for host in hosts))


async def test_name_servers_are_kept_for_their_time() -> None:
    """An answer is kept for its TTL, within floor and ceiling, and a denial for a time of its own."""
    dns = FakeDns()
    dns.answers["acme.de"] = served("ns2.acme.de", "ns1.acme.de", ttl=5)
    names = NameServerResolver(dns, cache=CacheOptions(floor=60, negative=600))
    for seconds in (0, 59):
        found = await names.names("acme.de", now=NOW + timedelta(seconds=seconds))
        assert found == NameServers(hosts=("ns1.acme.de", "ns2.acme.de"))
        assert await names.names("gone.de", now=NOW + timedelta(seconds=seconds)) == NameServers()
    assert dns.asked == [("acme.de", "NS"), ("gone.de", "NS")]
    await names.names("acme.de", now=NOW + timedelta(seconds=60))
    await names.names("gone.de", now=NOW + timedelta(seconds=599))
    assert dns.asked[2:] == [("acme.de", "NS")]


@pytest.mark.parametrize("status", [DnsStatus.TIMEOUT, DnsStatus.SERVFAIL, DnsStatus.REFUSED, DnsStatus.UNREACHABLE])
async def test_failures_are_not_kept(status: DnsStatus) -> None:
    """A question that did not end is asked again, and is right once DNS is back."""
    dns = FakeDns()
    dns.answers["acme.de"] = DnsAnswer(status=status)
    names = NameServerResolver(dns)
    assert (await names.names("acme.de", now=NOW)).ended is False
    dns.answers["acme.de"] = served("ns1.acme.de")
    assert (await names.names("acme.de", now=NOW)).hosts == ("ns1.acme.de",)


async def test_cache_has_a_size() -> None:
    """The answer that was not used for longest goes first."""
    dns = FakeDns()
    names = NameServerResolver(dns, cache=CacheOptions(size=2))
    for domain in ("a.de", "b.de", "a.de", "c.de", "a.de", "b.de"):
        await names.names(domain, now=NOW)
    assert [name for name, _ in dns.asked] == ["a.de", "b.de", "c.de", "b.de"]


async def test_each_domain_of_a_batch_is_asked_once_and_only_where_it_could_be_taken() -> None:
    """A provider's domain is looked up by nobody; a company's once, however many leads name it."""
    lists, hosts, names = FakeLists({"big.example": FREE}), FakeMail({"acme.de": MailOutcome.MX}), FakeNames()
    verifier = CompanyVerifier(lists, hosts, names)
    claims = [
        Claims(domain="www.acme.de"),
        Claims(website="https://acme.de/team"),
        Claims(domain="big.example"),
        Claims(website="linkedin.com/company/acme"),
    ]
    found = await verifier.companies(claims, now=NOW)
    assert [each.domain for each in found] == ["acme.de", "acme.de", None, None]
    assert (names.asked, hosts.asked) == (["acme.de"], ["acme.de"])
    assert sorted(lists.asked) == ["acme.de", "big.example", "linkedin.com", "www.acme.de"]


async def test_one_leads_evidence_is_its_own() -> None:
    """The rest of a batch leaves no trace in a verdict, so that one by one and together come to the same."""
    parked = FakeNames({"parked.de": NameServers(hosts=("ns1.sedoparking.com",))})
    verifier = CompanyVerifier(FakeLists(), FakeMail({"acme.de": MailOutcome.MX}), parked)
    claims = [Claims(domain="acme.de"), Claims(domain="parked.de"), Claims(website="acme.de")]
    together = await verifier.companies(claims, now=NOW)
    alone = [(await verifier.companies([each], now=NOW))[0] for each in claims]
    assert together == alone
    assert [each.verdict for each in together] == [CompanyStanding.KNOWN, CompanyStanding.NONE, CompanyStanding.KNOWN]
    assert "sedoparking" not in str(together[0].to_json())


async def test_mail_hosts_that_the_address_told_are_not_asked_for() -> None:
    """The e-mail verdict knows them; those of a named domain elsewhere are asked for."""
    syntax = parse_email("jo@acme.de")
    email = judge(syntax, lists=FakeLists().hits("acme.de"), dns=mail("acme.de"), now=NOW)
    names, hosts = FakeNames(), FakeMail({})
    await CompanyVerifier(FakeLists(), hosts, names).companies(
        [Claims(email=email), Claims(domain="acme.com", email=email)], now=NOW
    )
    assert (sorted(names.asked), hosts.asked) == (["acme.com", "acme.de"], ["acme.com"])


async def test_below_the_level_of_dns_nobody_is_asked() -> None:
    """Lists are at hand at any level; whether the domain is parked stays untested."""
    names, hosts = FakeNames(), FakeMail({})
    verifier = CompanyVerifier(FakeLists({"big.example": FREE}), hosts, names)
    claims = [Claims(domain="acme.de"), Claims(domain="big.example")]
    known, provider = await verifier.companies(claims, level=Level.LISTS, now=NOW)
    assert (known.domain, known.facts.parked, provider.domain) == ("acme.de", None, None)
    assert CompanyCode.FREE_PROVIDER_DOMAIN in provider.codes
    assert (names.asked, hosts.asked) == ([], [])


async def test_a_website_that_does_not_exist_is_nobodys() -> None:
    """Mistyped by one letter: nobody is asked about it, and another source counts."""
    hosts = FakeMail({"acme.de": MailOutcome.MX})
    verifier = CompanyVerifier(FakeLists(), hosts, FakeNames())
    claims = [Claims(website="acmee.de"), Claims(domain="acmee.de", website="acme.de")]
    gone, other = await verifier.companies(claims, now=NOW)
    assert (gone.verdict, gone.domain) == (CompanyStanding.NONE, None)
    assert gone.codes == (CompanyCode.DOMAIN_NOT_FOUND, CompanyCode.DOMAIN_MISSING)
    assert (other.verdict, other.domain) == (CompanyStanding.KNOWN, "acme.de")
    late = CompanyVerifier(FakeLists(), FakeMail({"acmee.de": MailOutcome.UNTRUSTED}), FakeNames())
    (kept,) = await late.companies([Claims(website="acmee.de")], now=NOW)
    assert kept.domain == "acmee.de"  # only an honest resolver's denial counts


async def test_an_error_of_one_look_up_is_raised_as_it_is() -> None:
    """A DNS server that is no address is told by its own words, not as a group of errors."""

    class Unset(FakeNames):
        async def names(self, domain: str, *, now: datetime) -> NameServers:
            raise SetupError("DNS_SERVERS: each must be an IP address")

    with pytest.raises(SetupError, match="DNS_SERVERS"):
        await CompanyVerifier(FakeLists(), FakeMail({}), Unset()).companies([Claims(domain="acme.de")], now=NOW)
