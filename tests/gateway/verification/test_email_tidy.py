"""Stray signs around an address: refused all the same, with what was probably meant beside."""

import pytest

from gateway.verification.address import AddressOptions, parse_email
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level
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
]
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
        "jane@acme.co,uk",
        "jane@acme.example,Bob",
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
