"""The DNS footprint: what records say together, and what a failing resolver may not become."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import DnsReply, DnsStatus, LookupOutcome
from connectors.kit.cases import Case, Fixture, run
from connectors.kit.fakes import Zone, ZoneDns, records
from connectors.kit.ports import RecordType
from connectors.kit.technology.domain import SPF_LOOKUPS
from connectors.technographic.dns_footprint import Plugin, hosts, questions, walk_spf

FACTS = {"company.domain": "Acme.example."}
ZONE: Zone = {
    ("acme.example", "MX"): records("10 aspmx.l.google.com", "1 alt.aspmx.l.google.com"),
    ("acme.example", "TXT"): records(
        "v=spf1 include:_spf.google.com include:spf.acme.example ~all",
        "google-site-verification=abc",
        "MS=ms12345678",
        "unrelated",
    ),
    ("acme.example", "NS"): records("ns1.acme.example"),
    ("_spf.google.com", "TXT"): records("v=spf1 ip4:192.0.2.0/24 ~all"),
    ("spf.acme.example", "TXT"): records("v=spf1 include:sendgrid.net -all"),
    ("sendgrid.net", "TXT"): records("v=spf1 ip4:198.51.100.0/24 ~all"),
    ("_dmarc.acme.example", "TXT"): records("v=DMARC1; p=Quarantine; rua=mailto:x@acme.example"),
    ("_mta-sts.acme.example", "TXT"): records("v=STSv1; id=20260101"),
    ("www.acme.example", "CNAME"): records("shops.myshopify.com"),
}
GUARDED: Zone = {
    **ZONE,
    ("acme.example", "MX"): records("10 eu-smtp-inbound-1.mimecast.com"),
    ("sendgrid.net", "TXT"): records("v=spf1 -all"),
}


def technology(record: str, slug: str, name: str, category: str) -> dict[str, str]:
    """The value of one technology."""
    return {"slug": slug, "name": name, "category": category, "rule": f"{record}:{slug}"}


def certified(folder: Path) -> Case:
    """The case of this connector's certificate."""
    return Case(
        plugin=Plugin,
        fixtures=(
            Fixture(
                name="company",
                facts=FACTS,
                zone=ZONE,
                outcome=LookupOutcome.MATCH,
                values={
                    "company.technologies": (
                        technology("txt", "google-search-console", "Google Search Console", "analytics"),
                        technology("txt", "microsoft-365", "Microsoft 365", "mail"),
                        technology("cname", "shopify", "Shopify", "e-commerce"),
                        technology("mx", "google-workspace", "Google Workspace", "mail"),
                        technology("spf", "google-workspace", "Google Workspace", "mail"),
                        technology("spf", "twilio-sendgrid", "Twilio SendGrid", "mail-sending"),
                    ),
                    "company.mail.accepts": (True,),
                    "company.mail.provider": ("google-workspace",),
                    "company.mail.spf_policy": ("softfail",),
                    "company.mail.dmarc_policy": ("quarantine",),
                    "company.mail.mta_sts": (True,),
                },
            ),
            Fixture(
                name="accepts no mail",
                facts=FACTS,
                zone={("acme.example", "MX"): records("0 .")},
                outcome=LookupOutcome.MATCH,
                values={"company.mail.accepts": (False,)},
            ),
            Fixture(name="no such domain", facts=FACTS, outcome=LookupOutcome.NO_MATCH),
            Fixture(
                name="resolver down",
                facts=FACTS,
                zone={("acme.example", "MX"): DnsReply(status=DnsStatus.FAILED)},
                outcome=LookupOutcome.VENDOR_ERROR,
            ),
        ),
    )


async def values_of(zone: Zone, field: str, folder: Path) -> list[object]:
    """What is observed of one field."""
    answer = (await run(certified(folder), FACTS, dns=ZoneDns(zone))).answer
    return [seen.value for seen in answer.observations if seen.field == field]


