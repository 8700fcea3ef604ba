"""Stray signs around an address: refused all the same, with what was probably meant beside."""

import pytest

from gateway.verification.address import AddressOptions, parse_email
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.strings import strings

STRAY = [
    "jane@acme.example,",
    "jane@acme.example;",
    "jane@acme.example..",
    "jane@acme.example>",
    "(jane@acme.example)",
    "'jane@acme.example'",
    '"jane@acme.example"',
    "\u201cjane@acme.example\u201d",
    "mailto:jane@acme.example",
    "<MAILTO:jane@acme.example?subject=x@y>",
    "jane @ acme.example",
    "jane@ acme.example",
    "\u200bjane@acme.example",
    "\u202ajane@acme.example\u202c",
    "ja\u00adne@acme.example",
    "jane@acme.example; joe@acme.example",
    "jane@acme.example/joe@acme.example",
    "jane@acme.example joe@acme.example",
    "Jane <jane@acme.example>, Joe <joe@acme.example>",
    "Jane Doe <jane@acme.example",
    "joe@evil.example <jane@acme.example>",
    "joe@evil.example, Jane (Sales) < jane@acme.example >.",
    '"Joe <joe@evil.example>", Jane <jane@acme.example>',
    "jane@acme,example",
    "jane\uff20acme.example",
    "jane\ufe6bacme.example",
    "jane(at)acme.example",
    "jane [at] acme [dot] example",
    "jane{AT}acme(punkt)example",
    "jane@@acme.example",
    "jane@acme..example",
    "jane.@acme.example",
    ".jane@acme.example",
    "jane@acme .example",
    "jane@acme. example",
    "jane@acme.example (work)",
    "jane@acme.example - Sales",
    "jane@acme.example, Sales",
    "jane@acme.example: Sales dept",
    "ja\u200dne@acme.example",
    "Email: jane@acme.example",
    "E-Mail:jane@acme.example",
    "Contact:jane@acme.example",
    "Kontakt jane@acme.example",
    "http://jane@acme.example",
    "jane@acme.example/",
    "jane@acme.example*",
    "jane@acme.example#",
    "jane@acme.example\\",
    "jane@acme.example\u2026",
    "jane@acme.example&nbsp;",
    "jane@acme.example%20",
    "jane%40acme.example",
    "jane&#64;acme.example",
    "jane at acme dot example",
    "jane_at_acme.example",
    "jane(arroba)acme.example",
    "jane<at>acme.example",
    "@jane@acme.example",
    "jane@acme.example@",
    "jane@acme.example,Bob",
    "jane@acme.example <mailto:jane@acme.example>",
    "Jane Doe <mailto:jane@acme.example>",
    "[jane@acme.example](mailto:jane@acme.example)",
    "Jane Doe jane@acme.example",
    "Jane Doe (jane@acme.example)",
    "Jane Doe [jane@acme.example]",
    "Jane Doe &lt;jane@acme.example&gt;",
    '="jane@acme.example"',
    '=HYPERLINK("mailto:jane@acme.example","jane@acme.example")',
    "- jane@acme.example",
    "1. jane@acme.example",
    "Contact: jane@acme.example",
    "&nbsp;jane@acme.example",
    "jane@acme.example|",
    "jane@acme.example?subject=hi",
    "https://acme.example/jane@acme.example",
    "Doe, Jane - jane@acme.example",
    "Doe, Jane jane@acme.example",
    "Jane Doe;jane@acme.example",
    "ACME GmbH / jane@acme.example",
    "1;Jane;Doe;jane@acme.example",
    "Jane Doe(jane@acme.example)",
]
OTHERS = {
    "jane@gmail.com,bob@acme.example": "jane@gmail.com",
    "jane@hotmail.com/jane@acme.example": "jane@hotmail.com",
    "mailer@acme.example,": "mailer@acme.example",
    "mailbox@acme.example.,": "mailbox@acme.example",
    "myemail2@acme.example)": "myemail2@acme.example",
    "email.marketing@acme.example,": "email.marketing@acme.example",
    "jane@acme.co,uk": "jane@acme.co.uk",
    "jane@acme.com,au": "jane@acme.com.au",
    "jane@acme.com,de": "jane@acme.com",
    "jane@acme;com": "jane@acme.com",
    "jane@acme com": "jane@acme.com",
    "jane@gmail com": "jane@gmail.com",
}
"""Names that begin like a label, two addresses with no blank between, and domains with a sign or a blank for a dot."""
PROVIDERS = {
    "jane@gmail": "jane@gmail.com",
    "jane@Gmail": "jane@gmail.com",
    "jane@gmailcom": "jane@gmail.com",
    "jane@yahoocouk": "jane@yahoo.co.uk",
    "jane@yahoo": "jane@yahoo.com",
    "jane@tonline": None,
    "jane@web": None,
    "jane@acme": None,
}


