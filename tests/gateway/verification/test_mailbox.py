"""What a mailbox check adds to the verdict on an address."""

from datetime import timedelta

import pytest

from gateway.verification.address import parse_email
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome, MxHost
from gateway.verification.email import judge
from gateway.verification.model import Deliverability, EmailVerdict
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW

LISTS = ListHits(allowed=False, denied=False, disposable=False, privacy_relay=False, free=False, lists=("fake@1",))
PROVEN = {MailboxOutcome.NOT_FOUND}
DOUBTED = {
    MailboxOutcome.FULL,
    MailboxOutcome.DISABLED,
    MailboxOutcome.NOT_SERVED,
    MailboxOutcome.NOT_PUBLIC,
}
VENDORS_ONLY = {MailboxOutcome.TRAP, MailboxOutcome.DOUBTED, MailboxOutcome.UNDECIDED}


def mail(outcome: MailOutcome = MailOutcome.MX, host: str = "mx.acme.example") -> DomainMail:
    """What DNS says of the domain."""
    hosts = (MxHost(preference=10, host=host),) if outcome is MailOutcome.MX else ()
    return DomainMail(domain="acme.example", outcome=outcome, mx=hosts)


def judged(
    answer: MailboxAnswer | None, wanted: Level = Level.SMTP, outcome: MailOutcome = MailOutcome.MX
) -> EmailVerdict:
    """The verdict on one address after a mailbox check."""
    syntax = parse_email("ada@acme.example")
    return judge(syntax, lists=LISTS, dns=mail(outcome), mailbox=answer, wanted=wanted, now=NOW)


@pytest.mark.parametrize("outcome", sorted(set(MailboxOutcome) - VENDORS_ONLY))
def test_only_no_such_mailbox_is_proof(outcome: MailboxOutcome) -> None:
    """What the server says about us, about time or about its policy leaves the verdict unknown, at 50."""
    found = judged(MailboxAnswer(outcome=outcome))
    if outcome in PROVEN:
        expected = Deliverability.UNDELIVERABLE
    else:
        expected = Deliverability.RISKY if outcome in DOUBTED else Deliverability.UNKNOWN
    assert found.verdict is expected
    assert found.level is (
        Level.DNS if expected is Deliverability.UNKNOWN or outcome is MailboxOutcome.NOT_PUBLIC else Level.SMTP
    )
    assert (found.score == 50) is (expected is Deliverability.UNKNOWN)


@pytest.mark.parametrize("outcome", sorted(MailboxOutcome))
def test_a_vendor_reaches_the_level_vendor_or_leaves_it_open(outcome: MailboxOutcome) -> None:
    """A vendor's answer gives reasons of its own stage, and is named in the evidence with its own word."""
    found = judged(MailboxAnswer(outcome=outcome, by="acme_checks", word="their-word"), wanted=Level.VENDOR)
    ended = found.verdict is not Deliverability.UNKNOWN
    assert found.level is (Level.VENDOR if ended else Level.DNS)
    assert (found.evidence.mailbox_by, found.evidence.mailbox_outcome) == ("acme_checks", "their-word")
    assert found.reasons[-1].value.startswith("vendor_")


def test_a_yes_counts_for_what_it_proves() -> None:
    """A yes counts once an invented address was refused, is open before that, and a doubt where all is accepted."""
    untested = judged(MailboxAnswer(outcome=MailboxOutcome.ACCEPTED))
    excluded = judged(MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, catch_all=False))
    catch_all = judged(MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, catch_all=True))
    assert judged(None, wanted=Level.DNS).score < excluded.score == 100
    assert (untested.verdict, untested.level, untested.score) == (Deliverability.UNKNOWN, Level.DNS, 50)
    assert untested.reasons[-2:] == (ReasonCode.MAILBOX_ACCEPTED, ReasonCode.CATCH_ALL_UNTESTED)
    assert untested.retry_after == timedelta(minutes=15)
    assert (catch_all.verdict, catch_all.reasons[-1]) == (Deliverability.RISKY, ReasonCode.CATCH_ALL_DOMAIN)
    assert [each.facts.catch_all for each in (untested, excluded, catch_all)] == [None, False, True]