async def slugs_of(zone: Zone, basis: str, folder: Path) -> list[str]:
    """The technologies that one kind of record shows."""
    answer = (await run(certified(folder), FACTS, dns=ZoneDns(zone))).answer
    found = [seen for seen in answer.observations if seen.field == "company.technologies" and seen.method == basis]
    return [seen.value["slug"] for seen in found if isinstance(seen.value, dict)]


async def test_token_is_less_certain_than_a_route(tmp_path: Path) -> None:
    """A verification token says less about use than an MX, so its confidence is lower."""
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(ZONE))).answer
    sure = {seen.method: seen.confidence for seen in answer.observations if seen.field == "company.technologies"}
    assert sure["mx"] > sure["cname"] > sure["spf"] > sure["txt"]


@pytest.mark.parametrize("status", [DnsStatus.FAILED, DnsStatus.TIMED_OUT])
@pytest.mark.parametrize(
    "gone",
    [
        ("acme.example", "MX"),
        ("acme.example", "NS"),
        ("_dmarc.acme.example", "TXT"),
        ("_mta-sts.acme.example", "TXT"),
        ("google._domainkey.acme.example", "TXT"),
        ("sendgrid.net", "TXT"),
    ],
)
async def test_missing_part_makes_it_partial(gone: tuple[str, str], status: DnsStatus, tmp_path: Path) -> None:
    """What was found is kept, but with one look-up missing the answer is partial and so never cached."""
    zone = {key: found for key, found in ZONE.items() if key != gone}
    answer = (await run(certified(tmp_path), FACTS, dns=Failing(zone, gone=gone, status=status))).answer
    assert answer.outcome is LookupOutcome.PARTIAL
    assert not Plugin.manifest.kept_for(answer.outcome)
    assert "company.mail.mta_sts" not in {seen.field for seen in answer.observations} or gone[0][:4] != "_mta"


class Failing(ZoneDns):
    """A zone of which one question fails."""

    def __init__(self, zone: Zone, *, gone: tuple[str, str], status: DnsStatus) -> None:
        super().__init__(zone)
        self.gone, self.status = gone, status

    async def look_up(self, name: str, kind: RecordType) -> DnsReply:
        """Look one name up, or fail."""
        if (name, kind) == self.gone:
            return DnsReply(status=self.status)
        return await super().look_up(name, kind)


async def test_late_resolver_is_a_time_out(tmp_path: Path) -> None:
    """When every look-up is late the outcome says so."""
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(otherwise=DnsStatus.TIMED_OUT))).answer
    assert answer.outcome is LookupOutcome.TIMEOUT


async def test_a_gateway_is_told_from_the_mailboxes_behind_it(tmp_path: Path) -> None:
    """The MX shows the gateway; whose mailboxes it protects is inferred from SPF, and less sure."""
    assert await values_of(GUARDED, "company.mail.security_gateway", tmp_path) == ["mimecast"]
    assert await values_of(GUARDED, "company.mail.provider", tmp_path) == ["google-workspace"]
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(GUARDED))).answer
    sure = {seen.field: seen.confidence for seen in answer.observations}
    assert sure["company.mail.provider"] < sure["company.mail.security_gateway"]


async def test_two_mailbox_providers_behind_a_gateway_are_none(tmp_path: Path) -> None:
    """When SPF names two, which of them holds the mailboxes would be a guess."""
    both = records("v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all")
    zone = {**GUARDED, ("acme.example", "TXT"): both}
    assert await values_of(zone, "company.mail.provider", tmp_path) == []


async def test_the_best_host_that_is_known_tells_the_provider(tmp_path: Path) -> None:
    """A backup elsewhere does not make the provider another."""
    zone = {**ZONE, ("acme.example", "MX"): records("20 aspmx.l.google.com", "10 acme.mail.protection.outlook.com")}
    assert await values_of(zone, "company.mail.provider", tmp_path) == ["microsoft-365"]


