"""Replies that hand on what another server said: its words are the reason, whatever code they came with."""

import pytest

from gateway.verification.smtp.classify import classify
from gateway.verification.smtp.meaning import ReplyMeaning as M
from gateway.verification.smtp.reply import Stage, parse, relayed

VERIFIED = (
    "550 5.1.1 <ada@acme.example>: Recipient address rejected: undeliverable address: host mx.acme.example[192.0.2.1]"
)


MX = "host mx.acme.example[192.0.2.1]"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("554 5.7.1 Service unavailable; Client host [192.0.2.2] blocked using zen.spamhaus.org", M.REFUSED_US),
        ("554 5.7.1 spam (in reply to RCPT TO command)", M.REFUSED_US),
        ("552 5.2.2 mailbox full", M.MAILBOX_FULL),
        ("451 4.7.1 Greylisted (in reply to RCPT TO command)", M.GREYLISTED),
        ("550 5.1.1 No such user", M.NO_SUCH_MAILBOX),
        ("550 5.7.1 Recipient rejected", M.REFUSED_US),
        ("550 5.2.2 Recipient rejected", M.MAILBOX_FULL),
        ("550 5.7.26 fails", M.REFUSED_US),
        ("550 sorry", M.UNCLEAR),
        ("554 5.1.1 unknown user (in reply to MAIL FROM command)", M.REFUSED_US),
        ("550 host mx2.acme.example[192.0.2.3] said: 554 5.7.1 blocked", M.REFUSED_US),
        ("mailbox full", M.MAILBOX_FULL),
    ],
)
def test_what_the_other_server_said_counts(said: str, meaning: M) -> None:
    """Postfix verifies addresses by asking on, and refuses with 550 5.1.1 whatever the answer was."""
    assert classify(parse(f"{VERIFIED} said: {said}")).meaning is meaning
    assert classify(parse(f"{VERIFIED} said: {said}", stage=Stage.RCPT, host="mx.other.example")).meaning is meaning


def test_a_reply_that_is_handed_on_is_the_other_servers() -> None:
    """It says itself who said it, and to what; where it does not, it answers what the whole answers."""
    whole = parse(
        f"{VERIFIED} said: 552 5.2.2 full (in reply to MAIL FROM command)", stage=Stage.RCPT, host="mx.b.example"
    )
    inner = relayed(whole)
    assert inner is not None
    assert (inner.code, inner.enhanced, inner.text) == (552, "5.2.2", "full")
    assert (inner.stage, inner.host) == (Stage.MAIL, "mx.acme.example")
    plain = relayed(parse("550 x said: 552 full", stage=Stage.RCPT, host="mx.b.example"))
    assert plain is not None
    assert (plain.stage, plain.host) == (Stage.RCPT, "")
    assert relayed(parse("550 5.1.1 User unknown")) is None
    assert relayed(parse("host mx.acme.example[192.0.2.1] said: 550 5.1.1 User unknown")) is None


def test_many_replies_within_each_other_cost_nothing() -> None:
    """The innermost counts."""
    assert classify(parse("550 x said: " * 300 + "552 5.2.2 mailbox full")).meaning is M.MAILBOX_FULL


@pytest.mark.parametrize(
    "text",
    [
        f"554 5.1.7 <x@s.example>: Sender address rejected: undeliverable address: {MX} said: 550 5.1.1 User unknown",
        f"550 5.7.1 <x@s.example>: Sender address rejected: unverified address: {MX} said: 554 5.1.1 User unknown",
        f"554 5.7.1 <mx.s.example[192.0.2.7]>: Client host rejected: {MX} said: 550 5.1.1 User unknown",
        f"554 5.7.1 Client host blocked by policy; {MX} said: 550 5.1.1 User unknown",
        f'550 5.1.1 response to "RCPT TO:<a@b.example>" from {MX} was: 554 5.7.1 Helo command rejected',
    ],
)
def test_a_refusal_stays_one_whatever_is_handed_on(text: str) -> None:
    """Who was asked about is the sender, or the client was refused before anybody was asked."""
    assert classify(parse(text, stage=Stage.RCPT)).meaning is M.REFUSED_US
