"""Which domain is taken for a company's, which never is, and what else is said."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.sealing import codec
from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome, MxHost
from gateway.verification.company.claims import Claims, Looked, NameServers, is_given
from gateway.verification.company.codes import CompanyCode
from gateway.verification.company.judge import domains_to_ask, hosts_to_list, judge_company
from gateway.verification.company.meanings import COMPANY_MEANINGS
from gateway.verification.company.model import CompanyStanding, CompanyVerdict, DomainSource, Refusal
from gateway.verification.email import judge
from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import Effect, Level
from gateway.verification.suffixes import SUFFIX_LIST
from tests.gateway.verification.fakes import NOW, mail
from tests.support.cost import cpu_seconds

CLEAR = ListHits(allowed=False, disposable=False, privacy_relay=False, free=False, lists=("fake@1",))
FREE = ListHits(allowed=False, disposable=False, privacy_relay=False, free=True, lists=("fake@1",))
RELAY = ListHits(allowed=False, disposable=False, privacy_relay=True, free=False, lists=("fake@1",))
THROWN = ListHits(allowed=False, disposable=True, privacy_relay=False, free=False, lists=("fake@1",))
PARKED = NameServers(hosts=("ns1.bodis.com", "ns2.bodis.com"))
UNENDED = NameServers(ended=False)


def written_from(
    address: str, hits: ListHits = CLEAR, outcome: MailOutcome = MailOutcome.MX, *, level: Level = Level.DNS
) -> EmailVerdict:
    """The verdict on an address whose domain the lists and DNS know."""
    syntax = parse_email(address)
    return judge(syntax, lists=hits, dns=mail(syntax.domain, outcome), wanted=level, now=NOW)


def said(claims: Claims, looked: Looked | None = None) -> tuple[str | None, DomainSource | None, set[CompanyCode]]:
    """The domain that is taken, who says so, and every code."""
    verdict = judge_company(claims, looked or Looked(), now=NOW)
    return verdict.domain, verdict.evidence.source, set(verdict.codes)


def test_the_named_domain_counts_before_the_website_and_that_before_the_mailbox() -> None:
    """Each is taken when no better one names a domain, down to the registered domain."""
    email = written_from("jo@mail.acme.de")
    given_, website = "www.acme.com", "https://shop.acme.fr/x"
    assert said(Claims(domain=given_, website=website, email=email))[:2] == ("acme.com", DomainSource.COMPANY_DOMAIN)
    assert said(Claims(website=website, email=email))[:2] == ("acme.fr", DomainSource.WEBSITE)
    assert said(Claims(email=email))[:2] == ("acme.de", DomainSource.EMAIL)
    assert said(Claims()) == (None, None, {CompanyCode.DOMAIN_MISSING})


def test_other_top_level_domains_differ_and_are_no_fault() -> None:
    """A subsidiary's mailbox beside the group's site is noted; the company is known all the same."""
    verdict = judge_company(Claims(website="acme.com", email=written_from("jo@acme.de")), now=NOW)
    assert verdict.verdict is CompanyStanding.KNOWN
    assert verdict.facts.mail_agrees is False
    assert CompanyCode.MAIL_DOMAIN_DIFFERS in verdict.codes
    assert COMPANY_MEANINGS[CompanyCode.MAIL_DOMAIN_DIFFERS].effect is Effect.NONE


def test_agreement_is_by_registered_domain() -> None:
    """A mail host and a shop under one registered domain agree; neighbours under a public suffix do not."""
    same = judge_company(Claims(website="shop.acme.co.uk", email=written_from("jo@mail.acme.co.uk")), now=NOW)
    other = judge_company(Claims(website="acme.co.uk", email=written_from("jo@acne.co.uk")), now=NOW)
    assert (same.facts.mail_agrees, other.facts.mail_agrees) == (True, False)
    assert CompanyCode.MAIL_DOMAIN_AGREES in same.codes


def test_website_beside_the_named_domain_is_compared() -> None:
    """The named domain is taken, and a website elsewhere is noted."""
    verdict = judge_company(Claims(domain="acme.de", website="acme.com"), now=NOW)
    assert (verdict.domain, verdict.facts.website_agrees) == ("acme.de", False)
    assert CompanyCode.WEBSITE_DIFFERS in verdict.codes


@pytest.mark.parametrize(
    ("hits", "code"),
    [
        (FREE, CompanyCode.FREE_PROVIDER_DOMAIN),
        (RELAY, CompanyCode.PRIVACY_RELAY_DOMAIN),
        (THROWN, CompanyCode.DISPOSABLE_DOMAIN),
    ],
)
def test_providers_are_taken_from_nobody(hits: ListHits, code: CompanyCode) -> None:
    """As a mailbox, as the named domain and as the website, with a mailbox elsewhere or none."""
    mailbox = written_from("jo@big.example", hits)
    lists = dict.fromkeys(("big.example", "www.big.example", "web.big.example"), hits)
    for claims in (
        Claims(email=mailbox),
        Claims(domain="big.example", email=mailbox),
        Claims(website="https://web.big.example/me", email=mailbox),
        Claims(domain="www.big.example"),
        Claims(website="big.example", domain="big.example", email=mailbox),
    ):
        domain, source, codes = said(claims, Looked(lists=lists))
        assert (domain, source) == (None, None)
        assert codes >= {code, CompanyCode.DOMAIN_MISSING}


def test_a_domain_under_a_providers_own_is_no_company() -> None:
    """`jane.fastmail.com` is a person's mailbox; whoever knows of the list says so, at the domain above."""
    mailbox = written_from("shop@jane.big.example", CLEAR)
    assert hosts_to_list(Claims(email=mailbox)) == ("big.example",)
    domain, _, codes = said(Claims(email=mailbox), Looked(lists={"big.example": FREE}))
    assert (domain, codes) == (None, {CompanyCode.FREE_PROVIDER_DOMAIN, CompanyCode.DOMAIN_MISSING})
    assert said(Claims(email=mailbox), Looked(lists={"big.example": CLEAR}))[0] == "big.example"


