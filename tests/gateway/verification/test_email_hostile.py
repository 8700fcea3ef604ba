"""Hostile input: a hundred kilobytes of anything costs every public function of the e-mail part next to nothing."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.people.contacts import mailbox_of, probes_for
from gateway.verification.address import AddressOptions, parse_email
from gateway.verification.canonical import canonical_email
from gateway.verification.diagnosis import diagnose
from gateway.verification.domain_part import DOMAINS, PLAIN
from gateway.verification.domains import matches_suffix, suggest_domain
from gateway.verification.email import judge
from gateway.verification.gibberish import is_gibberish
from gateway.verification.lookalike import imitates
from gateway.verification.probes.lists import RELAYS, Lists
from gateway.verification.providers import folding
from gateway.verification.reasons import Level
from gateway.verification.roles import is_role
from gateway.verification.suffixes import is_public_suffix
from gateway.verification.tidy import bracketed, mentioned, tidied
from tests.gateway.verification.fakes import NOW
from tests.support.cost import cpu_seconds

SIZE = 100_000
LIMIT = 0.2
HOSTILE = {
    "one letter": "a" * SIZE,
    "dots": "." * SIZE,
    "at-signs": "@" * SIZE,
    "labels": "a." * (SIZE // 2),
    "hyphens": "-" * SIZE,
    "a long local part": "a" * SIZE + "@acme.com",
    "a long domain": "a@" + "b." * (SIZE // 2) + "com",
    "consonants": "bcdfg" * (SIZE // 5),
    "letters and digits": "a1" * (SIZE // 2),
    "a keyboard's row": "asdfghjkl" * (SIZE // 9),
    "tags": "a+" * (SIZE // 2),
    "marks": "a" + "\u0301" * SIZE,
    "quotes": '"' * SIZE,
    "escapes": '"' + "\\\\" * (SIZE // 2) + '"@a.com',
    "escaped quotes": "x@" + '\\"' * (SIZE // 2),
    "quotes that open": '"a' * (SIZE // 2) + "<a@b.com>",
    "addresses": "a@b.com," * (SIZE // 8),
    "words for signs": "a at b dot c " * (SIZE // 13),
    "labels of addresses": "mail: e-mail " * (SIZE // 13) + "a@b.com",
    "brackets": "<" * SIZE + "a@b.com" + ">" * SIZE,
    "comments": "(" * SIZE + "a@b.com",
    "a-labels": "xn--" * (SIZE // 4),
    "many a-labels": "xn--a." * (SIZE // 6),
    "one long a-label": "xn--" + "a" * SIZE + "-kva.com",
    "beyond ascii": "\u00fc" * SIZE,
    "digits of another alphabet": "\u0661" * SIZE,
    "look-alikes": "rn0" * (SIZE // 3) + ".com",
    "white space": " " * SIZE,
    "lone surrogates": "\ud800" * SIZE,
}
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "parse_email": parse_email,
    "parse_email with options": lambda text: parse_email(
        text,
        allow_special_use=frozenset({"test"}),
        options=AddressOptions(quoted=True, literal=True, display_name=True),
    ),
    "judge": lambda text: judge(parse_email(text), wanted=Level.SYNTAX, now=NOW),
    "diagnose": diagnose,
    "tidied": lambda text: list(tidied(text)),
    "mentioned": mentioned,
    "bracketed": bracketed,
    "mailbox_of": mailbox_of,
    "looked up": lambda text: probes_for({1: b"k" * 32}, email=text),
    "PLAIN": PLAIN.__getitem__,
    "DOMAINS": DOMAINS.__getitem__,
    "canonical_email": lambda text: canonical_email(text, "gmail.com"),
    "folding": folding,
    "suggest_domain": suggest_domain,
    "matches_suffix": lambda text: matches_suffix(text, RELAYS),
    "is_gibberish": is_gibberish,
    "imitates": imitates,
    "is_role": is_role,
    "is_public_suffix": is_public_suffix,
    "Lists.hits": Lists.installed().hits,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_costs_next_to_nothing(name: str) -> None:
    """Less than a fifth of a second, whatever it is; quadratic behaviour would take seconds or minutes."""
    function = FUNCTIONS[name]
    spent = {kind: cpu_seconds(partial(function, text), enough=LIMIT) for kind, text in HOSTILE.items()}
    assert {kind: seconds for kind, seconds in spent.items() if seconds >= LIMIT} == {}


@given(st.text(max_size=60), st.text(max_size=40))
def test_nothing_that_is_typed_raises(local: str, domain: str) -> None:
    """Every function gives an answer to every text."""
    for text in (f"{local}@{domain}", local, domain):
        for function in FUNCTIONS.values():
            function(text)
