"""Values made from drafts are what their constructors make: the same class, the same fields, and frozen."""

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from gateway.verification.address import EmailSyntax, parse_email
from gateway.verification.answers import DomainMail, MailboxAnswer, MailboxOutcome, MailOutcome, MxHost
from gateway.verification.drafts import draft_of
from gateway.verification.email import judge
from gateway.verification.model import EmailEvidence, EmailVerdict
from gateway.verification.probes import dns
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW, FakeLists, mail

ADDRESSES = ("jane@acme.example", "Jane+x@gmail.com", "j\u00f6rg@m\u00fcller.example", "a@[192.0.2.1]", "no address")
ANSWER = MailboxAnswer(
    outcome=MailboxOutcome.NOT_FOUND, catch_all=False, starttls=True, host="mx", code=550, enhanced="5.1.1", text="no"
)


def by_constructor(value: Any) -> Any:  # noqa: ANN401 - any dataclass
    """The same value, made by its class's own constructor."""
    return type(value)(**{each.name: getattr(value, each.name) for each in fields(value)})


def verdicts() -> list[EmailVerdict]:
    """Verdicts of every level, with and without answers."""
    found = []
    for text in ADDRESSES:
        syntax = parse_email(text)
        hits = FakeLists().hits(syntax.domain)
        answers: list[DomainMail] = [mail(syntax.domain, outcome) for outcome in MailOutcome]
        found += [judge(syntax, wanted=level, lists=hits, now=NOW) for level in (Level.SYNTAX, Level.LISTS)]
        found += [judge(syntax, lists=hits, dns=each, now=NOW) for each in answers]
        found += [judge(syntax, lists=hits, dns=each, mailbox=ANSWER, wanted=Level.SMTP, now=NOW) for each in answers]
    return found


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_syntax_is_complete(text: str) -> None:
    """Whichever way an address was read, every field is there."""
    syntax = parse_email(text)
    assert type(syntax) is EmailSyntax
    assert syntax == by_constructor(syntax)
    assert hash(syntax) == hash(by_constructor(syntax))


def test_verdicts_are_complete() -> None:
    """So are verdicts and their evidence, at every level."""
    for found in verdicts():
        assert (type(found), type(found.evidence)) == (EmailVerdict, EmailEvidence)
        assert found == by_constructor(found)
        assert found.evidence == by_constructor(found.evidence)
        assert repr(found) == repr(by_constructor(found))
        assert EmailVerdict.from_json(found.to_json()) == found


def test_answers_of_dns_are_complete() -> None:
    """An MX host and who takes mail are what their constructors make."""
    host = dns._host(10, "mx.acme.example")
    found = dns._with_hosts("acme.example", (host,), 300.0)
    assert (type(host), type(found)) == (MxHost, DomainMail)
    assert (host, found) == (by_constructor(host), by_constructor(found))
    assert hash(found) == hash(by_constructor(found))
    with pytest.raises(FrozenInstanceError):
        found.ttl = 1  # type: ignore[misc]


def test_they_are_frozen_and_can_be_replaced() -> None:
    """Nothing of them can be written to once they are handed on."""
    found = judge(parse_email("jane@acme.example"), wanted=Level.SYNTAX, now=NOW)
    for value in (found, found.evidence, parse_email("jane@acme.example")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)
    assert replace(found, score=1).score == 1
    assert found.score == 55


def test_a_draft_with_a_slot_left_empty_is_found_out() -> None:
    """A field that nobody filled has no value at all, so that the comparison above cannot pass over it."""
    made = draft_of(EmailSyntax)()
    made.local = "jane"
    made.__class__ = EmailSyntax
    with pytest.raises(AttributeError):
        by_constructor(made)
