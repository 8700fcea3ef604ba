"""Reading addresses: a table of real cases, and what is wrong with the others."""

import pytest

from gateway.verification.address import parse_email
from gateway.verification.email import judge
from gateway.verification.model import Deliverability, EmailFacts
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW

R = ReasonCode


@pytest.mark.parametrize(
    ("value", "normalised", "canonical"),
    [
        ("jane@acme.example", "jane@acme.example", "jane@acme.example"),
        ("  Jane.Doe@ACME.Example \n", "Jane.Doe@acme.example", "jane.doe@acme.example"),
        ("jane+news@acme.example", "jane+news@acme.example", "jane+news@acme.example"),
        ("J.A.N.E+news@googlemail.com", "J.A.N.E+news@googlemail.com", "jane@gmail.com"),
        ("jane.doe+x@outlook.com", "jane.doe+x@outlook.com", "jane.doe@outlook.com"),
        ("jane.doe@yahoo.com", "jane.doe@yahoo.com", "jane.doe@yahoo.com"),
        ("jörg@müller.example", "jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("jane@xn--mller-kva.example", "jane@müller.example", "jane@xn--mller-kva.example"),
        ("o'brien@acme.example", "o'brien@acme.example", "o'brien@acme.example"),
        ("用户@例子.example", "用户@例子.example", "用户@xn--fsqu00a.example"),
        ('"jane"@acme.example', "jane@acme.example", "jane@acme.example"),
        ('"jane doe"@acme.example', '"jane doe"@acme.example', '"jane doe"@acme.example'),
        ("+@gmail.com", "+@gmail.com", "+@gmail.com"),
        ("jane@[192.0.2.1]", "jane@[192.0.2.1]", None),
    ],
)
def test_addresses_are_read(value: str, normalised: str, canonical: str | None) -> None:
    """A good address has a normalised form to write to and a canonical form to recognise it by."""
    syntax = parse_email(value)
    assert syntax.error is None
    assert (syntax.normalised, syntax.canonical) == (normalised, canonical)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", R.ADDRESS_EMPTY),
        (" \t\n", R.ADDRESS_EMPTY),
        (f"{'a' * 250}@acme.example", R.ADDRESS_TOO_LONG),
        ("x" * 100_000, R.ADDRESS_TOO_LONG),
        (" " * 100_000, R.ADDRESS_TOO_LONG),
        ("@" * 100_000, R.ADDRESS_TOO_LONG),
        ("jane", R.AT_SIGN_MISSING),
        ("jane.acme.example", R.AT_SIGN_MISSING),
        ("@acme.example", R.AT_SIGN_MISSING),
        ("jane@", R.AT_SIGN_MISSING),
        ("jane\uff20acme.example", R.AT_SIGN_LOOKALIKE),
        ("jane\ufe6bacme.example", R.AT_SIGN_LOOKALIKE),
        ("jane doe@acme.example", R.UNSAFE_CHARACTERS),
        ("jane@acme .example", R.UNSAFE_CHARACTERS),
        ("jane\u200b@acme.example", R.UNSAFE_CHARACTERS),
        ("jane\x00@acme.example", R.UNSAFE_CHARACTERS),
        ("jane\r\nBcc: all@acme.example", R.UNSAFE_CHARACTERS),
        ("jane..doe@acme.example", R.LOCAL_PART_INVALID),
        (".jane@acme.example", R.LOCAL_PART_INVALID),
        ("jane(doe)@acme.example", R.LOCAL_PART_INVALID),
        ("jane@doe@acme.example", R.LOCAL_PART_INVALID),
        (f"{'a' * 65}@acme.example", R.LOCAL_PART_INVALID),
        (f"{'é' * 33}@acme.example", R.LOCAL_PART_INVALID),
        (f"Jane <{'a' * 65}@acme.example>", R.LOCAL_PART_INVALID),
        ("jane@acme", R.DOMAIN_INVALID),
        ("jane@-acme.example", R.DOMAIN_INVALID),
        ("jane@acme..example", R.DOMAIN_INVALID),
        ("jane@acme.example..", R.DOMAIN_INVALID),
        ("jane@.", R.AT_SIGN_MISSING),
        ("jane@acme_corp.example", R.DOMAIN_INVALID),
        ("jane@xn--a.example", R.DOMAIN_INVALID),
        ("jane@10.0.0.1", R.DOMAIN_INVALID),
        ("jane@printer.local", R.DOMAIN_SPECIAL_USE),
        ("jane@acme.test", R.DOMAIN_SPECIAL_USE),
        ("jane@acme.invalid", R.DOMAIN_SPECIAL_USE),
        ("jane@expyuzz4wqqyqhjn.onion", R.DOMAIN_SPECIAL_USE),
        ("jane@localhost", R.DOMAIN_SPECIAL_USE),
    ],
)
def test_bad_syntax_is_diagnosed(value: str, code: ReasonCode) -> None:
    """Each way of being no address has its code; it is proof, and nothing further is asked or claimed."""
    syntax = parse_email(value)
    assert syntax.error is code
    found = judge(syntax, now=NOW)
    assert (found.verdict, found.level, found.score) == (Deliverability.UNDELIVERABLE, Level.SYNTAX, 0)
    assert found.reasons == (code,)
    assert found.facts == EmailFacts()


def test_the_address_inside_a_display_name_is_suggested() -> None:
    """A name with an address in brackets is more than an address; the one inside is read and offered."""
    syntax = parse_email("Jane <jane@acme.example>")
    assert (syntax.normalised, syntax.suggestion) == ("jane@acme.example", "jane@acme.example")
    assert syntax.doubts == (R.DISPLAY_NAME,)


def test_the_dot_that_ends_a_domain_is_no_part_of_the_address() -> None:
    """`acme.example.` is `acme.example` written out in full (RFC 1034 section 3.1): the same mailbox."""
    assert parse_email("Jane@Acme.example.") == parse_email("Jane@Acme.example")
    allowed = frozenset({"test"})
    assert parse_email("jane@acme.test.", allow_special_use=allowed).normalised == "jane@acme.test"
    assert parse_email("jane@acme.test.").error is R.DOMAIN_SPECIAL_USE


def test_sixty_four_octets_before_the_at_sign_are_the_most_there_is() -> None:
    """RFC 5321 section 4.5.3.1.1 counts octets, not characters; quotes count."""
    assert parse_email(f"{'a' * 64}@acme.example").error is None
    assert parse_email(f"{'é' * 32}@acme.example").error is None
    assert parse_email('"' + "a b" * 20 + '"@acme.example').error is None


def test_a_special_use_name_passes_only_where_wiring_allows_it() -> None:
    """`.test` is refused unless it is allowed by argument; then all other rules still hold."""
    allowed = frozenset({"test"})
    good = parse_email("Jane@Acme.TEST", allow_special_use=allowed)
    assert (good.error, good.domain, good.normalised) == (None, "acme.test", "Jane@acme.test")
    assert parse_email("jane@acme.local", allow_special_use=allowed).error is R.DOMAIN_SPECIAL_USE
    assert parse_email("ja..ne@acme.test", allow_special_use=allowed).error is not None
    assert parse_email(f"{'a' * 250}@a.test", allow_special_use=allowed).error is R.ADDRESS_TOO_LONG
