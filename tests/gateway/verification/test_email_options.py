"""Quoted local parts, domain literals and display names: what each is worth, with its option and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.address import AddressOptions, parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW, mail
from tests.gateway.verification.strings import strings

ALL = AddressOptions(quoted=True, literal=True, display_name=True)
QUOTED = '"jane doe"@acme.example'
LITERAL = "jane@[8.8.8.8]"
WIDE = "\uff10\uff19\uff21\uff3a\uff41\uff5a\uff0e\uff76\uff9e"


@pytest.mark.parametrize(
    ("value", "code"), [(QUOTED, ReasonCode.QUOTED_LOCAL_PART), (LITERAL, ReasonCode.DOMAIN_LITERAL)]
)
def test_what_is_valid_but_rare_is_risky_unless_opted_into(value: str, code: ReasonCode) -> None:
    """RFC 5321 allows both, so neither is ever undeliverable for its form; the reason says what it is."""
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.reasons) == (Deliverability.RISKY, (ReasonCode.SYNTAX_OK, code))
    opted = judge(parse_email(value, options=ALL), wanted=Level.SYNTAX, now=NOW)
    assert (opted.verdict, opted.reasons) == (Deliverability.DELIVERABLE, (ReasonCode.SYNTAX_OK,))
    assert opted.evidence == found.evidence


def test_each_option_stands_for_one_form() -> None:
    """Opting into one leaves the other as it was."""
    quoted, literal = AddressOptions(quoted=True), AddressOptions(literal=True)
    assert parse_email(LITERAL, options=quoted).doubts == (ReasonCode.DOMAIN_LITERAL,)
    assert parse_email(QUOTED, options=literal).doubts == (ReasonCode.QUOTED_LOCAL_PART,)
    both = parse_email('"a b"@[8.8.8.8]')
    assert both.doubts == (ReasonCode.QUOTED_LOCAL_PART, ReasonCode.DOMAIN_LITERAL)


PRIVATE = ("127.0.0.1", "10.0.0.1", "192.0.2.1", "IPv6:::1", "IPv6:fe80::1", "IPv6:64:ff9b::7f00:1")
NOT_GLOBAL = ("224.0.0.1", "IPv6:ff0e::1", "IPv6:2002:7f00:1::")


@pytest.mark.parametrize("host", [*PRIVATE, *NOT_GLOBAL])
def test_an_address_that_is_not_public_stays_a_doubt(host: str) -> None:
    """Nothing out there reaches it, whatever was opted into."""
    assert parse_email(f"jane@[{host}]", options=ALL).doubts == (ReasonCode.DOMAIN_LITERAL,)


def test_a_display_name_is_a_doubt_about_the_address_inside() -> None:
    """The address is judged and suggested, never refused; with the option it is read as the one inside alone."""
    value = '"Doe, Jane" <Jane@Acme.example>'
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.reasons) == (
        Deliverability.RISKY,
        (ReasonCode.SYNTAX_OK, ReasonCode.DISPLAY_NAME),
    )
    assert (found.suggestion, found.evidence.canonical) == ("Jane@acme.example", "jane@acme.example")
    read = parse_email(value, options=AddressOptions(display_name=True))
    assert read == parse_email("Jane@Acme.example")
    assert judge(read, wanted=Level.SYNTAX, now=NOW).evidence.normalised == "Jane@acme.example"


def test_a_quoted_name_that_needs_no_quotes_is_no_doubt() -> None:
    """RFC 5321 section 4.1.2: the least quoting that will do is the same mailbox."""
    assert parse_email('"jane"@acme.example').doubts == ()


def test_options_only_ever_take_doubts_away() -> None:
    """Whatever is read without options is read in the same way with them, with fewer doubts or as many."""
    for value in strings(3, 800):
        usual, opted = parse_email(value), parse_email(value, options=ALL)
        assert set(opted.doubts) <= set(usual.doubts)
        if usual.error is None:
            assert opted.canonical == usual.canonical
        else:
            assert opted == usual


@pytest.mark.parametrize("value", ["a..b@docomo.ne.jp", "ab.@docomo.ne.jp", ".ab@ezweb.ne.jp", "A..b.@EZWEB.ne.jp"])
def test_dots_that_carriers_gave_out_are_no_proof(value: str) -> None:
    """Such mailboxes exist, and the name without the dot is somebody else's."""
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.suggestion) == (Deliverability.RISKY, None)
    assert found.reasons == (ReasonCode.SYNTAX_OK, ReasonCode.QUOTED_LOCAL_PART)
    elsewhere = judge(parse_email(value.partition("@")[0] + "@acme.example"), wanted=Level.SYNTAX, now=NOW)
    assert elsewhere.verdict is Deliverability.UNDELIVERABLE