def test_free_mailbox_beside_a_named_company() -> None:
    """Who writes from a provider and names the company's domain is believed, and nothing is compared."""
    verdict = judge_company(Claims(domain="acme.de", email=written_from("jo@big.example", FREE)), now=NOW)
    assert (verdict.domain, verdict.verdict) == ("acme.de", CompanyStanding.KNOWN)
    assert (verdict.facts.mail_domain_own, verdict.facts.mail_agrees) == (False, None)
    assert verdict.evidence.refused == (Refusal(source=DomainSource.EMAIL, code=CompanyCode.FREE_PROVIDER_DOMAIN),)


@pytest.mark.parametrize("wrong", [THROWN, RELAY])
def test_a_domain_that_the_operator_allows_may_be_a_companys(wrong: ListHits) -> None:
    """Lists that name a real company are overruled, by mailbox and website; a free provider stays one."""
    hits = replace(wrong, allowed=True)
    looked = Looked(lists={"acme.de": hits})
    assert said(Claims(email=written_from("jo@acme.de", hits)))[:2] == ("acme.de", DomainSource.EMAIL)
    assert said(Claims(domain="acme.de"), looked)[:2] == ("acme.de", DomainSource.COMPANY_DOMAIN)
    free = replace(hits, free=True)
    assert said(Claims(email=written_from("jo@acme.de", free)))[0] is None
    assert said(Claims(domain="acme.de"), Looked(lists={"acme.de": free}))[0] is None
    trap = written_from("jo@gmial.com", replace(CLEAR, allowed=True))
    assert said(Claims(email=trap))[0] == "gmial.com"


