"""The journey's port over the verifier: a lead's contact points in, verdicts and the policy's course out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from consent.claims import Cap
from consent.terms import Channel
from gateway.lead import Lead
from gateway.policies.verification import VerificationPolicy, apply, phone_caps
from gateway.ports import Ask, Course, Exposure, Finding
from gateway.verification.answers import MailboxAnswer, MailOutcome
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import VALIDITY_OF, Deliverability, EmailVerdict, PhoneVerdict, RegionHint
from gateway.verification.probes.company import CompanyVerifier
from gateway.verification.probes.mailboxes import DomainMailboxes, MailboxSource
from gateway.verification.probes.together import together
from gateway.verification.probes.verify import ContactVerifier, is_never_asked
from gateway.verification.reasons import Effect, Level, ReasonCode

Count = Callable[[str, str, str], None]
"""Notes that a verdict was given: what it is about, the verdict, the reason that made it so."""

AT_ONCE: Final = 32
"""Leads whose addresses a vendor is asked about at once."""
_NOT_PROBED: Final = frozenset({ReasonCode.SMTP_PORT_CLOSED, ReasonCode.SMTP_PROBE_OFF})
"""Why a vendor takes the place of our own probe."""


class LeadVendor(Protocol):
    """A vendor's mailbox check that belongs to leads."""

    def of(self, *, lead_id: str, subject_id: str) -> MailboxSource:
        """The check for one lead: its calls are recorded under it, its answers kept for its person."""


class _Noted:
    """A vendor's check that remembers who was shown an address."""

    def __init__(self, source: MailboxSource) -> None:
        self._source = source
        self.shown_to: str | None = None

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        answers = await self._source.check(asked, now=now)
        self.shown_to = next((each.by for each in answers.values() if each.asked), None)
        return answers


class LeadVerifier:
    """Verifies leads; implements `gateway.ports.Verifier`.

    Args:
        verifier: judges contact points. At the level smtp it must ask nobody but the domain's own mail servers.
        policy: what follows from verdicts.
        level: how far e-mail checks go.
        count: is told of each verdict.
        companies: judges companies.
        vendor: who checks mailboxes at the level vendor, and at smtp what cannot be probed from here.
    """

    def __init__(
        self,
        verifier: ContactVerifier,
        policy: VerificationPolicy,
        level: Level,
        count: Count,
        *,
        companies: CompanyVerifier,
        vendor: LeadVendor | None = None,
    ) -> None:
        self.verifier = verifier
        self.policy = policy
        self.level = level
        self.count = count
        self.companies = companies
        self.vendor = vendor

    async def verify(self, leads: Sequence[Lead], now: datetime) -> Sequence[Finding]:
        """Judge each lead's e-mail, phone and company, in order; equal addresses and domains are asked once."""
        written = [lead.submission.person.email for lead in leads]
        values = [email.reveal() for email in written if email is not None]
        own = Level.DNS if self.level is Level.VENDOR else self.level
        verdicts = iter(await self.verifier.emails(values, level=own, now=now))
        emails = [next(verdicts) if email is not None else None for email in written]
        claims = [lead.submission.claims(email) for lead, email in zip(leads, emails, strict=True)]
        companies = await self.companies.companies(claims, level=own, now=now)
        return [
            self._finding(lead, email, self._phone(lead, now), company, left=self._left(email))
            for lead, email, company in zip(leads, emails, companies, strict=True)
        ]

    async def show(self, asks: Sequence[Ask], now: datetime) -> Sequence[Finding]:
        """Judge again, in order; the vendor sees the addresses of leads whose exposure is personal, and no others."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(ask: Ask) -> Finding:
            lead, vendor = ask.lead, self.vendor
            written = lead.submission.person.email
            if ask.exposure is not Exposure.PERSONAL or vendor is None or written is None:
                return self._finding(lead, lead.email, lead.phone, lead.company)
            source = _Noted(vendor.of(lead_id=lead.id, subject_id=lead.subject_id))
            async with room:
                found = await self.verifier.emails([written.reveal()], level=Level.VENDOR, now=now, source=source)
            return self._finding(lead, found[0], lead.phone, lead.company, shown_to=source.shown_to)

        return await together(one(ask) for ask in asks)

    def number(
        self, value: str, regions: Sequence[RegionHint], now: datetime
    ) -> tuple[PhoneVerdict, Mapping[Channel, Cap]]:
        """Judge a number by itself, and say what the policy has its verdict limit."""
        verdict = self.verifier.phone(value, regions=regions, now=now)
        return verdict, phone_caps(self.policy, verdict)

    def _left(self, email: EmailVerdict | None) -> bool:
        """Whether only the vendor could say more of an address."""
        if self.vendor is None or email is None or email.verdict is Deliverability.UNDELIVERABLE:
            return False
        if is_never_asked(email):
            return False
        if self.level is Level.SMTP:
            return not _NOT_PROBED.isdisjoint(email.reasons)
        dns = email.evidence.dns
        return self.level is Level.VENDOR and dns is not None and MailOutcome(dns).receives

    def _count(self, email: EmailVerdict | None, phone: PhoneVerdict | None, because: Sequence[str]) -> None:
        if email is not None:
            against = () if email.verdict is Deliverability.DELIVERABLE else because
            self.count("email", email.verdict.value, next(iter(against), ""))
        if phone is not None:
            self.count("phone", phone.verdict.value, _against(phone))

    def _phone(self, lead: Lead, now: datetime) -> PhoneVerdict | None:
        phone = lead.submission.person.phone
        if phone is None:
            return None
        return self.verifier.phone(phone.reveal(), regions=lead.submission.regions(), now=now)

    def _finding(
        self,
        lead: Lead,
        email: EmailVerdict | None,
        phone: PhoneVerdict | None,
        company: CompanyVerdict | None,
        *,
        left: bool = False,
        shown_to: str | None = None,
    ) -> Finding:
        """What follows from verdicts; they are counted once they are final.

        What is `left` to the vendor is open, unless the policy rejects the lead whatever the vendor says.
        """
        action = apply(self.policy, email, phone, lead.attempt)
        course = Course(action.kind.course)
        vendor = left and course is not Course.REJECT
        if not vendor:
            self._count(email, phone, action.because)
        return Finding(
            email=email,
            phone=phone,
            company=company,
            course=course,
            reason=action.reason,
            because=action.because,
            vendor=vendor,
            shown_to=shown_to,
            retry_after=action.retry_after,
            caps=action.caps,
        )


def _against(phone: PhoneVerdict) -> str:
    """The first reason that made a number's verdict what it is; empty where nothing speaks against it."""
    effects = ((code, MEANINGS[code].effect) for code in phone.reasons)
    made = (code for code, each in effects if each is not Effect.NONE and VALIDITY_OF[each] is phone.verdict)
    return next((code.value for code in made), "")
