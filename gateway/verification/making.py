"""The parts of e-mail verdicts that many have in common: weights and facts, made once for each set of reasons."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailOutcome
from gateway.verification.mailbox import full_and_disabled
from gateway.verification.model import DELIVERABILITY_OF, Deliverability, EmailFacts
from gateway.verification.reasons import ReasonCode
from gateway.verification.score import Contribution, Weights, lifetime, weigh

_KEPT: Final = 4096
"""There are a few hundred sets of reasons that occur together; each is weighed once."""


class Checks(NamedTuple):
    """What lists, DNS and a mailbox check brought back on one address: None stands for a check that was not made.

    A tuple, for one is made per address, and a frozen dataclass takes four times as long.
    """

    lists: ListHits | None = None
    dns: DomainMail | None = None
    mailbox: MailboxAnswer | None = None


NO_CHECKS: Final = Checks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What follows from a set of reasons, whoever's address they are about; `facts` are those of the syntax."""

    verdict: Deliverability
    score: int
    contributions: tuple[Contribution, ...]
    lifetime: timedelta
    facts: EmailFacts


@lru_cache(maxsize=_KEPT)
def weight_of(reasons: tuple[ReasonCode, ...], weights: Weights) -> Weight:
    """Weigh reasons as the operator's policy weighs them."""
    weighed = weigh(reasons, weights=weights)
    return Weight(
        verdict=DELIVERABILITY_OF[weighed.effect],
        score=weighed.score,
        contributions=weighed.contributions,
        lifetime=lifetime(reasons),
        facts=_facts(reasons, None, None, None),
    )


def facts_of(reasons: tuple[ReasonCode, ...], checks: Checks) -> EmailFacts:
    """The facts that the syntax and the checks brought to light."""
    lists, dns, mailbox = checks.lists, checks.dns, checks.mailbox
    return _facts(
        reasons,
        None if lists is None else (lists.free, lists.disposable, lists.privacy_relay, lists.denied),
        None if dns is None or dns.outcome.transient else (dns.outcome, dns.spf_reject_all),
        None if mailbox is None else _probed(mailbox),
    )


def _probed(answer: MailboxAnswer) -> tuple[bool | None, ...]:
    return (answer.catch_all, *full_and_disabled(answer), answer.starttls)


@lru_cache(maxsize=_KEPT)
def _facts(
    reasons: tuple[ReasonCode, ...],
    listed: tuple[bool | None, ...] | None,
    resolved: tuple[MailOutcome, bool | None] | None,
    probed: tuple[bool | None, ...] | None,
) -> EmailFacts:
    if ReasonCode.SYNTAX_OK not in reasons:
        return EmailFacts()
    found: dict[str, bool | None] = {
        "tagged": ReasonCode.TAGGED_ADDRESS in reasons,
        "smtputf8": ReasonCode.NEEDS_SMTPUTF8 in reasons,
        "gibberish": ReasonCode.GIBBERISH_LOCAL_PART in reasons,
        "lookalike": ReasonCode.DOMAIN_LOOKALIKE in reasons,
    }
    if listed is not None:
        found |= zip(("free", "disposable", "privacy_relay", "denied"), listed, strict=True)
        found["role"] = ReasonCode.ROLE_ADDRESS in reasons
        found["typo_trap"] = ReasonCode.TYPO_TRAP_DOMAIN in reasons
    if resolved is not None:
        outcome, found["spf_reject_all"] = resolved
        found["null_mx"] = outcome is MailOutcome.NULL_MX
        found["implicit_mx"] = outcome is MailOutcome.IMPLICIT_MX
        found["parked"] = ReasonCode.PARKED_DOMAIN in reasons
    if probed is not None:
        found |= zip(("catch_all", "full", "disabled", "starttls"), probed, strict=True)
    return EmailFacts(**found)


def fill_in(evidence: Any, checks: Checks) -> None:  # noqa: ANN401 - a draft of `EmailEvidence`
    """Fill in what DNS and a mailbox check brought back: the fields of a draft that are empty without them."""
    dns, mailbox = checks.dns, checks.mailbox
    if dns is not None:
        evidence.dns, evidence.mx = dns.outcome.value, tuple(host.host for host in dns.mx)
    if mailbox is not None:
        evidence.mailbox_by = mailbox.by
        evidence.mailbox_outcome = mailbox.word or mailbox.outcome.value
        evidence.mailbox_host = mailbox.host
        evidence.reply_code = mailbox.code
        evidence.reply_enhanced = mailbox.enhanced
        evidence.reply_text = mailbox.text
