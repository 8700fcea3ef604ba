"""The journey's port over the verifier: a lead's contact points in, verdicts and the policy's course out."""

from collections.abc import Sequence
from datetime import datetime

from gateway.lead import Lead
from gateway.policies.verification import VerificationPolicy, apply
from gateway.ports import Course, Finding
from gateway.verification.model import EmailVerdict, PhoneVerdict
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import Level


class LeadVerifier:
    """Verifies leads; implements `gateway.ports.Verifier`."""

    def __init__(self, verifier: ContactVerifier, policy: VerificationPolicy, level: Level) -> None:
        self.verifier = verifier
        self.policy = policy
        self.level = level

    async def verify(self, leads: Sequence[Lead], now: datetime) -> Sequence[Finding]:
        """Judge each lead's e-mail and phone, in order; equal addresses and domains are asked once."""
        written = [lead.submission.person.email for lead in leads]
        values = [email.reveal() for email in written if email is not None]
        verdicts = iter(await self.verifier.emails(values, level=self.level, now=now))
        emails = [next(verdicts) if email is not None else None for email in written]
        return [self._finding(lead, email, self._phone(lead, now)) for lead, email in zip(leads, emails, strict=True)]

    def _phone(self, lead: Lead, now: datetime) -> PhoneVerdict | None:
        phone = lead.submission.person.phone
        if phone is None:
            return None
        return self.verifier.phone(phone.reveal(), regions=lead.submission.regions(), now=now)

    def _finding(self, lead: Lead, email: EmailVerdict | None, phone: PhoneVerdict | None) -> Finding:
        action = apply(self.policy, email, phone, lead.attempt)
        return Finding(
            email=email,
            phone=phone,
            course=Course(action.kind.value),
            reason=action.reason,
            because=action.because,
            retry_after=action.retry_after,
            caps=action.caps,
        )
