"""What a destination is handed: the message, written once, and the permit, signed anew for every attempt."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent import permit
from consent.claims import summarise
from consent.terms import Outcome
from gateway.enrichment import HUMAN, merge
from gateway.enrichment.human import said
from gateway.lead import Lead
from gateway.lookup import unexpired
from gateway.policies.merge import MergePolicy
from gateway.ports import Clock
from gateway.release import EventType
from gateway.release.kit.allowances import allowances_of
from gateway.release.kit.body import Message, Retraction, render, render_retraction
from gateway.release.kit.company import GoldenField
from gateway.steps import RETRACTED
from gateway.storage.sending.attempts import Claim, Letter

_RETRACTION_REASONS: Final = {
    "objected": "objection",
    "suppressed": "objection",
    "restricted": "restriction",
    "erasure_pending": "erasure",
}
_RETRACTION_DAYS: Final = 30
"""One month to act (GDPR Art. 12(3) with Art. 19), counted as 30 days so that it is never longer."""


@dataclass(frozen=True, slots=True)
class Signer:
    """`consent.ports.Signer` over the key store's permit key."""

    key: Ed25519PrivateKey = field(repr=False)
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """Sign with Ed25519 (RFC 8032)."""
        return self.key.sign(message)


def permit_key_id(generation: int) -> str:
    """The name (`kid`) that permits give to a generation of the permit key."""
    return f"permit-{generation}"


def compose(letter: Letter, *, merging: MergePolicy) -> bytes:
    """Write the message of a delivery; `merging` says who is believed about the company."""
    lead = letter.lead
    if letter.kind == RETRACTED:
        retraction = Retraction(
            lead_id=lead.id,
            external_id=lead.submission.external_id,
            remote_id=letter.remote_id,
            reason=_RETRACTION_REASONS.get(lead.reason or "", "withdrawal"),
            deadline=letter.at + timedelta(days=_RETRACTION_DAYS),
            at=letter.at,
        )
        return render_retraction(retraction)
    message = Message(
        event=EventType(letter.kind),
        lead=lead,
        golden=golden(lead, merging, letter.at),
        allowances=allowances_of(letter.rulings, lead.caps),
        own=letter.own,
        at=letter.at,
    )
    return render(message)


def golden(lead: Lead, merging: MergePolicy, now: datetime) -> tuple[GoldenField, ...]:
    """The golden record as far as it is from connectors; what the lead itself says is told beside it."""
    merged = merge((*unexpired(lead.observations, now), *said(lead)), merging)
    return tuple(
        GoldenField(name=each.name, value=each.value, origins=each.winners)
        for each in merged.values()
        if each.value is not None and all(winner.source != HUMAN for winner in each.winners)
    )


class SignedPermits:
    """`gateway.outbox.Permits`: signs with the key store's permit key."""

    def __init__(self, signer: Signer, issuer: str, clock: Clock) -> None:
        self.signer = signer
        self.issuer = issuer
        self.clock = clock

    def issue(self, claim: Claim) -> str:
        """Sign what the recipient may do with the very bytes it gets, for the next 24 hours at most."""
        now = self.clock.now().replace(microsecond=0)
        decisions = [ruling.decision for ruling in claim.rulings]
        ends = [each.until for each in decisions if each.until is not None and each.outcome is Outcome.ALLOW]
        latest = min([now + permit.MAX_LIFETIME, *(max(end, now + timedelta(seconds=1)) for end in ends)])
        return permit.issue(
            permit.Permit(
                issuer=self.issuer,
                audience=claim.destination,
                delivery=claim.delivery_id,
                lead=claim.lead.id,
                body_sha256=permit.body_sha256(claim.body),
                summary=summarise(decisions, claim.lead.caps),
                policy=decisions[0].policy_fingerprint if decisions else "",
                issued_at=now,
                expires_at=latest.replace(microsecond=0),
            ),
            self.signer,
        )
