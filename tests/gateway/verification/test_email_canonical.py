"""The form that tells a mailbox's owner: folded as the provider says it folds, and no further."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.verification.address import parse_email
from gateway.verification.canonical import canonical_email
from gateway.verification.providers import FOLDING, folding
from tests.gateway.verification.strings import strings

LOCALS = st.text(st.sampled_from("aBz1.+-_é\u0130ſßΣ"), min_size=1, max_size=12)
DOMAINS = st.sampled_from([*FOLDING, "jane.fastmail.com", "a.b.fastmail.fm", "acme.example", "xn--mller-kva.example"])


@pytest.mark.parametrize(
    ("local", "domain", "canonical"),
    [
        ("J.A.N.E+news", "gmail.com", "jane@gmail.com"),
        ("jane", "googlemail.com", "jane@gmail.com"),
        ("jane-doe_x", "gmail.com", "jane-doe_x@gmail.com"),
        ("jane.doe+x", "outlook.com", "jane.doe@outlook.com"),
        ("jane.doe+x", "icloud.com", "jane.doe@icloud.com"),
        ("Jane_Doe-x.y+tag", "proton.me", "janedoexy@proton.me"),
        ("jane.doe", "pm.me", "janedoe@pm.me"),
        ("jane.doe", "protonmail.com", "janedoe@protonmail.com"),
        ("jane.doe+x", "ya.ru", "jane.doe@yandex.ru"),
        ("jane-doe", "yandex.com", "jane-doe@yandex.ru"),
        ("jane+x", "fastmail.com", "jane@fastmail.com"),
        ("shop", "jane.fastmail.com", "jane@fastmail.com"),
        ("shop+x", "jane-doe.fastmail.fm", "jane-doe@fastmail.fm"),
        ("shop", "a.jane.fastmail.com", "shop@a.jane.fastmail.com"),
        ("shop", "notfastmail.com", "shop@notfastmail.com"),
        ("jane-shop", "yahoo.com", "jane-shop@yahoo.com"),
        ("jane.doe+x", "acme.example", "jane.doe+x@acme.example"),
        ("+jane", "gmail.com", "+jane@gmail.com"),
        ("jane.+x", "outlook.com", "jane.+x@outlook.com"),
        ("-_", "proton.me", "-_@proton.me"),
        ('"jane+x y"', "gmail.com", '"jane+x y"@gmail.com'),
    ],
)
def test_providers_fold_as_they_say(local: str, domain: str, canonical: str) -> None:
    """Dots, tags, hyphens, sub-domains and second domains go only where the provider documents that they do."""
    assert canonical_email(local, domain) == canonical


def test_the_original_stays_beside_the_canonical_form() -> None:
    """Mail goes to the address as it was given."""
    syntax = parse_email("Jane.Doe+News@Googlemail.com")
    assert (syntax.normalised, syntax.canonical) == ("Jane.Doe+News@googlemail.com", "janedoe@gmail.com")
    syntax = parse_email("Shop@Jane.Fastmail.com")
    assert (syntax.normalised, syntax.canonical) == ("Shop@jane.fastmail.com", "jane@fastmail.com")


def check_settled(value: str) -> None:
    """Reading the normalised or the canonical form again changes nothing."""
    syntax = parse_email(value)
    if syntax.normalised is None:
        return
    again = parse_email(syntax.normalised)
    assert (again.normalised, again.canonical, again.local) == (syntax.normalised, syntax.canonical, syntax.local)
    if syntax.canonical is not None:
        folded = parse_email(syntax.canonical)
        assert folded.error is None
        assert folded.canonical == syntax.canonical


@given(LOCALS, DOMAINS)
@example("a.+b", "outlook.com")
@example("-.a", "proton.me")
@example("\u0130x", "acme.example")
def test_both_forms_are_settled(local: str, domain: str) -> None:
    """Parsing is idempotent, and so is folding, at every provider."""
    check_settled(f"{local}@{domain}")


def test_both_forms_are_settled_for_odd_strings() -> None:
    """So they are for whatever else can be read."""
    for value in strings(4, 1_500):
        check_settled(value)


def test_every_rule_names_a_domain_that_folds_like_itself() -> None:
    """Where a provider files its second domains, the same rule holds."""
    for domain, rule in FOLDING.items():
        assert FOLDING[rule.domain or domain] == rule
        assert folding(domain) is rule
