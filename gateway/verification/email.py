"""The verdict on an e-mail address: a pure function of its syntax, the lists' hits and the DNS answer."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from types import MappingProxyType
from typing import Final

import rapidfuzz

from gateway.verification.address import LIBRARY, EmailSyntax
from gateway.verification.answers import DomainMail, ListHits, MailOutcome
from gateway.verification.domains import TRAPS, TYPO_LIST, suggest_domain
from gateway.verification.model import DELIVERABILITY_OF, EmailEvidence, EmailFacts, EmailVerdict
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.roles import ROLE_LIST, is_role
from gateway.verification.score import expiry, weigh

FACT_REASONS: Final[Mapping[str, ReasonCode]] = MappingProxyType(
    {
        "role": ReasonCode.ROLE_ADDRESS,
        "free": ReasonCode.FREE_PROVIDER,
        "disposable": ReasonCode.DISPOSABLE_DOMAIN,
        "privacy_relay": ReasonCode.PRIVACY_RELAY_DOMAIN,
        "typo_trap": ReasonCode.TYPO_TRAP_DOMAIN,
        "tagged": ReasonCode.TAGGED_ADDRESS,
        "smtputf8": ReasonCode.NEEDS_SMTPUTF8,
        "implicit_mx": ReasonCode.IMPLICIT_MX,
    }
)
"""Facts that a policy may take for a risk, and the reason that stands for each."""

_LIBRARIES: Final = (LIBRARY, f"rapidfuzz@{rapidfuzz.__version__}")
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


def judge(
    syntax: EmailSyntax,
    *,
    lists: ListHits | None = None,
    dns: DomainMail | None = None,
    wanted: Level = Level.DNS,
    now: datetime,
    risky: AbstractSet[ReasonCode] = frozenset(),
) -> EmailVerdict:
    """Judge one address from what the checks brought back; the same input always gives the same verdict.

    `wanted` says how far the check was to go; `lists` and `dns` are needed when it goes that far and the
    syntax holds. `risky` names reasons that the operator's policy takes for a risk, besides those that are
    one anyway.

    Raises:
        ValueError: a look-up that the wanted level needs was not made, which is the caller's fault.
    """
    if syntax.error is not None or syntax.literal:
        return _verdict(syntax, None, None, _of_syntax(syntax), level=Level.SYNTAX, now=now, risky=risky)
    reasons, level = _of_syntax(syntax), Level.SYNTAX
    if wanted.rank < Level.LISTS.rank:
        return _verdict(syntax, None, None, reasons, level=level, now=now, risky=risky)
    if lists is None:
        raise ValueError("a check up to the lists needs the lists' hits")
    reasons, level = reasons + _of_lists(syntax, lists), Level.LISTS
    if wanted.rank < Level.DNS.rank:
        return _verdict(syntax, lists, None, reasons, level=level, now=now, risky=risky)
    if dns is None:
        raise ValueError("a check up to DNS needs its answer")
    reasons += _of_dns(dns)
    level = level if dns.outcome.transient else Level.DNS
    if wanted.rank > Level.DNS.rank:
        reasons.append(ReasonCode.SMTP_PROBE_OFF if wanted is Level.SMTP else ReasonCode.VENDOR_CHECK_OFF)
    return _verdict(syntax, lists, dns, reasons, level=level, now=now, risky=risky)


def _of_syntax(syntax: EmailSyntax) -> list[ReasonCode]:
    if syntax.error is not None:
        return [syntax.error]
    found = [ReasonCode.SYNTAX_OK]
    if syntax.quoted:
        found.append(ReasonCode.QUOTED_LOCAL_PART)
    if syntax.literal:
        found.append(ReasonCode.DOMAIN_LITERAL)
    if syntax.smtputf8:
        found.append(ReasonCode.NEEDS_SMTPUTF8)
    if syntax.tagged:
        found.append(ReasonCode.TAGGED_ADDRESS)
    return found


def _of_lists(syntax: EmailSyntax, hits: ListHits) -> list[ReasonCode]:
    found = []
    if hits.allowed:
        found.append(ReasonCode.ALLOW_LISTED_DOMAIN)
    if hits.disposable:
        found.append(ReasonCode.DISPOSABLE_DOMAIN)
    if hits.privacy_relay:
        found.append(ReasonCode.PRIVACY_RELAY_DOMAIN)
    if hits.free:
        found.append(ReasonCode.FREE_PROVIDER)
    if not hits.allowed and syntax.domain in TRAPS:
        found.append(ReasonCode.TYPO_TRAP_DOMAIN)
    if is_role(syntax.local):
        found.append(ReasonCode.ROLE_ADDRESS)
    against = {ReasonCode.DISPOSABLE_DOMAIN, ReasonCode.TYPO_TRAP_DOMAIN}
    return found if against.intersection(found) else [ReasonCode.LISTS_CLEAR, *found]


def _of_dns(dns: DomainMail) -> list[ReasonCode]:
    found = [_OUTCOMES[dns.outcome]]
    if dns.spf_reject_all:
        found.append(ReasonCode.SPF_REJECT_ALL)
    return found


def _verdict(
    syntax: EmailSyntax,
    lists: ListHits | None,
    dns: DomainMail | None,
    reasons: list[ReasonCode],
    *,
    level: Level,
    now: datetime,
    risky: AbstractSet[ReasonCode],
) -> EmailVerdict:
    weighed = weigh(reasons, doubted=risky)
    return EmailVerdict(
        verdict=DELIVERABILITY_OF[weighed.effect],
        level=level,
        score=weighed.score,
        reasons=tuple(reasons),
        contributions=weighed.contributions,
        facts=_facts(syntax, lists, dns, reasons),
        evidence=_evidence(syntax, lists, dns, now=now, reasons=reasons),
        suggestion=_suggestion(syntax, dns),
    )


def _facts(
    syntax: EmailSyntax, lists: ListHits | None, dns: DomainMail | None, reasons: list[ReasonCode]
) -> EmailFacts:
    if syntax.error is not None:
        return EmailFacts()
    ended = dns if dns is not None and not dns.outcome.transient else None
    return EmailFacts(
        tagged=syntax.tagged,
        smtputf8=syntax.smtputf8,
        role=None if lists is None else ReasonCode.ROLE_ADDRESS in reasons,
        free=None if lists is None else lists.free,
        disposable=None if lists is None else lists.disposable,
        privacy_relay=None if lists is None else lists.privacy_relay,
        typo_trap=None if lists is None else syntax.domain in TRAPS and not lists.allowed,
        null_mx=None if ended is None else ended.outcome is MailOutcome.NULL_MX,
        implicit_mx=None if ended is None else ended.outcome is MailOutcome.IMPLICIT_MX,
        spf_reject_all=None if ended is None else ended.spf_reject_all,
    )


def _evidence(
    syntax: EmailSyntax,
    lists: ListHits | None,
    dns: DomainMail | None,
    *,
    now: datetime,
    reasons: list[ReasonCode],
) -> EmailEvidence:
    return EmailEvidence(
        normalised=syntax.normalised,
        canonical=syntax.canonical,
        domain=syntax.domain or None,
        dns=None if dns is None else dns.outcome.value,
        mx=() if dns is None else tuple(host.host for host in dns.mx),
        lists=() if lists is None else (*lists.lists, ROLE_LIST, TYPO_LIST),
        libraries=_LIBRARIES,
        checked_at=now,
        expires_at=expiry(reasons, now),
    )


def _suggestion(syntax: EmailSyntax, dns: DomainMail | None) -> str | None:
    """What may have been meant: only for a known trap, or a domain that DNS proves takes no mail."""
    if syntax.error is not None or syntax.literal:
        return syntax.suggestion
    dead = dns is not None and not dns.outcome.transient and not dns.outcome.receives
    if not dead and syntax.domain not in TRAPS:
        return None
    meant = suggest_domain(syntax.domain)
    return None if meant is None else f"{syntax.local}@{meant}"
