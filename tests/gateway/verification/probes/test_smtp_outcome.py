"""What a reply means for a mailbox check, and when it is one against us."""

import pytest

from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.smtp import outcome
from gateway.verification.probes.smtp.outcome import Heard
from gateway.verification.smtp.reply import Stage, parse
from tests.gateway.verification.probes.worlds import US

R = MailboxOutcome


def heard(text: str, stage: Stage) -> Heard:
    """A reply to us, read."""
    return outcome.read(parse(text, stage=stage), US)


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.HELO, Stage.MAIL])
@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Service unavailable",
        "554 5.7.606 see our page",
        "550 5.1.8 bad",
        "554 no SMTP service here",
        "550 no",
        "554 5.0.0 no",
        "550 5.4.1 your IP is blocked using a blocklist",
        "503 5.5.1 authentication required",
        "421 4.7.0 [127.0.0.1] tried too often",
    ],
)
def test_a_refusal_of_us_is_one(text: str, stage: Stage) -> None:
    """By our names, its words, the class of its code, or a bare 550 or 554 before anybody's address was given."""
    assert heard(text, stage).blames_us


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.HELO, Stage.MAIL])
@pytest.mark.parametrize(
    "text",
    [
        "552 5.3.4 message size exceeds the fixed limit",
        "555 5.5.4 unsupported option",
        "503 5.5.1 need HELO",
        "550 5.4.1 try other mx",
        "500 what?",
        "530 5.7.0 Must issue a STARTTLS command first",
        "451 4.7.1 try again",
    ],
)
def test_a_reply_about_the_talk_is_nothing_against_us(text: str, stage: Stage) -> None:
    """A size, an option, the order of commands, a route: the verdict stays open, and nobody is left alone for hours."""
    found = heard(text, stage)
    assert not found.blames_us
    assert found.outcome in {R.REFUSED_US, R.TEMPORARY, R.UNCLEAR}


@pytest.mark.parametrize(
    "text",
    [
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly, slow down",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more of it",
        "450 4.2.121 recipient's rate limit",
        "550 5.2.122 recipient's rate limit exceeded",
    ],
)
def test_the_rate_of_one_mailbox_is_nobody_elses(text: str) -> None:
    """It is for now and for this mailbox: neither we nor the others of the operator are meant."""
    found = heard(text, Stage.RCPT)
    assert (found.outcome, found.for_everybody, found.blames_us) == (R.TEMPORARY, False, False)


@pytest.mark.parametrize(
    "text", ["450 4.7.1 too many connections, slow down", "421 4.7.28 unusual rate of mail from us"]
)
def test_our_own_rate_is_for_everybody(text: str) -> None:
    """A server that says it of us is left alone for a while."""
    found = heard(text, Stage.RCPT)
    assert (found.outcome, found.for_everybody) == (R.THROTTLED, True)


def test_what_is_kept_of_a_reply_names_neither_them_nor_us() -> None:
    """Address, HELO, sender and IP address are left out of the evidence and of the list of pauses."""
    text = "550 5.7.1 <jane@acme.example>: 127.0.0.1 (probe.leadgate.example) for probe@leadgate.example is blocked"
    found = heard(text, Stage.RCPT)
    answer = found.answer(host="mx.acme.example", starttls=None, address="jane@acme.example")
    for kept in (answer.text or "", found.why("jane@acme.example")):
        assert "blocked" in kept
        assert not any(name in kept for name in ("jane", "127.0.0.1", "probe", "leadgate"))
