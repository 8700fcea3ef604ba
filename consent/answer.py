"""What stands for one purpose and channel, and the answers that single events of the ledger give."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from consent.ledger import (
    Against,
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequested,
    ObjectionReceived,
    Origin,
    Party,
)
from consent.terms import Mechanism, NoticeCitation, Standing

PROVEN: Final = frozenset({Mechanism.DOUBLE_OPT_IN, Mechanism.SIGNED_DOCUMENT, Mechanism.RECORDED_CALL})
"""The mechanisms that show who agreed; a ticked box shows only that somebody did."""

AGAINST: Final = frozenset({Standing.REFUSED, Standing.WITHDRAWN})
"""What stands where a person has said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands for one purpose and channel.

    Attributes:
        standing: the answer in force.
        objected: whether an objection is what stands.
        since: when it was given; `None` when nobody ever answered.
        refused_at: when the gateway last learned of a refusal that stands; `None` when none does. By the gateway's own
            clock, since this is compared with when an inquiry was received, and a claimed time would prove nothing.
        event_id: the event that gave it.
        mechanism: how consent was given.
        confirmed: whether the contact point itself confirmed it.
        verified: whether the controller knows it first hand: confirmed to it, or recorded by it with the proof at hand.
        evidence: whether something shows it (GDPR Art. 7(1)): it came with evidence, or is known first hand.
        notice: whether consent cites a notice, and whether that is stored.
        recipients: destinations that the consent text named.
        expires_at: when consent lapses.
        lifted: the refusal that this consent lifted; it stands wherever and whenever the consent counts for nothing.
    """

    standing: Standing
    objected: bool = False
    since: datetime | None = None
    refused_at: datetime | None = None
    event_id: str | None = None
    mechanism: Mechanism | None = None
    confirmed: bool = False
    verified: bool = False
    evidence: bool = False
    notice: NoticeCitation = NoticeCitation.NOT_CITED
    recipients: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    lifted: Self | None = None


def against(event: Against, before: Answer | None) -> Answer:
    """What stands after somebody said no; what was objected to before stays objected to."""
    refused = isinstance(event, ConsentRefused)
    earlier = before.refused_at if before is not None else None
    return Answer(
        standing=Standing.REFUSED if refused else Standing.WITHDRAWN,
        objected=isinstance(event, ObjectionReceived) or (before is not None and before.objected),
        since=event.at,
        refused_at=event.received_at if earlier is None else max(earlier, event.received_at),
        event_id=event.event_id,
    )


def granted(grant: ConsentGranted) -> Answer:
    """What a grant gives, counting for what it is worth."""
    cited = NoticeCitation.NOT_CITED if grant.cited_notice is None else NoticeCitation.NOT_FOUND
    return Answer(
        standing=Standing.GRANTED,
        since=grant.at,
        event_id=grant.event_id,
        mechanism=grant.mechanism,
        confirmed=grant.origin is Origin.CONFIRMED_LINK,
        verified=vouched(grant) and grant.origin is not Origin.SOURCE and grant.mechanism is not Mechanism.IMPORT,
        evidence=grant.evident,
        notice=cited if grant.notice is None else NoticeCitation.KNOWN,
        recipients=grant.recipients,
        expires_at=grant.expires_at,
    )


def confirmed(event: ConsentConfirmed, request: ConsentRequested) -> Answer:
    """What the confirmation of a live request gives."""
    return Answer(
        standing=Standing.GRANTED,
        since=event.at,
        event_id=event.event_id,
        mechanism=Mechanism.DOUBLE_OPT_IN,
        confirmed=True,
        verified=True,
        evidence=True,
        notice=NoticeCitation.KNOWN,
        recipients=request.recipients,
        expires_at=request.consent_expires_at,
    )


def lapsed(answer: Answer, now: datetime) -> Answer:
    """An answer as it reads now: consent may have lapsed, and a refusal that it lifted then stands again."""
    if answer.standing is Standing.GRANTED and answer.expires_at is not None and answer.expires_at <= now:
        return answer.lifted or replace(answer, standing=Standing.EXPIRED)
    return answer


def vouched(grant: ConsentGranted) -> bool:
    """Whether the person made it, and somebody who is known says so: a public form is filled in by anybody."""
    return grant.actor is Party.PERSON and grant.origin is not Origin.PUBLIC_FORM
