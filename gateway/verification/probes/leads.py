"""The journey's port over the verifier: a lead's contact points in, verdicts and the policy's course out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from gateway.lead import Lead
from gateway.policies.verification import VerificationPolicy, apply
from gateway.ports import Course, Finding
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import DELIVERABILITY_OF, VALIDITY_OF, EmailVerdict, PhoneVerdict
from gateway.verification.probes.company import CompanyVerifier
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import Effect, Level

Count = Callable[[str, str, str], None]
"""Notes that a verdict was given: what it is about, the verdict, the reason that made it so."""


class LeadVerifier:
    """Verifies leads; implements `gateway.ports.Verifier`."""

    def __init__(
        self,
        verifier: ContactVerifier,
        policy: VerificationPolicy,
        level: Level,
        count: Count,
        *,
        companies: CompanyVerifier,
    ) -> None:
        self.verifier = verifier
        self.policy = policy
        self.level = level
        self.count = count
        self.companies = companies

    async def verify(self, leads: Sequence[Lead], now: datetime) -> Sequence[Finding]:
        """Judge each lead's e-mail, phone and company, in order; equal addresses and domains are asked once."""
        written = [lead.submission.person.email for lead in leads]
        values = [email.reveal() for email in written if email is not None]
        verdicts = iter(await self.verifier.emails(values, level=self.level, now=now))
        emails = [next(verdicts) if email is not None else None for email in written]
        claims = [lead.submission.claims(email) for lead, email in zip(leads, emails, strict=True)]
        companies = await self.companies.companies(claims, level=self.level, now=now)
        findings = [
            self._finding(lead, email, self._phone(lead, now), company)
            for lead, email, company in zip(leads, emails, companies, strict=True)
        ]
        for finding in findings:
            self._count(finding)
        return findings

    def _count(self, finding: Finding) -> None:
        if finding.email is not None:
            self.count("email", finding.email.verdict.value, _decisive(finding.email, DELIVERABILITY_OF))
        if finding.phone is not None:
            self.count("phone", finding.phone.verdict.value, _decisive(finding.phone, VALIDITY_OF))

    def _phone(self, lead: Lead, now: datetime) -> PhoneVerdict | None:
        phone = lead.submission.person.phone
        if phone is None:
            return None
        return self.verifier.phone(phone.reveal(), regions=lead.submission.regions(), now=now)

    def _finding(
        self, lead: Lead, email: EmailVerdict | None, phone: PhoneVerdict | None, company: CompanyVerdict
    ) -> Finding:
        action = apply(self.policy, email, phone, lead.attempt)
        return Finding(
            email=email,
            phone=phone,
            company=company,
            course=Course(action.kind.course),
            reason=action.reason,
            because=action.because,
            retry_after=action.retry_after,
            caps=action.caps,
        )


def _decisive(verdict: EmailVerdict | PhoneVerdict, verdict_of: Mapping[Effect, object]) -> str:
    """The first reason that made a verdict what it is; empty where nothing speaks against the contact point."""
    against = ((code, MEANINGS[code].effect) for code in verdict.reasons)
    made = (code for code, effect in against if effect is not Effect.NONE and verdict_of[effect] is verdict.verdict)
    return next((code.value for code in made), "")