def test_unchecked_mailbox_may_be_a_providers() -> None:
    """At level syntax no list was asked: the domain is not taken, and nothing is claimed of it."""
    verdict = judge_company(Claims(email=written_from("jo@acme.de", level=Level.SYNTAX)), now=NOW)
    assert (verdict.domain, verdict.facts.mail_domain_own) == (None, None)
    assert CompanyCode.MAIL_DOMAIN_UNCHECKED in verdict.codes
    named = Claims(domain="acme.de", email=written_from("jo@acme.de", level=Level.SYNTAX))
    assert said(named)[0] is None
    assert said(named, Looked(lists={"acme.de": CLEAR}))[0] == "acme.de"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("https://www.linkedin.com/company/acme", CompanyCode.SOCIAL_PROFILE),
        ("de.linkedin.com/in/jo", CompanyCode.SOCIAL_PROFILE),
        ("facebook.com/acme", CompanyCode.SOCIAL_PROFILE),
        ("https://www.xing.com/pages/acme", CompanyCode.SOCIAL_PROFILE),
        ("https://www.amazon.de/stores/acme", CompanyCode.MARKETPLACE_PAGE),
        ("https://acme.myshopify.com", CompanyCode.HOSTED_PAGE),
        ("https://acme.atlassian.net", CompanyCode.HOSTED_PAGE),
        ("acme.onmicrosoft.com", CompanyCode.HOSTED_PAGE),
        ("acme.wordpress.com", CompanyCode.HOSTED_PAGE),
        ("https://acme.github.io/site", CompanyCode.HOSTED_PAGE),
        ("https://sites.google.com/view/acme", CompanyCode.HOSTED_PAGE),
        ("https://google.com/maps/place/acme", CompanyCode.HOSTED_PAGE),
        ("https://www.gelbeseiten.de/gsbiz/acme", CompanyCode.SOCIAL_PROFILE),
    ],
)
def test_pages_of_many_are_nobodys_domain(page: str, code: CompanyCode) -> None:
    """Networks, marketplaces and builders: not as a website, not as a domain; the mailbox is taken instead."""
    for claims in (Claims(website=page, email=written_from("jo@acme.de")), Claims(domain=page)):
        domain, source, codes = said(claims)
        assert code in codes
        assert (domain, source) in {("acme.de", DomainSource.EMAIL), (None, None)}


def test_who_works_at_the_network_is_believed() -> None:
    """A mailbox at the network's own domain is evidence that it is the employer; a page under it is still a page."""
    email = written_from("jo@linkedin.com")
    assert said(Claims(website="https://www.linkedin.com", email=email))[:2] == ("linkedin.com", DomainSource.WEBSITE)
    assert said(Claims(website="https://de.linkedin.com/x", email=email))[:2] == ("linkedin.com", DomainSource.EMAIL)
    assert said(Claims(email=written_from("jo@mine.github.io")))[0] is None


def test_parked_domains_are_taken_from_nobody() -> None:
    """By name servers or mail hosts, named or not; the next source counts."""
    names, nobody = {"acme.de": PARKED}, Looked(names={"acme.de": PARKED})
    assert said(Claims(domain="acme.de"), nobody)[0] is None
    assert said(Claims(email=written_from("jo@acme.de")), nobody)[0] is None
    domain, source, codes = said(Claims(domain="acme.de", website="acme.com"), nobody)
    assert (domain, source) == ("acme.com", DomainSource.WEBSITE)
    assert CompanyCode.PARKED_NAME_SERVERS in codes
    verdict = judge_company(Claims(domain="acme.de"), Looked(names=names), now=NOW)
    assert (verdict.facts.parked, verdict.evidence.name_servers) == (True, PARKED.hosts)
    sedo = mail("acme.de")
    sedo = type(sedo)(domain="acme.de", outcome=MailOutcome.MX, mx=(MxHost(preference=0, host="mx.sedoparking.com"),))
    assert said(Claims(domain="acme.de"), Looked(mail={"acme.de": sedo}))[2] >= {CompanyCode.PARKED_MAIL}


