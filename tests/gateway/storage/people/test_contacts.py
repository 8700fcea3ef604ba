"""One form of an address for identity, consent and suppression: they can never disagree about whose it is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from consent.errors import SuppressionError
from consent.suppression import SuppressionKind
from gateway.errors import Invalid
from gateway.intake.kit.mailbox import mailbox_in
from gateway.storage.leads.arrivals import identity_of
from gateway.storage.people.contacts import canonical_of, check_plausible, contact_of, digests_of, mac_of, probes_for
from gateway.storage.sealing.vault import Vault
from gateway.verification.providers import FOLDING
from tests.conformance.journal.examples import NOW, submission
from tests.gateway.work.doubles import CountingIds

KEYS = {1: bytes(32), 2: bytes(range(32))}
CANONICAL = SuppressionKind.EMAIL_CANONICAL

LOCALS = st.from_regex(r"[abAB]\.?[ab](\+[xy]?)?", fullmatch=True) | st.sampled_from(("+x", "\u00e4da", "a\u0308da"))
DOMAINS = st.sampled_from(
    (*FOLDING, "acme.example", "ACME.example", "b\u00fccher.example", "xn--bcher-kva.example", "intranet.local")
)
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)


def listed(objected: str, other: str) -> bool:
    """Whether an objection on one address stops another."""
    macs = {mac_of(key, CANONICAL, objected) for key in KEYS.values()}
    return bool(macs & {probe.digest for probe in probes_for(KEYS, email=other)})


@given(one=ADDRESSES, other=ADDRESSES)
def test_identity_and_suppression_agree(one: str, other: str) -> None:
    """Two addresses are one person's exactly where an objection on the one stops the other."""
    same = canonical_of(one) == canonical_of(other)
    assert listed(one, other) == listed(other, one) == same
    known, again = (identity_of(submission(each), None).email for each in (one, other))
    if known is not None and again is not None:
        assert (known == again) == same


@pytest.mark.parametrize("domain", sorted(FOLDING))
def test_every_provider_that_folds_folds_for_both(domain: str) -> None:
    """An objection on the untagged address stops a tagged one, and the other way round."""
    assert listed(f"ada@{domain}", f"Ada+x@{domain}")
    assert listed(f"ada+x@{domain}", f"ada@{domain}")
    assert not listed(f"ada@{domain}", f"bob+ada@{domain}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@icloud.com", "ada+x@icloud.com"),
        ("a.da@gmail.com", "ADA@googlemail.com"),
        ("ada@B\u00dcCHER.example", " ada@xn--bcher-kva.example"),
        ("\u00e4da@acme.example", "a\u0308da@acme.example"),
        ("not an address", " Not an address"),
    ],
)
def test_consent_given_to_one_spelling_is_given_to_the_mailbox(vault: Vault, one: str, other: str) -> None:
    """The reference that the ledger keeps is the same for both, and says nothing of either."""
    assert contact_of(vault, one) == contact_of(vault, other)
    assert contact_of(vault, one) != contact_of(vault, "bob@acme.example")


FORMS = [
    "ada@acme.example",
    "Ada@ACME.example.",
    "<ada@acme.example>",
    "Ada <ada@acme.example>",
    "Ada <ada@acme.example>.",
    '"Ada <sales>" <ada@acme.example>',
    '"ada"@acme.example',
]


@pytest.mark.parametrize("kind", ["email_exact", "email_canonical", "domain"])
@pytest.mark.parametrize("written", FORMS)
def test_every_form_that_is_read_is_looked_up(written: str, kind: str) -> None:
    """However an address is written, what is suppressed stops it, by address or domain; and the other way round."""
    plain = "ada@acme.example"
    stands = mac_of(KEYS[1], SuppressionKind(kind), "acme.example" if kind == "domain" else plain)
    assert stands in {probe.digest for probe in probes_for(KEYS, email=written)}
    assert identity_of(submission(written), None).email == plain
    if kind != "domain":
        entered = mac_of(KEYS[1], SuppressionKind.EMAIL_CANONICAL, written)
        assert entered in {probe.digest for probe in probes_for(KEYS, email=plain)}


@pytest.mark.parametrize("kind", ["email_exact", "email_canonical"])
@pytest.mark.parametrize(
    "written", ["Lovelace, Ada (Sales) <ada@acme.example>", "bob@elsewhere.example <Ada@Acme.example>."]
)
def test_whatever_name_is_before_it_an_address_is_read_as_intake_reads_it(written: str, kind: str) -> None:
    """Who objects under such a spelling is stopped under the address, and can be put on the list by it."""
    plain = mailbox_in(written).address
    check_plausible(SuppressionKind(kind), written)
    assert canonical_of(written) == canonical_of(plain) == "ada@acme.example"
    assert mac_of(KEYS[1], SuppressionKind(kind), written) in {probe.digest for probe in probes_for(KEYS, email=plain)}
    assert probes_for(KEYS, email=written) >= probes_for(KEYS, email=plain)


def test_an_entry_with_a_name_stands_under_its_address() -> None:
    """What is put on the list as it is written is so without the name before it."""
    exact = SuppressionKind.EMAIL_EXACT
    assert mac_of(KEYS[1], exact, "Ada <Ada@acme.example>") == mac_of(KEYS[1], exact, "ada@acme.example")
    named = mac_of(KEYS[1], exact, "Lovelace, Ada (Sales) <Ada@acme.test>")
    assert named == mac_of(KEYS[1], exact, "ada@acme.test")
    assert canonical_of("Ada <ada@acme.test>") == "ada@acme.test"