@pytest.mark.parametrize(
    "value",
    ["Doe, Jane <jane@acme.example>", "jane@acme.example <jane@acme.example>", "Dr. J. Doe <jane@acme.example>"],
)
def test_a_name_that_wants_quotes_is_a_display_name_too(value: str) -> None:
    """As mail programs copy it: a comma in a name proves nothing against the address."""
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.suggestion) == (Deliverability.RISKY, "jane@acme.example")
    assert found.reasons == (ReasonCode.SYNTAX_OK, ReasonCode.DISPLAY_NAME)


@pytest.mark.parametrize(
    ("value", "meant", "canonical"),
    [
        ("\uff41\uff44\uff41.b@gmail.com", "ada.b@gmail.com", "adab@gmail.com"),
        ("\uff29\uff4e\uff46\uff4f@acme.example", "Info@acme.example", "info@acme.example"),
        ("\ufb01nn@acme.example", "finn@acme.example", "finn@acme.example"),
    ],
)
def test_full_width_letters_name_the_same_mailbox(value: str, meant: str, canonical: str) -> None:
    """As a Japanese keyboard writes them: a doubt, with the plain letters as suggestion, and found by suppression."""
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.suggestion) == (Deliverability.RISKY, meant)
    assert found.evidence.canonical == canonical == parse_email(meant).canonical
    assert ReasonCode.LOCAL_PART_LOOKALIKE in found.reasons


@pytest.mark.parametrize("local", ["\u0e17\u0e33\u0e07\u0e32\u0e19", "\u0e99\u0ec9\u0eb3", "1\u00ba", "m\u00b2"])
def test_signs_that_a_script_is_written_with_stay(local: str) -> None:
    """Thai and Lao have vowels that Unicode takes for two signs; nobody types them so."""
    found = judge(parse_email(f"{local}@acme.example"), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.suggestion) == (Deliverability.DELIVERABLE, None)
    assert found.evidence.canonical == f"{local}@acme.example"


@given(st.text(st.sampled_from(f"{WIDE}a1.\u2026\u2024\u2488\u00bd\ufb01\u0e33\u313a"), max_size=9))
def test_what_is_suggested_for_such_names_reads_as_the_same_mailbox(local: str) -> None:
    """Whatever stands before the @."""
    read = parse_email(f"{local}@acme.example")
    if read.error is None and read.suggestion is not None:
        meant = parse_email(read.suggestion)
        assert meant.error is None
        assert (meant.canonical, meant.suggestion) == (read.canonical, None)


@pytest.mark.parametrize("value", ["Jane <jane@gmial.com>", "jane@gmial.com", '"Doe, J" <jane@gmial.com>'])
def test_a_mistyped_domain_behind_a_name_is_suggested(value: str) -> None:
    """The name costs the lead nothing."""
    syntax = parse_email(value)
    dead = judge(syntax, lists=ListHits(), dns=mail(syntax.domain, MailOutcome.NXDOMAIN), now=NOW)
    assert (dead.verdict, dead.suggestion) == (Deliverability.UNDELIVERABLE, "jane@gmail.com")
    assert parse_email("Jane <'jane@acme.example>").suggestion == "jane@acme.example"
