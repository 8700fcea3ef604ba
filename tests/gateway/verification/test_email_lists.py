"""Lists and public suffixes: the operator first, then what packages say, and whom they must never call disposable."""

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from gateway.policies.loading import load_verification
from gateway.policies.verification import apply, fact_reasons
from gateway.verification.address import parse_email
from gateway.verification.answers import MailOutcome
from gateway.verification.email import judge
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability
from gateway.verification.probes.lists import RELAYS, Lists
from gateway.verification.providers import FOLDING, KNOWN, PROVIDERS
from gateway.verification.reasons import Effect, ReasonCode
from gateway.verification.score import Weights
from gateway.verification.suffixes import SUFFIX_LIST, is_public_suffix
from tests.gateway.verification.fakes import NOW, mail

REAL_NAMES = """
fastmail.com fastmail.fm proton.me protonmail.com pm.me tutanota.com tuta.com tuta.io zoho.com zohomail.eu gmx.com
gmx.de gmx.net gmx.at gmx.ch web.de gmail.com outlook.com icloud.com yahoo.com mailbox.org posteo.de yandex.ru
"""
REAL = REAL_NAMES.split()
RELAYING_NAMES = """
privaterelay.appleid.com mozmail.com relay.firefox.com duck.com simplelogin.com simplelogin.co simplelogin.io
slmail.me aleeas.com passmail.net passinbox.com anonaddy.com anonaddy.me addy.io 33mail.com cloaked.id
"""
RELAYING = RELAYING_NAMES.split()


@pytest.fixture(scope="module")
def lists() -> Lists:
    """The lists as installed, with an operator's two."""
    return Lists.installed(
        allowed=frozenset({"good.example", "mailinator.com"}),
        denied=frozenset({"bad.example", "good.example", "gmail.com"}),
    )


@pytest.mark.parametrize("domain", [*REAL, *RELAYING])
def test_real_providers_and_relays_are_never_disposable(lists: Lists, domain: str) -> None:
    """Neither the domain nor one below it, whatever lists copy from each other."""
    assert lists.hits(domain).disposable is False
    assert lists.hits(f"jane.{domain}").disposable is False


def test_a_list_that_names_a_provider_is_overruled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As three lists at once once did with Fastmail: our own list of providers and relays comes before them."""
    wrong = {"fastmail.com", "sub.fastmail.com", "duck.com", "throwaway.example"}
    monkeypatch.setattr("gateway.verification.probes.lists.blocklist", wrong)
    found = Lists.installed()
    assert found.disposable == {"throwaway.example"}
    assert found.hits("sub.fastmail.com").disposable is False
    assert found.hits("fastmail.com").free is True


def test_every_list_is_asked(lists: Lists) -> None:
    """A hit on one keeps nobody from saying what another says; a domain below one that is named matches too."""
    assert (lists.hits("good.example").allowed, lists.hits("good.example").denied) == (True, True)
    assert (lists.hits("mailinator.com").allowed, lists.hits("mailinator.com").disposable) == (True, True)
    assert lists.hits("mailinator.com").lists == lists.hits("acme.example").lists == lists.names
    assert (lists.hits("bad.example").allowed, lists.hits("bad.example").denied) == (False, True)
    assert lists.hits("mx.bad.example").denied is True
    assert lists.hits("notbad.example").denied is False
    assert (lists.hits("gmail.com").denied, lists.hits("gmail.com").free) == (True, True)
    assert Lists.installed().hits("bad.example").denied is False


def test_a_denied_domain_is_risky(lists: Lists) -> None:
    """With reason, fact and the list's name in the evidence; never undeliverable, since it proves nothing."""
    found = judge(parse_email("jane@bad.example"), lists=lists.hits("bad.example"), dns=mail("bad.example"), now=NOW)
    assert (found.verdict, found.facts.denied) == (Deliverability.RISKY, True)
    assert ReasonCode.DENY_LISTED_DOMAIN in found.reasons
    assert any(name.startswith("operator-deny-list@") for name in found.evidence.lists)
    late = mail("bad.example", MailOutcome.TIMEOUT)
    again = judge(parse_email("jane@bad.example"), lists=lists.hits("bad.example"), dns=late, now=NOW)
    assert again.verdict is Deliverability.UNKNOWN


def test_the_lists_stay_apart(lists: Lists) -> None:
    """No domain is on two of them; every provider that we know of is a free one, and named in the evidence."""
    assert not lists.disposable & (lists.relays | lists.free)
    assert not lists.free & lists.relays
    assert not PROVIDERS & RELAYS
    assert lists.free >= PROVIDERS >= {*KNOWN, *FOLDING}
    assert {"leadgate-providers@3", "leadgate-privacy-relays@2"} <= set(lists.names)


