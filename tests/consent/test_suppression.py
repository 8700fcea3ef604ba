"""The suppression list: normal forms, keyed hashes, generations, scopes."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import SuppressionError
from consent.suppression import (
    Probe,
    SuppressionKind,
    SuppressionScope,
    hmac_of,
    normalise,
    probes,
)
from consent.terms import PARENT, Channel, Purpose
from tests.consent.worlds import QUESTIONS

KEY, NEWER = bytes(range(32)), bytes(range(32, 64))
EXACT, CANONICAL = SuppressionKind.EMAIL_EXACT, SuppressionKind.EMAIL_CANONICAL
DOMAIN, PHONE = SuppressionKind.DOMAIN, SuppressionKind.PHONE_E164


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (EXACT, " Ada.Lovelace+Crm@Example.COM. ", "ada.lovelace+crm@example.com"),
        (EXACT, "ada@bücher.example", "ada@xn--bcher-kva.example"),
        (EXACT, "ADA@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        (EXACT, "a.d.a+x@gmail.com", "a.d.a+x@gmail.com"),
        (CANONICAL, " Ada@Company.example", "ada@company.example"),
        (CANONICAL, "a.d.a+x@gmail.com", "a.d.a+x@gmail.com"),
        (DOMAIN, "Example.COM.", "example.com"),
        (DOMAIN, "ada@example.com", "example.com"),
        (DOMAIN, "my_host.example", "my_host.example"),
        (PHONE, "+49 (30) 1234-5678", "+493012345678"),
    ],
)
def test_values_have_one_form(kind: SuppressionKind, value: str, expected: str) -> None:
    """Case, IDNA and spacing; a canonical address comes folded, and is not folded again."""
    assert normalise(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EXACT, "ada"),
        (EXACT, "@example.com"),
        (EXACT, "ada@"),
        (CANONICAL, ""),
        (DOMAIN, " . "),
        (PHONE, "030 1234"),
        (PHONE, "+0301234567"),
    ],
)
def test_what_is_not_of_its_kind_is_refused_without_repeating_it(kind: SuppressionKind, value: str) -> None:
    """The error names the kind and never the value."""
    with pytest.raises(SuppressionError) as caught:
        normalise(kind, value)
    assert not value.strip(" .") or value not in str(caught.value)


def test_the_hash_is_keyed_and_separates_kinds() -> None:
    """HMAC-SHA256 over label, kind and normal form; another key or kind gives another digest."""
    expected = hmac.new(KEY, b"leadgate/suppression/1\0email_exact\0ada@example.com", hashlib.sha256).digest()
    assert hmac_of(KEY, EXACT, "Ada@Example.com") == expected
    assert hmac_of(KEY, CANONICAL, "Ada@Example.com") != expected
    assert hmac_of(NEWER, EXACT, "Ada@Example.com") != expected
    for short in (b"", KEY[:31], KEY + b"x"):
        with pytest.raises(SuppressionError, match="32 bytes"):
            hmac_of(short, EXACT, "ada@example.com")


def _met(kind: SuppressionKind, listed: str, wanted: frozenset[Probe], key: bytes = KEY, generation: int = 1) -> bool:
    """Whether an entry under a key stands among the hashes of a lead."""
    return Probe(kind=kind, key_gen=generation, digest=hmac_of(key, kind, listed)) in wanted


@pytest.mark.parametrize(
    ("kind", "listed", "email", "phone", "hit"),
    [
        (EXACT, "ada@example.com", "ADA@example.com", None, True),
        (EXACT, "ada@example.com", "ada+x@example.com", None, False),
        (CANONICAL, "ada@example.com", "ADA@example.com", None, True),
        (CANONICAL, "ada@example.com", "ada+x@example.com", None, False),
        (DOMAIN, "example.com", "anyone@example.com", None, True),
        (DOMAIN, "example.com", "anyone@mail.eu.example.com", None, True),
        (DOMAIN, "example.com", "anyone@notexample.com", None, False),
        (PHONE, "+493012345678", None, "+49 30 12345678", True),
        (PHONE, "+493012345678", "ada@example.com", "+493012345679", False),
        (EXACT, "ada@example.com", "no address", "no number", False),
        (EXACT, "ada@example.com", None, None, False),
    ],
)
def test_a_lead_is_matched_by_every_kind(
    kind: SuppressionKind,
    listed: str,
    email: str | None,
    phone: str | None,
    hit: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    """Exact, canonical, domain with its subdomains, and telephone."""
    assert _met(kind, listed, probes({1: KEY}, email=email, phones=[] if phone is None else [phone])) == hit


def test_a_canonical_form_is_looked_up_beside_the_address_itself() -> None:
    """As its provider files it, and as it was written: an entry may be older than what is known of the provider."""
    wanted = probes({1: KEY}, email="a.da+x@googlemail.com", canonical="ada@gmail.com")
    for kind, listed in (
        (CANONICAL, "ada@gmail.com"),
        (CANONICAL, "a.da+x@googlemail.com"),
        (DOMAIN, "googlemail.com"),
        (EXACT, "a.da+x@googlemail.com"),
    ):
        assert _met(kind, listed, wanted)
    for kind, listed in ((EXACT, "ada@gmail.com"), (DOMAIN, "gmail.com")):
        assert not _met(kind, listed, wanted)


def test_every_generation_is_tried() -> None:
    """An entry under an old key still matches; under a key that is gone it cannot; more than four are refused."""
    address = "ada@example.com"
    assert _met(EXACT, address, probes({1: KEY, 2: NEWER}, email=address))
    assert not _met(EXACT, address, probes({2: NEWER}, email=address))
    assert not _met(EXACT, address, probes({2: KEY}, email=address))
    for keys in ({}, {number: bytes([number]) * 32 for number in range(5)}):
        with pytest.raises(SuppressionError, match="one to 4"):
            probes(keys, email="ada@example.com")


@given(
    purpose=st.none() | st.sampled_from(Purpose),
    channel=st.none() | st.sampled_from(Channel),
    use=st.sampled_from(QUESTIONS),
)
def test_a_scope_reaches_down_the_tree(
    purpose: Purpose | None, channel: Channel | None, use: tuple[Purpose, Channel]
) -> None:
    """A purpose covers itself and what is below it, `None` everything; a channel covers itself only."""
    below = purpose is None or use[0] is purpose or PARENT[use[0]] is purpose
    assert SuppressionScope(purpose=purpose, channel=channel).includes(*use) == (below and channel in {None, use[1]})


def test_nothing_of_the_person_is_printed() -> None:
    """The digest stays out of logs and tracebacks."""
    for probe in probes({1: KEY}, email="ada@example.com"):
        assert probe.digest.hex() not in repr(probe)
        assert "digest" not in repr(probe)
