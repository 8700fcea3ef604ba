"""Quoted local parts, domain literals and display names: what each is worth, with its option and without."""

import pytest

from gateway.verification.address import AddressOptions, parse_email
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.strings import strings

ALL = AddressOptions(quoted=True, literal=True, display_name=True)
QUOTED = '"jane doe"@acme.example'
LITERAL = "jane@[8.8.8.8]"


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


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "192.0.2.1", "IPv6:::1", "IPv6:fe80::1"])
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