def test_the_operators_lists_are_named_by_what_is_on_them() -> None:
    """The same domains are the same version, in any order; one more is another; no list, no name."""
    assert not [name for name in Lists.installed().names if name.startswith("operator-")]
    one = Lists.installed(allowed=frozenset({"b.example", "a.example"}))
    content = sha256(b"a.example\nb.example").hexdigest()[:12]
    assert one.names[0] == f"operator-allow-list@{content}"
    assert Lists.installed(allowed=frozenset({"a.example", "b.example"})).names == one.names
    assert Lists.installed(allowed=frozenset({"a.example"})).names[0] != one.names[0]
    both = Lists.installed(allowed=frozenset({"a.example"}), denied=frozenset({"c.example"}))
    assert [name.partition("@")[0] for name in both.names[:2]] == ["operator-allow-list", "operator-deny-list"]


@pytest.mark.parametrize(
    ("domain", "fact", "code"),
    [
        ("mailinator.com", "disposable", ReasonCode.DISPOSABLE_DOMAIN),
        ("good.example", "denied", ReasonCode.DENY_LISTED_DOMAIN),
        ("gmial.com", "typo_trap", ReasonCode.TYPO_TRAP_DOMAIN),
        ("gma1l.com", "lookalike", ReasonCode.DOMAIN_LOOKALIKE),
        ("gmx.de", "free", ReasonCode.FREE_PROVIDER),
        ("duck.com", "privacy_relay", ReasonCode.PRIVACY_RELAY_DOMAIN),
    ],
)
def test_what_is_said_of_an_allowed_domain_is_told_and_does_not_count(
    lists: Lists, domain: str, fact: str, code: ReasonCode
) -> None:
    """Fact and reason stay, whatever the operator takes for a risk; neither verdict nor score is moved by them."""
    strict = Weights(risky=fact_reasons(("free", "privacy_relay", "disposable", "typo_trap")))
    syntax = parse_email(f"jane@{domain}")
    asked: dict[str, Any] = {"dns": mail(domain), "now": NOW, "weights": strict}
    counted = judge(syntax, lists=replace(lists, allowed=frozenset()).hits(domain), **asked)
    found = judge(syntax, lists=replace(lists, allowed=frozenset({domain})).hits(domain), **asked)
    assert (counted.verdict, found.verdict) == (Deliverability.RISKY, Deliverability.DELIVERABLE)
    assert getattr(found.facts, fact) is True
    assert set(found.reasons) == {*counted.reasons, ReasonCode.ALLOW_LISTED_DOMAIN}
    assert code in found.reasons
    assert code not in {each.code for each in found.contributions}
    doubted = MEANINGS[code].effect is Effect.DOUBT
    assert (code.value in apply(load_verification(), found, None).because) is doubted


def test_another_doubt_about_an_allowed_domain_counts_as_ever(lists: Lists) -> None:
    """The allow-list is about the domain's name: a role is a risk all the same, and a null MX is proof."""
    strict = Weights(risky=fact_reasons(("role",)))
    syntax, hits = parse_email("info@mailinator.com"), lists.hits("mailinator.com")
    found = judge(syntax, lists=hits, dns=mail("mailinator.com"), now=NOW, weights=strict)
    policy = replace(load_verification(), weights=strict)
    assert (found.verdict, apply(policy, found, None).because) == (Deliverability.RISKY, ("role_address",))
    dead = judge(syntax, lists=hits, dns=mail("mailinator.com", MailOutcome.NULL_MX), now=NOW, weights=strict)
    assert dead.verdict is Deliverability.UNDELIVERABLE


@pytest.mark.parametrize(
    ("domain", "public"),
    [
        ("com", True),
        ("co.uk", True),
        ("acme.co.uk", False),
        ("uk.com", True),
        ("or.jp", True),
        ("ny.us", True),
        ("kobe.jp", True),
        ("city.kobe.jp", False),
        ("github.io", True),
        ("acme.github.io", False),
        ("xn--p1ai", True),
        ("xn--80a1acny.xn--p1ai", False),
        ("gmail.com", False),
        ("acme.de", False),
        ("acme.example", False),
        ("not-a-top-level-domain", True),
        ("", False),
    ],
)
def test_public_suffixes_are_known(domain: str, public: bool) -> None:  # noqa: FBT001 - a table's column
    """By the Public Suffix List, with its exceptions and its private part."""
    assert is_public_suffix(domain) is public


def test_no_provider_is_a_public_suffix() -> None:
    """Who writes a provider's domain means a provider."""
    assert not any(map(is_public_suffix, (*REAL, *RELAYING)))


def test_the_suffixes_have_a_version() -> None:
    """The package names its list by date."""
    name, _, version = SUFFIX_LIST.partition("@")
    assert name == "publicsuffixlist"
    assert version.rpartition(".")[2].isdigit()


@pytest.mark.integration
def test_the_suffixes_are_read_when_first_asked_for() -> None:
    """Importing the module reads no file of ten thousand lines."""
    code = (
        "from gateway.verification import suffixes as s; assert s._suffixes.cache_info().currsize == 0;"
        "assert s.is_public_suffix('co.uk'); assert s._suffixes.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("domain", ["docomo.ne.jp", "netcologne.de", "vodafone.de", "tin.it", "hispeed.ch", "inbox.lv"])
def test_access_providers_are_free(domain: str) -> None:
    """Each of their customers has a mailbox there: it tells nobody's employer."""
    assert Lists.installed().hits(domain).free
