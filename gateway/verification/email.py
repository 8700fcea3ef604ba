"""The verdict on an e-mail address: a pure function of its syntax, the lists' hits and the DNS answer."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import idna
import rapidfuzz

from gateway.verification.address import EmailSyntax
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.domain_part import LIBRARY
from gateway.verification.domains import TRAPS, TYPO_LIST, suggest_domain
from gateway.verification.drafts import draft_of
from gateway.verification.gibberish import is_gibberish
from gateway.verification.lookalike import imitated
from gateway.verification.mailbox import mailbox_level, mailbox_reasons
from gateway.verification.making import NO_CHECKS, Checks, facts_of, fill_in, weight_of
from gateway.verification.model import EmailEvidence, EmailVerdict
from gateway.verification.parking import PARKING_LIST, parked_mail
from gateway.verification.reasons import REASONS_VERSION, Level, ReasonCode
from gateway.verification.roles import ROLE_LIST, is_role
from gateway.verification.score import PLAIN, Weights, allowing

FACT_REASONS: Final[Mapping[str, ReasonCode]] = MappingProxyType(
    {
        "role": ReasonCode.ROLE_ADDRESS,
        "free": ReasonCode.FREE_PROVIDER,
        "disposable": ReasonCode.DISPOSABLE_DOMAIN,
        "privacy_relay": ReasonCode.PRIVACY_RELAY_DOMAIN,
        "typo_trap": ReasonCode.TYPO_TRAP_DOMAIN,
        "tagged": ReasonCode.TAGGED_ADDRESS,
        "smtputf8": ReasonCode.NEEDS_SMTPUTF8,
        "gibberish": ReasonCode.GIBBERISH_LOCAL_PART,
        "implicit_mx": ReasonCode.IMPLICIT_MX,
    }
)
"""Facts that a policy may take for a risk, and the reason that stands for each."""

_LIBRARIES: Final = (LIBRARY, f"idna@{idna.__version__}", f"rapidfuzz@{rapidfuzz.__version__}")
_OUTCOMES: Final[Mapping[MailOutcome, ReasonCode]] = MappingProxyType(
    {
        MailOutcome.MX: ReasonCode.MX_FOUND,
        MailOutcome.IMPLICIT_MX: ReasonCode.IMPLICIT_MX,
        MailOutcome.NULL_MX: ReasonCode.NULL_MX,
        MailOutcome.NXDOMAIN: ReasonCode.DOMAIN_NOT_FOUND,
        MailOutcome.NODATA: ReasonCode.NO_MAIL_HOST,
        MailOutcome.NOT_PUBLIC: ReasonCode.MAIL_HOST_NOT_PUBLIC,
        MailOutcome.MX_UNUSABLE: ReasonCode.MX_HOST_UNUSABLE,
        MailOutcome.TIMEOUT: ReasonCode.DNS_TIMEOUT,
        MailOutcome.SERVFAIL: ReasonCode.DNS_SERVFAIL,
        MailOutcome.REFUSED: ReasonCode.DNS_REFUSED,
        MailOutcome.UNREACHABLE: ReasonCode.DNS_UNREACHABLE,
        MailOutcome.MALFORMED: ReasonCode.DNS_MALFORMED,
        MailOutcome.UNTRUSTED: ReasonCode.RESOLVER_UNTRUSTED,
    }
)
_AGAINST: Final = frozenset({ReasonCode.DENY_LISTED_DOMAIN, ReasonCode.DISPOSABLE_DOMAIN, ReasonCode.TYPO_TRAP_DOMAIN})
_LISTED: Final = (
    ReasonCode.ALLOW_LISTED_DOMAIN,
    ReasonCode.DENY_LISTED_DOMAIN,
    ReasonCode.DISPOSABLE_DOMAIN,
    ReasonCode.PRIVACY_RELAY_DOMAIN,
    ReasonCode.FREE_PROVIDER,
    ReasonCode.TYPO_TRAP_DOMAIN,
    ReasonCode.ROLE_ADDRESS,
)
_SYNTAX: Final = Level.SYNTAX
_DNS: Final = Level.DNS
"""Looked up once: one of them is asked for with every address."""
_SYNTAX_ALONE: Final = frozenset(level for level in Level if level.rank < Level.LISTS.rank)
_LISTS_ALONE: Final = frozenset(level for level in Level if level.rank < _DNS.rank)
_GOOD_SYNTAX: Final[tuple[ReasonCode, ...]] = (ReasonCode.SYNTAX_OK,)
_Evidence: Final = draft_of(EmailEvidence)
_Verdict: Final = draft_of(EmailVerdict)
_OWN_LISTS: Final = (ROLE_LIST, TYPO_LIST)
_ALL_OWN_LISTS: Final = (*_OWN_LISTS, PARKING_LIST)


def judge(
    syntax: EmailSyntax,
    *,
    lists: ListHits | None = None,
    dns: DomainMail | None = None,
    mailbox: MailboxAnswer | None = None,
    wanted: Level = Level.DNS,
    now: datetime,
    weights: Weights = PLAIN,
) -> EmailVerdict:
    """Judge one address from what the checks brought back; the same input always gives the same verdict.

    `wanted` says how far the check was to go; `lists` and `dns` are needed when it goes that far and the
    syntax holds, `mailbox` beyond that: where it is missing, nobody is set up to make that check. It is not
    asked for, and does not count, where DNS says that the domain takes no mail. `weights` are the operator's;
    nothing that is said of the name of a domain on the operator's allow-list counts against it.

    Raises:
        ValueError: a look-up that the wanted level needs was not made, which is the caller's fault.
    """
    reasons = _of_syntax(syntax)
    if wanted in _SYNTAX_ALONE or syntax.error is not None or syntax.literal:
        return _verdict(syntax, reasons, NO_CHECKS, level=_SYNTAX, now=now, weights=weights)
    if lists is None:
        raise ValueError("a check up to the lists needs the lists' hits")
    if lists.allowed:
        weights = allowing(weights)
    reasons += _of_lists(syntax, lists)
    if wanted in _LISTS_ALONE:
        return _verdict(syntax, reasons, Checks(lists=lists), level=Level.LISTS, now=now, weights=weights)
    if dns is None:
        raise ValueError("a check up to DNS needs its answer")
    level = Level.LISTS if dns.outcome.transient else _DNS
    reasons += _of_dns(dns)
    if wanted is _DNS or not dns.outcome.receives:
        mailbox = None
    else:
        answer = mailbox or MailboxAnswer(outcome=MailboxOutcome.OFF, by=wanted.value)
        level = mailbox_level(answer) or level
        reasons += tuple(mailbox_reasons(answer))
    checks = Checks(lists=lists, dns=dns, mailbox=mailbox)
    return _verdict(syntax, reasons, checks, level=level, now=now, weights=weights)


def _of_syntax(syntax: EmailSyntax) -> tuple[ReasonCode, ...]:
    if syntax.error is not None:
        return (syntax.error,)
    found, local = _GOOD_SYNTAX, syntax.local
    if syntax.doubts:
        found += syntax.doubts
    if syntax.smtputf8:
        found += (ReasonCode.NEEDS_SMTPUTF8,)
    if "+" in local and syntax.tagged:
        found += (ReasonCode.TAGGED_ADDRESS,)
    if is_gibberish(local):
        found += (ReasonCode.GIBBERISH_LOCAL_PART,)
    return found


def _of_lists(syntax: EmailSyntax, hits: ListHits) -> tuple[ReasonCode, ...]:
    trap, role = syntax.domain in TRAPS, is_role(syntax.local)
    return _listed(hits.allowed, hits.denied, hits.disposable, hits.privacy_relay, hits.free, trap, role)


@lru_cache(maxsize=256)
def _listed(*hits: bool | None) -> tuple[ReasonCode, ...]:
    """The reasons that stand for hits, in the order of `_LISTED`."""
    found = tuple(code for code, hit in zip(_LISTED, hits, strict=True) if hit)
    return found if _AGAINST.intersection(found) else (ReasonCode.LISTS_CLEAR, *found)


def _of_dns(dns: DomainMail) -> tuple[ReasonCode, ...]:
    found: tuple[ReasonCode, ...] = (_OUTCOMES[dns.outcome],)
    if parked_mail([host.host for host in dns.mx]):
        found += (ReasonCode.PARKED_DOMAIN,)
    if dns.spf_reject_all:
        found += (ReasonCode.SPF_REJECT_ALL,)
    return found


def _verdict(
    syntax: EmailSyntax,
    reasons: tuple[ReasonCode, ...],
    checks: Checks,
    *,
    level: Level,
    now: datetime,
    weights: Weights,
) -> EmailVerdict:
    weight = weight_of(reasons, weights)
    evidence: Any = _Evidence()
    evidence.normalised = syntax.normalised
    evidence.canonical = syntax.canonical
    evidence.domain = syntax.domain or None
    evidence.libraries = _LIBRARIES
    evidence.reasons_version = REASONS_VERSION
    evidence.checked_at = now
    evidence.expires_at = now + weight.lifetime
    evidence.dns, evidence.mx, evidence.lists = None, (), ()
    evidence.mailbox_by = evidence.mailbox_outcome = evidence.mailbox_host = None
    evidence.reply_code = evidence.reply_enhanced = evidence.reply_text = None
    made: Any = _Verdict()
    made.facts, made.suggestion = weight.facts, syntax.suggestion
    if checks is not NO_CHECKS:
        fill_in(evidence, checks)
        evidence.lists = _lists(checks)
        made.facts = facts_of(reasons, checks)
    if checks.dns is not None or syntax.domain in TRAPS:
        made.suggestion = _suggestion(syntax, checks)
    made.verdict = weight.verdict
    made.level = level
    made.score = weight.score
    made.reasons = reasons
    made.contributions = weight.contributions
    made.evidence = evidence
    evidence.__class__ = EmailEvidence
    made.__class__ = EmailVerdict
    return made  # type: ignore[no-any-return]  # a draft until the line above


def _lists(checks: Checks) -> tuple[str, ...]:
    if checks.lists is None:
        return ()
    return checks.lists.lists + (_OWN_LISTS if checks.dns is None else _ALL_OWN_LISTS)


def _suggestion(syntax: EmailSyntax, checks: Checks) -> str | None:
    """What may have been meant: only for a known trap, or a domain that DNS proves takes no mail.

    A trap on the operator's allow-list is taken for what was meant.
    """
    own = syntax.suggestion
    if syntax.error is not None or syntax.literal or own not in {None, syntax.normalised}:
        return own
    dns, trap = checks.dns, syntax.domain in TRAPS and not (checks.lists is not None and checks.lists.allowed)
    dead = dns is not None and not dns.outcome.transient and not dns.outcome.receives
    if not dead and not trap:
        return own
    if checks.lists is not None and checks.lists.privacy_relay:
        return own
    meant = suggest_domain(syntax.domain) or imitated(syntax.domain)
    return own if meant is None else f"{syntax.local}@{meant}"
