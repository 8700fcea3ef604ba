"""What holds a lead or a use of it, and what of that is ended by evidence: pure, from a lead and a reason to a move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from consent.claims import Cap, May, caps_as_text
from consent.terms import Channel
from gateway.lead import Lead, Ruling, Status
from gateway.ports import Move
from gateway.steps import OVER, decidable, go, updates
from gateway.verification.codec import outline
from gateway.verification.model import PhoneVerdict
from gateway.verification.reasons import ReasonCode

NO_DESTINATION_CALL: Final = "leadgate destinations add NAME"
"""What ends the hold of a lead that nobody would receive."""


REGION: Final = "phone_region"
NUMBER: Final = "phone_number"
UNREAD: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        ReasonCode.PHONE_REGION_MISSING.value: (REGION, NUMBER),
        ReasonCode.PHONE_LOCAL_ONLY.value: (NUMBER,),
        ReasonCode.PHONE_SHORT_NUMBER.value: (NUMBER,),
    }
)
"""Why a number was never read whole, and what then ends its hold, any one of these. A note alone does not: nobody could
ask whether the number stands on the suppression list."""
_BY_PHONE: Final = frozenset({Channel.CALL, Channel.SMS})


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody has said of a number, under which name of `UNREAD`; the verdict then, and what that limits."""

    name: str
    phone: PhoneVerdict
    caps: Mapping[Channel, Cap]


def waiting(lead: Lead, reason: str) -> Sequence[Ruling]:
    """The rulings that hold for this reason, or may be ended by evidence given under it.

    None of a lead that is not decided again when facts change, or that is over.
    """
    return [each for each in lead.rulings if _live(lead) and each.decision.waits_for(reason)]


def unverified(lead: Lead, reason: str) -> bool:
    """Whether verification holds a lead for this reason: a note ends that, for a person has looked at it."""
    return lead.status is Status.HELD and lead.resume is Status.RECEIVED and lead.reason == reason


def capped(lead: Lead, reason: str) -> frozenset[Channel]:
    """The channels that a doubt about the contact point holds for this reason, of a lead that waits for no verdict."""
    held = (channel for channel, cap in lead.caps.items() if (cap.may, cap.why) == (May.HELD, reason))
    return frozenset(held) if _live(lead) else frozenset()


def unread(lead: Lead, reason: str) -> bool:
    """Whether a channel is held for this reason since its number was never read whole."""
    return reason in UNREAD and bool(capped(lead, reason))


def _live(lead: Lead) -> bool:
    return decidable(lead) and lead.status not in OVER


def resolved(lead: Lead, reason: str, asserted: Mapping[str, Any], note: str, actor: str, now: datetime) -> Move:
    """End a hold with evidence: a lead that waits for this reason goes back to the step it waited at.

    A lead that verification holds goes on as it is, and its e-mail stays held: a person has looked at it. A channel
    that a doubt holds is free, and whoever has the lead is told. Any other lead, of which a single use waits for this
    reason, stays where it is until it is decided again.
    """
    free = capped(lead, reason)
    caps = {channel: cap for channel, cap in lead.caps.items() if channel not in free}
    known = replace(lead, asserted={**lead.asserted, **asserted}, caps=caps, updated_at=now)
    parts = {"asserted", *(("verdicts",) if free else ())}
    if lead.status is Status.HELD and lead.reason == reason:
        status = lead.resume or Status.ENRICHED
        if status is Status.RECEIVED:
            caps = {**lead.caps, Channel.EMAIL: Cap(may=May.HELD, why=reason)}
            status, known = Status.VERIFIED, replace(known, caps=caps)
        known, parts = go(known, status), {"asserted", "verdicts"}
    facts = {
        "actor": actor,
        "outcome": "resolved",
        "reasons": [reason],
        "asserted": sorted(asserted),
        "note": note,
    }
    told = updates(lead) if free else ()
    return Move(lead=known, event="lead.resolved", facts=facts, parts=frozenset(parts), dispatches=told)


def reread(lead: Lead, reason: str, told: Told, note: str, actor: str, now: datetime) -> Move:
    """Take a number as somebody has told it; whoever has the lead hears what that changes.

    The lead stays where it is until it is decided again, by what stands against the number that is known now.
    """
    caps = {channel: cap for channel, cap in lead.caps.items() if channel not in _BY_PHONE} | dict(told.caps)
    facts = {
        "actor": actor,
        "outcome": "resolved",
        "reasons": [reason],
        "asserted": [told.name],
        "note": note,
        "phone": outline(told.phone),
        "caps": caps_as_text(told.caps),
    }
    known = replace(lead, phone=told.phone, caps=caps, updated_at=now)
    return Move(lead=known, event="lead.resolved", facts=facts, parts=frozenset({"verdicts"}), dispatches=updates(lead))
