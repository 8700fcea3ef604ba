"""Verdicts on addresses, as tests want them."""

from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailboxAnswer, MailOutcome
from gateway.verification.email import judge
from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import Level
from gateway.verification.score import PLAIN, Weights
from tests.gateway.verification.fakes import NOW, mail


def email(
    value: str = "ada@acme.example",
    *,
    outcome: MailOutcome = MailOutcome.MX,
    mailbox: MailboxAnswer | None = None,
    wanted: Level = Level.DNS,
    weights: Weights = PLAIN,
) -> EmailVerdict:
    """A verdict on an address on no list, whose look-up and mailbox check ended like this."""
    syntax = parse_email(value)
    hits = ListHits(allowed=False, disposable=False, privacy_relay=False, free=False, lists=("fake@1",))
    dns = mail(syntax.domain, outcome)
    return judge(syntax, lists=hits, dns=dns, mailbox=mailbox, wanted=wanted, now=NOW, weights=weights)
