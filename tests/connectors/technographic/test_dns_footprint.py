"""The DNS footprint: rules, the SPF walk, mail posture, and what a failing resolver may not become."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import DnsReply, DnsStatus, LookupOutcome
from connectors.kit.cases import Case, Fixture, run
from connectors.kit.fakes import Zone, ZoneDns, records
from connectors.technographic.dns_footprint import (
    SPF_LOOKUPS,
    Plugin,
    dmarc_policy,
    hosts,
    rules,
    spf_policy,
    spf_record,
    spf_targets,
    walk_spf,
)

FACTS = {"company.domain": "Acme.example."}
ZONE: Zone = {
    ("acme.example", "MX"): records("10 aspmx.l.google.com", "1 alt.aspmx.l.google.com"),
    ("acme.example", "TXT"): records(
        "v=spf1 include:_spf.google.com include:spf.acme.example ~all",
        "google-site-verification=abc",
        "MS=ms12345678",
        "unrelated",
    ),
    ("_spf.google.com", "TXT"): records("v=spf1 ip4:192.0.2.0/24 ~all"),
    ("spf.acme.example", "TXT"): records("v=spf1 include:sendgrid.net -all"),
    ("sendgrid.net", "TXT"): records("v=spf1 ip4:198.51.100.0/24 ~all"),
    ("_dmarc.acme.example", "TXT"): records("v=DMARC1; p=Quarantine; rua=mailto:x@acme.example"),
    ("www.acme.example", "CNAME"): records("shops.myshopify.com"),
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
                        technology("mx", "google-workspace", "Google Workspace", "mail"),
                        technology("spf", "google-workspace", "Google Workspace", "mail"),
                        technology("spf", "twilio-sendgrid", "Twilio SendGrid", "mail-sending"),
                        technology("txt", "google-search-console", "Google Search Console", "analytics"),
                        technology("txt", "microsoft-365", "Microsoft 365", "mail"),
                        technology("cname", "shopify", "Shopify", "e-commerce"),
                    ),
                    "company.mail.accepts": (True,),
                    "company.mail.provider": ("google-workspace",),
                    "company.mail.spf_policy": ("softfail",),
                    "company.mail.dmarc_policy": ("quarantine",),
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


async def test_token_is_less_certain_than_a_route(tmp_path: Path) -> None:
    """A verification token says less about use than an MX, so its confidence is lower."""
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(ZONE))).answer
    sure = {seen.method: seen.confidence for seen in answer.observations if seen.field == "company.technologies"}
    assert sure["mx"] > sure["cname"] > sure["spf"] > sure["txt"]


@pytest.mark.parametrize("status", [DnsStatus.FAILED, DnsStatus.TIMED_OUT])
@pytest.mark.parametrize("gone", [("acme.example", "MX"), ("_dmarc.acme.example", "TXT"), ("sendgrid.net", "TXT")])
async def test_missing_part_makes_it_partial(gone: tuple[str, str], status: DnsStatus, tmp_path: Path) -> None:
    """What was found is kept, but with one look-up missing the answer is partial and so never cached."""
    zone = {key: DnsReply(status=status) if key == gone else found for key, found in ZONE.items()}
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(zone))).answer
    assert answer.outcome is LookupOutcome.PARTIAL
    assert not Plugin.manifest.kept_for(answer.outcome)


async def test_late_resolver_is_a_time_out(tmp_path: Path) -> None:
    """When every look-up is late the outcome says so."""
    answer = (await run(certified(tmp_path), FACTS, dns=ZoneDns(otherwise=DnsStatus.TIMED_OUT))).answer
    assert answer.outcome is LookupOutcome.TIMEOUT


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


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("V=SPF1 -all",), "V=SPF1 -all"),
        (("v=spf1",), "v=spf1"),
        (("v=spf10 -all",), None),
        (("v=spf1 -all", "v=spf1 ~all"), None),
        ((), None),
    ],
)
def test_spf_record_is_the_only_one(texts: tuple[str, ...], found: str | None) -> None:
    """One record counts; two are a permanent error for receivers and nothing to read for us."""
    assert spf_record(texts) == found


def test_spf_targets_leave_macros_out() -> None:
    """Includes and redirects are followed, qualified ones too; macros name nobody."""
    record = "v=spf1 +include:A.example. ?include:b.example redirect=c.example include:%{d}.x exists:d.example include:"
    assert list(spf_targets(record)) == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~ALL", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 all", "pass"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 mx", None),
    ],
)
def test_spf_policy(record: str, policy: str | None) -> None:
    """The `all` term gives the policy."""
    assert spf_policy(record) == policy


@pytest.mark.parametrize(
    ("texts", "policy"),
    [
        (("v=DMARC1; p=reject",), "reject"),
        (("v=DMARC1 ;p = none ; sp=reject",), "none"),
        (("v=DMARC1; p=whatever",), None),
        (("v=DMARC1",), None),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), None),
        ((), None),
    ],
)
def test_dmarc_policy(texts: tuple[str, ...], policy: str | None) -> None:
    """The policy of the one DMARC record."""
    assert dmarc_policy(texts) == policy


def test_mx_hosts_come_best_first() -> None:
    """Hosts are ranked by preference as a number, and a strange record does no harm."""
    assert hosts(records("20 b.example", "3 a.example", "x c.example")) == ("c.example", "a.example", "b.example")


def test_suffix_matches_whole_labels() -> None:
    """A rule for `zoho.com` is not a rule for `notzoho.com`."""
    zoho = next(rule for rule in rules() if rule.slug == "zoho-mail" and rule.record == "mx")
    assert zoho.fits("mx.zoho.com")
    assert zoho.fits("zoho.com")
    assert not zoho.fits("mx.notzoho.com")
    assert not zoho.fits("zoho.com.evil.example")


def test_every_rule_cites_a_page_and_stands_once() -> None:
    """At least forty rules, each with an https page of the vendor, none twice for one kind of record."""
    found = rules()
    assert len(found) >= 40
    assert all(rule.page.scheme == "https" for rule in found)
    keys = [(rule.record, rule.slug) for rule in found]
    assert len(keys) == len(set(keys))
    assert all(text == text.lower() for rule in found for text in rule.match)