def test_name_servers_that_were_asked_and_are_nobodys_are_noted() -> None:
    """A domain served by its own name servers is not parked; one that was not asked is neither parked nor not."""
    own = {"acme.de": NameServers(hosts=("ns1.acme.de",))}
    assert judge_company(Claims(domain="acme.de"), Looked(names=own), now=NOW).facts.parked is False
    assert judge_company(Claims(domain="acme.de"), now=NOW).facts.parked is None


def test_unanswered_name_servers_hold_the_domain_back() -> None:
    """It may be parked: it is not taken, the verdict is unknown, and can be asked for again soon."""
    verdict = judge_company(Claims(domain="acme.de"), Looked(names={"acme.de": UNENDED}), now=NOW)
    assert (verdict.verdict, verdict.domain) == (CompanyStanding.UNKNOWN, None)
    assert verdict.retry_after == timedelta(minutes=15)
    assert verdict.evidence.expires_at == NOW + timedelta(hours=1)
    assert verdict.facts.parked is None


def test_dead_mail_domain_is_no_company() -> None:
    """A domain that does not exist is nobody's."""
    assert said(Claims(email=written_from("jo@acme.de", outcome=MailOutcome.NXDOMAIN)))[2] == {
        CompanyCode.DOMAIN_NOT_FOUND,
        CompanyCode.DOMAIN_MISSING,
    }


@pytest.mark.parametrize("outcome", [MailOutcome.NXDOMAIN, MailOutcome.TIMEOUT, MailOutcome.SERVFAIL])
def test_what_dns_says_of_a_mail_host_is_not_said_of_the_domain_above(outcome: MailOutcome) -> None:
    """`mial.acme.de` does not exist, or did not answer: the company whose site is `acme.de` is judged by itself."""
    claims = Claims(website="acme.de", email=written_from("jo@mial.acme.de", outcome=outcome))
    assert domains_to_ask(claims, {}) == ("acme.de",)
    assert said(claims)[:2] == ("acme.de", DomainSource.WEBSITE)
    assert said(claims, Looked(names={"acme.de": PARKED}))[0] is None
    assert said(claims, Looked(lists={"acme.de": THROWN}))[0] is None


def test_dns_that_did_not_answer_about_the_mailbox_is_not_asked_again() -> None:
    """The lead waits anyway: its mail domain is neither taken nor looked up, named or not, and nothing is compared."""
    for outcome in (MailOutcome.TIMEOUT, MailOutcome.SERVFAIL, MailOutcome.UNTRUSTED):
        email = written_from("jo@acme.de", outcome=outcome)
        for claims in (Claims(email=email), Claims(domain="acme.de", email=email)):
            verdict = judge_company(claims, now=NOW)
            assert domains_to_ask(claims, {}) == ()
            assert (verdict.verdict, verdict.domain) == (CompanyStanding.UNKNOWN, None)
            assert (verdict.facts.mail_domain_own, verdict.facts.mail_agrees) == (None, None)
        assert domains_to_ask(Claims(domain="acme.com", email=email), {}) == ("acme.com",)


def test_role_mailbox_names_the_company() -> None:
    """Its domain is taken, and that no person stands behind it is noted."""
    verdict = judge_company(Claims(email=written_from("info@acme.de")), now=NOW)
    assert (verdict.domain, verdict.facts.role_mailbox) == ("acme.de", True)
    assert CompanyCode.ROLE_MAILBOX in verdict.codes


