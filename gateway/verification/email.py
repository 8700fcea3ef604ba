"""The verdict on an e-mail address: a pure function of its syntax, the lists' hits and the DNS answer."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import rapidfuzz

from gateway.verification.address import LIBRARY, EmailSyntax
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.domains import TRAPS, TYPO_LIST, suggest_domain
from gateway.verification.mailbox import mailbox_level, mailbox_reasons
from gateway.verification.model import DELIVERABILITY_OF, EmailEvidence, EmailFacts, EmailVerdict
from gateway.verification.parking import PARKING_LIST, parked_mail
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.roles import ROLE_LIST, is_role
from gateway.verification.score import PLAIN, Weights, expiry, weigh

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
_AGAINST: Final = frozenset({ReasonCode.DENY_LISTED_DOMAIN, ReasonCode.DISPOSABLE_DOMAIN, ReasonCode.TYPO_TRAP_DOMAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What was found out about one address: None stands for a check that was not made."""

    syntax: EmailSyntax
    lists: ListHits | None = None
    dns: DomainMail | None = None
    mailbox: MailboxAnswer | None = None


def judge(  # noqa: PLR0913 - what was found out, and what the operator's policy makes of it
    syntax: EmailSyntax,
    *,
    lists: ListHits | None = None,
    dns: DomainMail | None = None,
    mailbox: MailboxAnswer | None = None,
    wanted: Level = Level.DNS,
    now: datetime,
    risky: AbstractSet[ReasonCode] = frozenset(),
    weights: Weights = PLAIN,
) -> EmailVerdict:
    """Judge one address from what the checks brought back; the same input always gives the same verdict.

    `wanted` says how far the check was to go; `lists` and `dns` are needed when it goes that far and the
    syntax holds, `mailbox` beyond that: where it is missing, nobody is set up to make that check. It is not
    asked for, and does not count, where DNS says that the domain takes no mail. `risky` names reasons that the
    operator's policy takes for a risk, besides those that are one anyway; `weights` are that policy's points, and
    the doubts that it accepts.

    Raises:
        ValueError: a look-up that the wanted level needs was not made, which is the caller's fault.
    """
    made = Checks(syntax=syntax)
    reasons, level = _of_syntax(syntax), Level.SYNTAX
    if syntax.error is not None or syntax.literal or wanted.rank < Level.LISTS.rank:
        return _verdict(made, reasons, level=level, now=now, risky=risky, weights=weights)
    if lists is None:
        raise ValueError("a check up to the lists needs the lists' hits")
    made, level = replace(made, lists=lists), Level.LISTS
    reasons += _of_lists(syntax, lists)
    if wanted.rank < Level.DNS.rank:
        return _verdict(made, reasons, level=level, now=now, risky=risky, weights=weights)
    if dns is None:
        raise ValueError("a check up to DNS needs its answer")
    made = replace(made, dns=dns)
    level = level if dns.outcome.transient else Level.DNS
    reasons += _of_dns(dns)
    if wanted.rank > Level.DNS.rank and dns.outcome.receives:
        answer = mailbox or MailboxAnswer(outcome=MailboxOutcome.OFF, by=wanted.value)
        made, level = replace(made, mailbox=answer), mailbox_level(answer) or level
        reasons += mailbox_reasons(answer)
    return _verdict(made, reasons, level=level, now=now, risky=risky, weights=weights)


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
    if hits.denied:
        found.append(ReasonCode.DENY_LISTED_DOMAIN)
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
    return found if _AGAINST.intersection(found) else [ReasonCode.LISTS_CLEAR, *found]


def _of_dns(dns: DomainMail) -> list[ReasonCode]:
    found = [_OUTCOMES[dns.outcome]]
    if parked_mail(host.host for host in dns.mx):
        found.append(ReasonCode.PARKED_DOMAIN)
    if dns.spf_reject_all:
        found.append(ReasonCode.SPF_REJECT_ALL)
    return found


def _verdict(
    made: Checks,
    reasons: list[ReasonCode],
    *,
    level: Level,
    now: datetime,
    risky: AbstractSet[ReasonCode],
    weights: Weights,
) -> EmailVerdict:
    weighed = weigh(reasons, doubted=risky, weights=weights)
    return EmailVerdict(
        verdict=DELIVERABILITY_OF[weighed.effect],
        level=level,
        score=weighed.score,
        reasons=tuple(reasons),
        contributions=weighed.contributions,
        facts=_facts(made, frozenset(reasons)),
        evidence=_evidence(made, now=now, reasons=reasons),
        suggestion=_suggestion(made.syntax, made.dns),
    )


def _facts(made: Checks, reasons: AbstractSet[ReasonCode]) -> EmailFacts:
    syntax, lists, mailbox = made.syntax, made.lists, made.mailbox
    if syntax.error is not None:
        return EmailFacts()
    listed = {} if lists is None else _listed_facts(lists, reasons)
    dns = made.dns if made.dns is not None and not made.dns.outcome.transient else None
    resolved = {} if dns is None else _dns_facts(dns, reasons)
    probed = {} if mailbox is None else _mailbox_facts(mailbox)
    return EmailFacts(tagged=syntax.tagged, smtputf8=syntax.smtputf8, **listed, **resolved, **probed)


def _listed_facts(lists: ListHits, reasons: AbstractSet[ReasonCode]) -> dict[str, bool | None]:
    return {
        "role": ReasonCode.ROLE_ADDRESS in reasons,
        "free": lists.free,
        "disposable": lists.disposable,
        "privacy_relay": lists.privacy_relay,
        "denied": lists.denied,
        "typo_trap": ReasonCode.TYPO_TRAP_DOMAIN in reasons,
    }


def _dns_facts(dns: DomainMail, reasons: AbstractSet[ReasonCode]) -> dict[str, bool | None]:
    return {
        "null_mx": dns.outcome is MailOutcome.NULL_MX,
        "implicit_mx": dns.outcome is MailOutcome.IMPLICIT_MX,
        "spf_reject_all": dns.spf_reject_all,
        "parked": ReasonCode.PARKED_DOMAIN in reasons,
    }


def _mailbox_facts(answer: MailboxAnswer) -> dict[str, bool | None]:
    ended = mailbox_level(answer) is not None
    return {
        "catch_all": answer.catch_all,
        "full": answer.outcome is MailboxOutcome.FULL if ended else None,
        "disabled": answer.outcome is MailboxOutcome.DISABLED if ended else None,
        "starttls": answer.starttls,
    }


def _evidence(made: Checks, *, now: datetime, reasons: list[ReasonCode]) -> EmailEvidence:
    syntax, lists, dns = made.syntax, made.lists, made.dns
    answer = made.mailbox
    probed: dict[str, Any] = {}
    if answer is not None:
        probed = {
            "mailbox_by": answer.by,
            "mailbox_outcome": answer.word or answer.outcome.value,
            "mailbox_host": answer.host,
            "reply_code": answer.code,
            "reply_enhanced": answer.enhanced,
            "reply_text": answer.text,
        }
    named = () if lists is None else (*lists.lists, ROLE_LIST, TYPO_LIST)
    return EmailEvidence(
        normalised=syntax.normalised,
        canonical=syntax.canonical,
        domain=syntax.domain or None,
        dns=None if dns is None else dns.outcome.value,
        mx=() if dns is None else tuple(host.host for host in dns.mx),
        lists=named if dns is None else (*named, PARKING_LIST),
        libraries=_LIBRARIES,
        checked_at=now,
        expires_at=expiry(reasons, now),
        **probed,
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
