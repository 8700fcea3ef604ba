"""What holds a lead or a use of it, and what of that is ended by evidence: pure, from a lead and a reason to a move."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from consent.claims import Cap, May
from consent.terms import Channel
from gateway.lead import Lead, Ruling, Status
from gateway.ports import Move
from gateway.steps import OVER, decidable, go

NO_DESTINATION_CALL: Final = "leadgate destinations add NAME"
"""What ends the hold of a lead that nobody would receive."""


def waiting(lead: Lead, reason: str) -> Sequence[Ruling]:
    """The rulings that hold for this reason, or may be ended by evidence given under it.

    None of a lead that is not decided again when facts change, or that is over.
    """
    live = decidable(lead) and lead.status not in OVER
    return [each for each in lead.rulings if live and each.decision.waits_for(reason)]


def unverified(lead: Lead, reason: str) -> bool:
    """Whether verification holds a lead for this reason: a note ends that, for a person has looked at it."""
    return lead.status is Status.HELD and lead.resume is Status.RECEIVED and lead.reason == reason


def resolved(lead: Lead, reason: str, asserted: Mapping[str, Any], note: str, actor: str, now: datetime) -> Move:
    """End a hold with evidence: a lead that waits for this reason goes back to the step it waited at.

    A lead that verification holds goes on as it is, and its e-mail stays held: a person has looked at it. Any other
    lead, of which a single use waits for this reason, stays where it is until it is decided again.
    """
    known = replace(lead, asserted={**lead.asserted, **asserted}, updated_at=now)
    parts = {"asserted"}
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
    return Move(lead=known, event="lead.resolved", facts=facts, parts=frozenset(parts))