@pytest.mark.parametrize(
    ("vat_id", "country", "code", "facts", "standing"),
    [
        ("DE143454214", "DE", CompanyCode.VAT_VALID, (True, True, True), CompanyStanding.KNOWN),
        ("DE143454215", "DE", CompanyCode.VAT_CHECK_DIGIT_WRONG, (True, False, True), CompanyStanding.DOUBTFUL),
        ("DE1", None, CompanyCode.VAT_FORMAT_INVALID, (False, None, None), CompanyStanding.DOUBTFUL),
        ("DE143454214", "AT", CompanyCode.VAT_COUNTRY_DIFFERS, (True, True, False), CompanyStanding.KNOWN),
        ("143454214", "DE", CompanyCode.VAT_PREFIX_MISSING, (True, True, None), CompanyStanding.KNOWN),
        ("143454214", None, CompanyCode.VAT_PREFIX_MISSING, (None, None, None), CompanyStanding.KNOWN),
        ("US12", "US", CompanyCode.VAT_PREFIX_UNKNOWN, (None, None, None), CompanyStanding.KNOWN),
        ("EL094014201", "GR", CompanyCode.VAT_VALID, (True, True, True), CompanyStanding.KNOWN),
        ("CHE-107.787.577", "CH", CompanyCode.VAT_SUFFIX_MISSING, (True, True, True), CompanyStanding.KNOWN),
        ("GBGD001", "GB", CompanyCode.VAT_VALID, (True, None, True), CompanyStanding.KNOWN),
        ("§", None, CompanyCode.VAT_UNREADABLE, (False, None, None), CompanyStanding.DOUBTFUL),
    ],
)
def test_vat_number_is_judged_by_its_form_alone(
    vat_id: str,
    country: str | None,
    code: CompanyCode,
    facts: tuple[bool | None, bool | None, bool | None],
    standing: CompanyStanding,
) -> None:
    """Form, check digits and country are three facts; only a wrong number makes what was said doubtful."""
    verdict = judge_company(Claims(domain="acme.example", vat_id=vat_id, country=country), now=NOW)
    assert code in verdict.codes
    found = verdict.facts
    assert (found.vat_form, found.vat_check_digit, found.vat_country) == facts
    assert verdict.verdict is standing


@pytest.mark.parametrize(
    "nothing", ["", " ", "n/a", "N.A.", "-", "--", "keine", "k.A.", "none", "0", "xx", "unknown", "Coming soon!"]
)
def test_what_stands_for_nothing_says_nothing(nothing: str) -> None:
    """A form that wants a value gets one: it is no number that nobody can read."""
    claims = Claims(domain="acme.de", website=nothing, vat_id=nothing, country="DE")
    assert said(claims) == said(Claims(domain="acme.de", country="DE"))


