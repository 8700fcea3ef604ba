"""The verifier: reads an address, asks lists, DNS and mailboxes as far as wanted, and has the pure part judge."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from gateway.longrun import in_turns
from gateway.verification import email, phone
from gateway.verification.address import USUAL, AddressOptions, EmailSyntax, parse_email
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer
from gateway.verification.model import Deliverability, EmailVerdict, PhoneVerdict, RegionHint
from gateway.verification.probes.mailboxes import DomainMailboxes, Mailbox, MailboxSource
from gateway.verification.probes.registers import RegisterSource, asked
from gateway.verification.probes.together import together
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import PLAIN, Weights

Mailboxes = Mapping[Level, MailboxSource]
"""Who checks mailboxes at the levels `smtp` and `vendor`; a level that is not there is set up by nobody."""

_NEVER_ASKED: Final = frozenset({ReasonCode.TYPO_TRAP_DOMAIN, ReasonCode.PARKED_DOMAIN, ReasonCode.DENY_LISTED_DOMAIN})
"""Who stands behind such a domain counts whoever asks; nothing that they say would help the address."""
_NOBODY: Final[Mailboxes] = MappingProxyType({})


class MailSource(Protocol):
    """Answers who takes mail for a domain; `MailResolver` does."""

    async def mail(self, domain: str, *, now: datetime) -> DomainMail:
        """Look up a domain in A-label form; a failure is an outcome, never an exception."""


class ListSource(Protocol):
    """Answers what lists say of a domain; `Lists` does."""

    def hits(self, domain: str) -> ListHits:
        """Look up a domain in A-label form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How addresses are read and weighed: by the operator's weights, with the rare forms that they take like any other.

    `allow_special_use` are suffixes that a test environment allows (see `parse_email`).
    """

    weights: Weights = PLAIN
    forms: AddressOptions = USUAL
    allow_special_use: frozenset[str] = frozenset()


class ContactVerifier:
    """Verdicts on contact points, one by one or in batches: the same code, so the same verdicts.

    `rules` say how addresses are read and weighed; `concurrency` bounds the DNS look-ups of one batch; `registers` are
    the do-not-call registers, None where none are at hand; `mailbox` says who is asked at the levels beyond DNS.
    """

    def __init__(
        self,
        resolver: MailSource,
        lists: ListSource,
        *,
        rules: Rules = Rules(),
        concurrency: int = 200,
        registers: RegisterSource | None = None,
        mailbox: Mailboxes = _NOBODY,
    ) -> None:
        self._resolver = resolver
        self._lists = lists
        self._rules = rules
        self._concurrency = concurrency
        self._registers = registers
        self._mailbox = mailbox

    async def email(self, value: str, *, level: Level = Level.DNS, now: datetime) -> EmailVerdict:
        """Judge one address up to `level`."""
        return (await self.emails([value], level=level, now=now))[0]

    async def emails(
        self,
        values: Sequence[str],
        *,
        level: Level = Level.DNS,
        now: datetime,
        source: MailboxSource | None = None,
    ) -> list[EmailVerdict]:
        """Judge addresses up to `level`, in order; equal ones are judged once, each domain is looked up once.

        `source` is asked for mailboxes in place of who is set up for the level.
        """
        unlike = dict.fromkeys(values)
        read = dict(zip(unlike, await in_turns(self._read, unlike), strict=True))
        domains = dict.fromkeys(syntax.domain for syntax in read.values() if _has_domain(syntax))
        hits = {domain: self._lists.hits(domain) for domain in domains} if _reaches(level, Level.LISTS) else {}
        answers = await self._answers(domains, now) if _reaches(level, Level.DNS) else {}
        before = Level.DNS if _reaches(level, Level.SMTP) else level
        verdicts = {value: self._judge(syntax, hits, answers, wanted=before, now=now) for value, syntax in read.items()}
        if _reaches(level, Level.SMTP):
            asked = {value: read[value] for value, each in verdicts.items() if _takes_mail(read[value], each, answers)}
            found = await self._mailboxes(asked.values(), answers, source or self._mailbox.get(level), now)
            for value, syntax in asked.items():
                answer = found.get(_address(syntax))
                verdicts[value] = self._judge(syntax, hits, answers, wanted=level, now=now, mailbox=answer)
        return [verdicts[value] for value in values]

    def phone(self, value: str, *, regions: Sequence[RegionHint] = (), now: datetime) -> PhoneVerdict:
        """Judge one phone number, a national form in each of `regions` in turn; asks the registers at hand alone."""
        verdict = phone.judge(value, regions=regions, now=now)
        return verdict if self._registers is None else asked(self._registers, verdict, now=now)

    def _read(self, value: str) -> EmailSyntax:
        return parse_email(value, allow_special_use=self._rules.allow_special_use, options=self._rules.forms)

    def _judge(
        self,
        syntax: EmailSyntax,
        hits: Mapping[str, ListHits],
        answers: Mapping[str, DomainMail],
        *,
        wanted: Level,
        now: datetime,
        mailbox: MailboxAnswer | None = None,
    ) -> EmailVerdict:
        return email.judge(
            syntax,
            lists=hits.get(syntax.domain),
            dns=answers.get(syntax.domain),
            mailbox=mailbox,
            wanted=wanted,
            now=now,
            weights=self._rules.weights,
        )

    async def _mailboxes(
        self,
        asked: Iterable[EmailSyntax],
        answers: Mapping[str, DomainMail],
        source: MailboxSource | None,
        now: datetime,
    ) -> Mapping[str, MailboxAnswer]:
        """Ask who checks mailboxes, if anybody does: domain by domain, each address once."""
        if source is None:
            return {}
        by_domain: dict[str, dict[str, Mailbox]] = {}
        for syntax in asked:
            address = _address(syntax)
            by_domain.setdefault(syntax.domain, {})[address] = Mailbox(address=address)
        if not by_domain:
            return {}
        wanted = [
            DomainMailboxes(mail=answers[domain], mailboxes=tuple(mailboxes.values()))
            for domain, mailboxes in by_domain.items()
        ]
        return await source.check(wanted, now=now)

    async def _answers(self, domains: Iterable[str], now: datetime) -> dict[str, DomainMail]:
        answers: dict[str, DomainMail] = {}
        queue = iter(domains)
        first = list(zip(range(self._concurrency), queue, strict=False))
        await together(self._work(domain, queue, answers, now) for _, domain in first)
        return answers

    async def _work(self, first: str, queue: Iterator[str], answers: dict[str, DomainMail], now: datetime) -> None:
        answers[first] = await self._resolver.mail(first, now=now)
        # The queue is shared: whoever is free takes the next one.
        for domain in queue:
            answers[domain] = await self._resolver.mail(domain, now=now)


def is_never_asked(verdict: EmailVerdict) -> bool:
    """Whether nobody is asked about its domain's mailboxes: a trap, parked or denied, unless the operator allows it."""
    reasons = verdict.reasons
    return ReasonCode.ALLOW_LISTED_DOMAIN not in reasons and not _NEVER_ASKED.isdisjoint(reasons)


def _has_domain(syntax: EmailSyntax) -> bool:
    return syntax.error is None and not syntax.literal


def _takes_mail(syntax: EmailSyntax, verdict: EmailVerdict, answers: Mapping[str, DomainMail]) -> bool:
    """Whether a mailbox check can add anything: the domain takes mail, nothing else is proof, and it may be asked."""
    mail = answers.get(syntax.domain) if _has_domain(syntax) else None
    if is_never_asked(verdict):
        return False
    return mail is not None and mail.outcome.receives and verdict.verdict is not Deliverability.UNDELIVERABLE


def _address(syntax: EmailSyntax) -> str:
    """The address as it goes over the wire."""
    return f"{syntax.local}@{syntax.domain}"


def _reaches(level: Level, stage: Level) -> bool:
    return level.rank >= stage.rank