@pytest.mark.parametrize("value", STRAY)
def test_what_was_meant_is_suggested_and_never_applied(value: str) -> None:
    """The verdict stays what syntax makes it; the evidence holds nothing of the suggestion."""
    found = judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.level) == (Deliverability.UNDELIVERABLE, Level.SYNTAX)
    assert found.suggestion == "jane@acme.example"
    assert (found.evidence.normalised, found.evidence.canonical) == (None, None)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "@",
        "...@...",
        "@@",
        "jane",
        "jane@",
        "@acme.example,",
        "jane doe@acme.example",
        "jane doe@acme.example; joe@acme.example",
        "jane@doe@acme.example",
        "see jane@acme.example",
        "jane,doe@acme.example",
        "jane;doe@acme.example",
        "anna. smith@acme.example",
        "jane_ doe@acme.example",
        "jane+ doe@acme.example",
        "O' Brien@acme.example",
        "j(doe)smith@acme.example",
        "jane\\doe@acme.example",
        "https://jane:secret@acme.example",
        "Sales, jane@acme.example",
        "jane 2 doe@acme.example",
        "jane/ doe@acme.example",
        "@jane doe@acme.example",
        "jane@ne.doe@acme.example",
        "d&apos;angelo@acme.example",
        "jane@localhost,",
        "\u202ejane@acme.example",
        "x" * 320 + "@acme.example,",
    ],
)
def test_what_can_be_read_in_two_ways_gets_none(value: str) -> None:
    """Nor does what stays no address when the signs are gone, or is too long to be one."""
    found = parse_email(value)
    assert found.error is not None
    assert found.suggestion is None


@pytest.mark.parametrize(
    "local",
    ["'jane", "`jane", "=jane", "*jane", "|jane", "{jane", "/jane", "jane'", "jane*", "'jane'", "%jane", "\u2019jane"],
)
def test_a_stray_sign_before_or_behind_the_name_is_a_doubt(local: str) -> None:
    """It may stand there by the standard, and hardly ever does: the address without it is suggested."""
    found = judge(parse_email(f"{local}@acme.example"), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.suggestion) == (Deliverability.RISKY, "jane@acme.example")
    assert ReasonCode.LOCAL_PART_STRAY_SIGN in found.reasons
    assert found.evidence.normalised == f"{local}@acme.example"


@pytest.mark.parametrize("local", ["o'brien", "_jane", "jane-", "+jane", "jane+", "a&b", "x=y"])
def test_such_a_sign_elsewhere_is_none(local: str) -> None:
    """Names hold them."""
    assert ReasonCode.LOCAL_PART_STRAY_SIGN not in parse_email(f"{local}@acme.example").doubts


@pytest.mark.parametrize(
    ("local", "meant"), [("a.'", "a"), ("^.0", "0"), ("a.{guid}", None), ("jane.'x'", None), ("'jane.'x'", "jane.'x'")]
)
def test_only_an_address_is_suggested(local: str, meant: str | None) -> None:
    """And no half of a pair of signs is taken away."""
    suggestion = parse_email(f"{local}@acme.example").suggestion
    assert suggestion == (None if meant is None else f"{meant}@acme.example")
    assert suggestion is None or parse_email(suggestion).error is None


def test_a_typographic_apostrophe_is_one_of_them() -> None:
    """Text programs put it in place of the plain one."""
    found = parse_email("o\u2019brien@acme.example")
    assert (found.doubts, found.suggestion) == ((ReasonCode.LOCAL_PART_STRAY_SIGN,), "o'brien@acme.example")


@pytest.mark.parametrize("value", OTHERS)
def test_what_is_suggested_is_nobody_else(value: str) -> None:
    """The whole name, of the first address, at the whole domain."""
    found = parse_email(value)
    assert (found.error is not None, found.suggestion) == (True, OTHERS[value])


@pytest.mark.parametrize("value", PROVIDERS)
def test_a_provider_s_name_may_stand_for_its_domain(value: str) -> None:
    """Where it is one name alone: no domain has no dot. A short one may be anybody's."""
    found = parse_email(value)
    assert (found.error is not None, found.suggestion) == (True, PROVIDERS[value])


def test_a_joiner_that_belongs_to_a_name_stays_in_what_is_suggested() -> None:
    """Another domain would be meant without it."""
    assert parse_email("a@\u0dc1\u0dca\u200d\u0dbb\u0dd3.com,").suggestion == "a@\u0dc1\u0dca\u200d\u0dbb\u0dd3.com"


def test_a_suggestion_reads_as_itself_and_changes_nothing_else() -> None:
    """Over many odd texts: what is suggested is an address, and the error is the one that the text has anyway."""
    plain = AddressOptions(display_name=True)
    for value in strings(11, 1500):
        found = parse_email(value)
        if found.error is None or found.suggestion is None:
            continue
        again = parse_email(found.suggestion, options=plain)
        assert (again.error, again.normalised) == (None, found.suggestion)
        assert (found.normalised, found.canonical, found.domain, found.doubts) == (None, None, "", ())