TOLD = {
    MailboxOutcome.NOT_FOUND: (False, False),
    MailboxOutcome.FULL: (True, False),
    MailboxOutcome.DISABLED: (None, True),
}


@pytest.mark.parametrize("by", ["smtp", "acme_checks"])
@pytest.mark.parametrize("outcome", sorted(set(MailboxOutcome) - {MailboxOutcome.ACCEPTED}))
def test_full_and_disabled_are_told_by_who_speaks_of_the_mailbox(outcome: MailboxOutcome, by: str) -> None:
    """A trap, a refusal to relay, a private address say nothing about a mailbox: the facts stay empty."""
    facts = judged(MailboxAnswer(outcome=outcome, by=by), wanted=Level.VENDOR).facts
    assert (facts.full, facts.disabled) == TOLD.get(outcome, (None, None))


BELIEVED = {("smtp", False), ("acme_checks", False), ("acme_checks", None)}
"""Whose yes, and after what was found out about the domain, is one to this mailbox."""


@pytest.mark.parametrize("by", ["smtp", "acme_checks"])
def test_a_yes_to_anything_says_nothing_about_the_mailbox(by: str) -> None:
    """Neither full nor disabled is known of a mailbox whose server takes everything, or may do so."""
    for catch_all in (True, False, None):
        answer = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, by=by, catch_all=catch_all)
        facts = judged(answer, wanted=Level.VENDOR).facts
        told = False if (by, catch_all) in BELIEVED else None
        assert (facts.full, facts.disabled) == (told, told)


@pytest.mark.parametrize("outcome", [each for each in MailOutcome if not each.receives])
def test_a_domain_without_mail_needs_no_probe(outcome: MailOutcome) -> None:
    """Where DNS says that the domain takes no mail, or could not say, no mailbox check is missed or counted."""
    without = judged(None, outcome=outcome)
    assert without == judged(MailboxAnswer(outcome=MailboxOutcome.ACCEPTED), outcome=outcome)
    assert without.level is not Level.SMTP


def test_the_reply_stands_in_the_evidence_and_survives_json() -> None:
    """Code, enhanced code and text are kept; the text and the host only where personal values may be shown."""
    answer = MailboxAnswer(
        outcome=MailboxOutcome.NOT_FOUND, host="mx.acme.example", code=550, enhanced="5.1.1", text="no such user"
    )
    found = judged(answer)
    evidence = found.evidence
    assert (evidence.reply_code, evidence.reply_enhanced, evidence.reply_text) == (550, "5.1.1", "no such user")
    assert EmailVerdict.from_json(found.to_json()) == found
    shown = found.to_json(personal=False)["evidence"]
    assert shown["reply_code"] == 550
    assert not {"reply_text", "mailbox_host"} & shown.keys()


def test_what_nobody_can_check_says_so() -> None:
    """Without a probe or a vendor the wanted level is missed, and the reason tells which."""
    assert judged(None).reasons[-1] is ReasonCode.SMTP_PROBE_OFF
    assert judged(None, wanted=Level.VENDOR).reasons[-1] is ReasonCode.VENDOR_CHECK_OFF


def test_parked_mail_is_a_doubt() -> None:
    """A domain whose every mail server belongs to a parking service is risky, and the fact says so."""
    syntax = parse_email("ada@acme.example")
    parked = judge(syntax, lists=LISTS, dns=mail(host="mx1.park-mx.above.com"), now=NOW)
    assert (parked.verdict, parked.facts.parked) == (Deliverability.RISKY, True)
    assert judge(syntax, lists=LISTS, dns=mail(), now=NOW).facts.parked is False