async def test_mta_sts_counts_where_mail_is_received(tmp_path: Path) -> None:
    """Without the record it is False; a domain that accepts no mail says nothing of it, and is not asked."""
    without = {key: found for key, found in ZONE.items() if key[0] != "_mta-sts.acme.example"}
    assert await values_of(without, "company.mail.mta_sts", tmp_path) == [False]
    dns = ZoneDns({("acme.example", "MX"): records("0 .")})
    answer = (await run(certified(tmp_path), FACTS, dns=dns)).answer
    assert "company.mail.mta_sts" not in {seen.field for seen in answer.observations}
    assert not any("_domainkey" in name or "_mta-sts" in name for name in dns.asked)


async def test_signing_services_show_in_their_selectors(tmp_path: Path) -> None:
    """A selector that points to the vendor, and one that holds a key; a withdrawn key and other texts are none."""
    zone = {
        **ZONE,
        ("k2._domainkey.acme.example", "CNAME"): records("dkim2.mcsv.net"),
        ("google._domainkey.acme.example", "TXT"): records("v=DKIM1; k=rsa; p=MIGf"),
    }
    assert set(await slugs_of(zone, "dkim", tmp_path)) == {"mailchimp", "google-workspace"}
    for text in ("v=DKIM1; p=", "v=spf1 -all"):
        withdrawn = {**zone, ("google._domainkey.acme.example", "TXT"): records(text)}
        assert await slugs_of(withdrawn, "dkim", tmp_path) == ["mailchimp"]


async def test_a_wildcard_points_nowhere_known(tmp_path: Path) -> None:
    """A zone that answers every name with its own host shows no signing service."""
    zone = {**ZONE, **{(f"{below}.acme.example", kind): records("www.acme.example") for below, kind in questions()}}
    assert await slugs_of(zone, "dkim", tmp_path) == []


async def test_reports_and_name_servers_show_their_services(tmp_path: Path) -> None:
    """The hosts of DMARC reports and the NS hosts are matched as well."""
    zone = {
        **ZONE,
        ("acme.example", "NS"): records("dan.ns.cloudflare.com", "ns-9.awsdns-01.com"),
        ("_dmarc.acme.example", "TXT"): records("v=DMARC1; p=none; rua=mailto:a@b.dmarcian.com!10m"),
    }
    assert set(await slugs_of(zone, "ns", tmp_path)) == {"cloudflare", "amazon-route-53"}
    assert await slugs_of(zone, "dmarc", tmp_path) == ["dmarcian"]


def test_few_names_are_asked_about() -> None:
    """Each company costs a bounded number of look-ups: five, SPF's ten at most, MTA-STS, and these."""
    assert 8 <= len(questions()) <= 20
    assert all(kind in ("CNAME", "TXT") for _, kind in questions())


async def test_spf_loop_ends() -> None:
    """Records that include each other and themselves are each read once."""
    zone: Zone = {
        ("a.example", "TXT"): records("v=spf1 include:b.example redirect=a.example"),
        ("b.example", "TXT"): records("v=spf1 include:a.example include:b.example include:c.example"),
    }
    dns = ZoneDns(zone)
    walked = await walk_spf("a.example", zone["a.example", "TXT"], dns)
    assert (walked.targets, dns.asked) == (("b.example", "c.example"), ["b.example", "c.example"])


@given(st.dictionaries(st.integers(0, 14), st.lists(st.integers(0, 14), max_size=6), max_size=15))
async def test_spf_walk_is_bounded(graph: dict[int, list[int]]) -> None:
    """Whatever includes whatever, at most ten look-ups are made and no name is asked twice."""
    zone: Zone = {
        (f"n{node}.example", "TXT"): records("v=spf1 " + " ".join(f"include:n{to}.example" for to in targets))
        for node, targets in graph.items()
    }
    dns = ZoneDns(zone)
    walked = await walk_spf("n0.example", zone.get(("n0.example", "TXT"), records()), dns)
    assert len(dns.asked) <= SPF_LOOKUPS
    assert len(set(dns.asked)) == len(dns.asked)
    assert set(dns.asked) <= set(walked.targets)


def test_mx_hosts_come_best_first() -> None:
    """Hosts are ranked by preference as a number, and a strange record does no harm."""
    assert hosts(records("20 b.example", "3 a.example", "x c.example")) == ("c.example", "a.example", "b.example")