@pytest.mark.parametrize("kind", ["email_exact", "email_canonical"])
@pytest.mark.parametrize(
    "value", ["a+<x@acme.example", "Ada <b> <ada@acme.test>", "<ada@acme.test> Ada", 'Ada <"a<b"@acme.test>']
)
def test_brackets_that_nobody_understands_are_not_listed(kind: str, value: str) -> None:
    """An entry under the whole text would stop nobody; a look-up goes by what may be meant, and the domain."""
    with pytest.raises(SuppressionError):
        mac_of(KEYS[1], SuppressionKind(kind), value)
    with pytest.raises(SuppressionError):
        digests_of(KEYS, SuppressionKind(kind), value)
    with pytest.raises(Invalid):
        check_plausible(SuppressionKind(kind), value)


@pytest.mark.parametrize(
    "written",
    [
        "mailto:ada@acme.example",
        "ada@acme.example,",
        "ada@acme,example",
        "Ada <b> <ada@acme.example>",
        "<ada@acme.example",
    ],
)
@pytest.mark.parametrize("kind", ["email_exact", "email_canonical", "domain"])
def test_what_may_have_been_meant_forbids_and_identifies_nobody(vault: Vault, kind: str, written: str) -> None:
    """Who objected is found behind a stray sign; consent that was given to the address is not."""
    stands = mac_of(KEYS[1], SuppressionKind(kind), "acme.example" if kind == "domain" else "ada@acme.example")
    assert stands in {probe.digest for probe in probes_for(KEYS, email=written)}
    assert contact_of(vault, written) != contact_of(vault, "ada@acme.example")
    assert identity_of(submission(written), None).email is None


@pytest.mark.parametrize(
    "written",
    [
        "jane@acme.example; ada@acme.test",
        "jane@acme.example,ada@acme.test",
        "Jane <jane@acme.example> / Ada <ada@acme.test>",
        "jane@acme.example or ada@acme.test",
        "jane at acme.example (private: ada@acme.test)",
        "see ada@acme.test",
        "jane doe@acme.example; ada@acme.test",
        " ".join(f"{letter}@acme.example" for letter in "abcdefghijklmnopq") + " ada@acme.test",
        "jane@acme.example@ada@acme.test",
    ],
)
def test_every_address_in_a_field_is_looked_up(written: str) -> None:
    """As every number is: who objected is found wherever they stand, and nothing is taken from it."""
    stands = mac_of(KEYS[1], SuppressionKind.EMAIL_CANONICAL, "ada@acme.test")
    assert stands in {probe.digest for probe in probes_for(KEYS, email=written)}
    assert identity_of(submission(written), None).email is None


def test_a_domain_is_looked_up_behind_brackets_that_nobody_understands() -> None:
    """What the text ends in is its domain all the same."""
    stands = mac_of(KEYS[1], SuppressionKind.DOMAIN, "acme.test")
    assert stands in {probe.digest for probe in probes_for(KEYS, email="a<b@acme.test")}


def test_what_is_no_address_is_not_listed_as_one() -> None:
    """It raises where it is put on the list, and is looked up under nothing."""
    with pytest.raises(SuppressionError):
        mac_of(KEYS[1], CANONICAL, "nobody")
    assert probes_for(KEYS, email="nobody") == frozenset()
    assert len(probes_for(KEYS, email=None, phones=["+493012345678"])) == len(KEYS)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Keys of its own."""
    root = LocalRootKey.create(tmp_path / "root.key")
    return Vault(Keyring.create(tmp_path / "keys", root, origin="leads.example/audit/1", now=NOW), CountingIds())


@pytest.mark.parametrize(
    ("kind", "listed", "asked_kind", "asked"),
    [
        ("domain", "acme.example", "email_exact", "ada@mail.acme.example"),
        ("domain", "acme.example", "email_canonical", "Ada@ACME.example"),
        ("domain", "acme.example", "domain", "mail.acme.example"),
        ("email_exact", "ada@acme.example", "email_canonical", "ada@acme.example"),
        ("email_canonical", "a.d.a@gmail.com", "email_exact", "ada+news@gmail.com"),
        ("phone_e164", "+49 (0)30 901820", "phone_e164", "+4930901820"),
    ],
)
def test_a_check_answers_what_the_policy_would(kind: str, listed: str, asked_kind: str, asked: str) -> None:
    """By the address as written, its canonical form and every parent domain; a number by its E.164."""
    stands = mac_of(KEYS[1], SuppressionKind(kind), listed)
    assert stands in digests_of(KEYS, SuppressionKind(asked_kind), asked)
    assert stands not in digests_of(KEYS, SuppressionKind.EMAIL_EXACT, "bob@elsewhere.example")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email_canonical", "ada at acme"),
        ("email_canonical", "a b@acme.example"),
        ("domain", "Acme Limited"),
        ("domain", "acme"),
        ("domain", "ada@acme.example"),
        ("domain", " . "),
        ("phone_e164", "12"),
        ("phone_e164", "030 901820"),
    ],
)
def test_what_stops_nobody_is_refused(kind: str, value: str) -> None:
    """The error says what is wanted and never the value."""
    with pytest.raises(Invalid) as caught:
        check_plausible(SuppressionKind(kind), value)
    assert value not in str(caught.value)
    assert [fault.pointer for fault in caught.value.faults] == ["/value"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email_canonical", "ada@acme.example"),
        ("email_exact", "ada@intranet.local"),
        ("domain", "b\u00fccher.example"),
        ("phone_e164", "+49 30 901820"),
    ],
)
def test_what_could_be_reached_is_taken(kind: str, value: str) -> None:
    """Also what the address parser knows to be special, so that it can be objected to."""
    check_plausible(SuppressionKind(kind), value)
