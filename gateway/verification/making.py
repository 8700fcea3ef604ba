"""Making the values of an e-mail verdict out of what many verdicts have in common and what only one has."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from gateway.verification.address import EmailSyntax
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.drafts import draft_of
from gateway.verification.mailbox import mailbox_level
from gateway.verification.model import DELIVERABILITY_OF, Deliverability, EmailEvidence, EmailFacts
from gateway.verification.reasons import REASONS_VERSION, ReasonCode
from gateway.verification.score import Contribution, lifetime, weigh

_KEPT: Final = 4096
"""There are a few hundred sets of reasons that occur together; each is weighed once."""
_Evidence: Final = draft_of(EmailEvidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What lists, DNS and a mailbox check brought back on one address: None stands for a check that was not made."""

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
def weight_of(reasons: tuple[ReasonCode, ...], risky: frozenset[ReasonCode]) -> Weight:
    """Weigh reasons, with those that the operator's policy takes for a risk."""
    weighed = weigh(reasons, doubted=risky)
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
    ended = mailbox_level(answer) is not None
    return (
        answer.catch_all,
        answer.outcome is MailboxOutcome.FULL if ended else None,
        answer.outcome is MailboxOutcome.DISABLED if ended else None,
        answer.starttls,
    )


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


def evidence_of(
    syntax: EmailSyntax,
    checks: Checks,
    *,
    lists: tuple[str, ...],
    libraries: tuple[str, ...],
    checked_at: datetime,
    expires_at: datetime,
) -> EmailEvidence:
    """What a verdict rests on; `lists` and `libraries` hold `name@version`."""
    made: Any = _Evidence()
    made.normalised = syntax.normalised
    made.canonical = syntax.canonical
    made.domain = syntax.domain or None
    made.lists = lists
    made.libraries = libraries
    made.reasons_version = REASONS_VERSION
    made.checked_at = checked_at
    made.expires_at = expires_at
    if (dns := checks.dns) is None:
        made.dns, made.mx = None, ()
    else:
        made.dns, made.mx = dns.outcome.value, tuple(host.host for host in dns.mx)
    if (mailbox := checks.mailbox) is None:
        made.mailbox_by = made.mailbox_outcome = made.mailbox_host = None
        made.reply_code = made.reply_enhanced = made.reply_text = None
    else:
        made.mailbox_by = mailbox.by
        made.mailbox_outcome = mailbox.word or mailbox.outcome.value
        made.mailbox_host = mailbox.host
        made.reply_code = mailbox.code
        made.reply_enhanced = mailbox.enhanced
        made.reply_text = mailbox.text
    made.__class__ = EmailEvidence
    return made  # type: ignore[no-any-return]  # a draft until the line above