@pytest.mark.parametrize("piece", [".", " ", "-", "0", "x", "n/a "])
def test_asking_whether_anything_is_said_costs_next_to_nothing(piece: str) -> None:
    """100 kB of what says nothing, and then a word."""
    text = piece * (100_000 // len(piece)) + "acme"
    assert cpu_seconds(lambda: is_given(text), enough=0.2) < 0.2


def test_evidence_names_lists_and_libraries() -> None:
    """What was asked stands there with its version; what was not does not."""
    claims = Claims(domain="acme.de", vat_id="DE143454214")
    plain = judge_company(claims, Looked(lists={"acme.de": CLEAR}), now=NOW).evidence
    assert plain.lists == ("fake@1", SUFFIX_LIST, "leadgate-shared-hosts@5")
    assert [each.partition("@")[0] for each in plain.libraries] == ["idna", "python-stdnum"]
    asked = judge_company(claims, Looked(names={"acme.de": PARKED}), now=NOW).evidence
    assert "leadgate-parking@2" in asked.lists


def test_what_is_looked_up_is_what_could_be_taken() -> None:
    """Lists are asked about what the lead names; DNS about registered domains that no list speaks against."""
    claims = Claims(domain="www.acme.de", website="linkedin.com/company/x", email=written_from("jo@big.example", FREE))
    assert hosts_to_list(claims) == ("www.acme.de", "acme.de", "linkedin.com")
    assert domains_to_ask(claims, {}) == ("acme.de",)
    assert domains_to_ask(claims, {"acme.de": THROWN}) == ()


_NAMES = st.sampled_from([None, "", "acme.de", "www.acme.com", "linkedin.com/x", "big.example", "192.0.2.1", "x@y.de"])
_MAILBOXES = st.sampled_from([None, "jo@acme.de", "info@sub.acme.com", "jo@big.example", "jo@", "jo@[192.0.2.1]"])
_HITS = st.sampled_from([CLEAR, FREE, RELAY, THROWN])
_SERVERS = st.sampled_from([None, PARKED, UNENDED, NameServers(hosts=("ns1.own.example",))])
_LEVELS = st.sampled_from([Level.SYNTAX, Level.LISTS, Level.DNS])


@given(_NAMES, _NAMES, _MAILBOXES, _HITS, _SERVERS, _LEVELS, st.sampled_from([None, "DE143454214", "DE1", "1"]))
def test_laws_of_every_verdict(
    named: str | None,
    website: str | None,
    address: str | None,
    hits: ListHits,
    servers: NameServers | None,
    level: Level,
    vat_id: str | None,
) -> None:
    """A domain is taken exactly when a source is, never one that was refused; and a verdict reads back as written."""
    email = None if address is None else written_from(address, hits, level=level)
    claims = Claims(domain=named, website=website, email=email, vat_id=vat_id, country="DE")
    domains = ("acme.de", "acme.com", "big.example")
    names = {} if servers is None else dict.fromkeys(domains, servers)
    verdict = judge_company(claims, Looked(lists=dict.fromkeys(domains, hits), names=names), now=NOW)
    assert (verdict.domain is None) == (verdict.evidence.source is None)
    assert (verdict.domain is None) == (verdict.verdict in {CompanyStanding.NONE, CompanyStanding.UNKNOWN})
    assert verdict.evidence.source is None or not verdict.refused(verdict.evidence.source)
    if hits is not CLEAR or servers in (PARKED, UNENDED):
        assert verdict.domain is None
    assert list(verdict.codes) == sorted(set(verdict.codes), key=list(CompanyCode).index)
    assert CompanyVerdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict
    assert codec.decode(CompanyVerdict, codec.encode(verdict)) == verdict


def test_what_is_not_personal_tells_no_domain() -> None:
    """Codes and facts may be shown; domains, name servers and the VAT number only as personal."""
    claims = Claims(domain="acme.de", website="acme.com", vat_id="DE143454214", email=written_from("jo@acme.fr"))
    names = {"acme.de": NameServers(hosts=("ns.acme.de",))}
    verdict = judge_company(claims, Looked(names=names), now=NOW)
    for shown in (repr(verdict), json.dumps(verdict.to_json(personal=False)), json.dumps(verdict.in_codes())):
        assert "acme" not in shown
        assert "143454214" not in shown
    assert "acme.de" in json.dumps(verdict.to_json())


def test_every_code_has_its_meaning() -> None:
    """The table is whole, in the order of the codes, one sentence each for what it means and what to do."""
    assert list(COMPANY_MEANINGS) == list(CompanyCode)
    for means in COMPANY_MEANINGS.values():
        assert means.meaning.endswith(".")
        assert means.action.endswith(".")
        assert means.effect in {Effect.NONE, Effect.DOUBT, Effect.OPEN}
        assert (means.retry_after is not None) == (means.effect is Effect.OPEN)


@pytest.mark.parametrize("site", ["\u0430\u0440\u0440\u04cf\u0435.com", "micros\u043eft.com", "gma1l.com"])
def test_a_look_alike_is_taken_for_no_company(site: str) -> None:
    """Neither where it is named nor where the mailbox is; the operator's allow-list ends that."""
    found = judge_company(Claims(website=site), now=NOW)
    assert (found.verdict, CompanyCode.LOOKALIKE_DOMAIN in found.codes) == (CompanyStanding.NONE, True)
    (name,) = hosts_to_list(Claims(website=site))
    looked = Looked(lists={name: ListHits(allowed=True)})
    assert judge_company(Claims(website=site), looked, now=NOW).verdict is CompanyStanding.KNOWN
