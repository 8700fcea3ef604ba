"""Why verification holds or rejects a lead, in the plain words of its reason codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from consent.claims import Cap, May
from consent.decision import RESOLVE
from consent.terms import Channel, Outcome
from consent.times import format_time
from gateway import holds
from gateway.holds import NO_DESTINATION_CALL
from gateway.lead import Lead, Status
from gateway.policies.limits import advice_on, meaning_of, named
from gateway.steps import NO_DESTINATION
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability
from gateway.verification.reasons import ReasonCode

_REJECTIONS: Final = frozenset(f"email_{name}" for name in (*Deliverability, "missing"))
"""What `gateway.policies.verification` rejects for."""
ANOTHER_LEAD: Final = "POST /v1/leads"
"""What is left of a lead that was rejected: another one."""
_JUDGED: Final[Mapping[Deliverability | None, str]] = {
    Deliverability.DELIVERABLE: "Nothing speaks against the e-mail address",
    Deliverability.RISKY: "Something speaks against the e-mail address, without proof",
    Deliverability.UNDELIVERABLE: "The e-mail address is proved undeliverable",
    Deliverability.UNKNOWN: "A wanted check of the e-mail address could not end",
    None: "The lead has no e-mail address",
}


def judged(lead: Lead) -> Mapping[str, Any] | None:
    """What stands against a lead that verification holds or has rejected, as an item of an explanation.

    None for any other lead: what keeps those is a decision.
    """
    held = lead.status is Status.HELD and lead.resume is Status.RECEIVED
    if not held and not (lead.status is Status.REJECTED and lead.reason in _REJECTIONS):
        return None
    call = RESOLVE % lead.reason if held else ANOTHER_LEAD
    return {
        "recipient": None,
        "purpose": None,
        "channel": None,
        "outcome": (Outcome.HOLD if held else Outcome.DENY).value,
        "reason": lead.reason,
        "says": [_first(lead, held=held), *_meanings(lead), _then(lead, call) if held else _anew(call)],
        "rule": None,
        "citations": [],
        "way_out": {"call": call, "needs": []},
        "other_ways": [],
    }


def limited(lead: Lead) -> Sequence[Mapping[str, Any]]:
    """What verification makes of each channel that it holds or denies, as items of an explanation.

    Such an item names its channel and no recipient: it is about the contact point, whoever would use it.
    """
    return [_limit(lead, channel, cap) for channel, cap in sorted(lead.caps.items()) if cap.may is not May.ALLOWED]


def _limit(lead: Lead, channel: Channel, cap: Cap) -> Mapping[str, Any]:
    held = channel in holds.capped(lead, cap.why)
    call = RESOLVE % cap.why
    verb = "waits" if cap.may is May.HELD else "is not possible"
    says = [f"{named(channel)} {verb}: {meaning_of(cap.why)}", advice_on(cap.why)]
    ways: list[Mapping[str, Any]] = []
    if held:
        ways = [{"call": call, "needs": [need]} for need in holds.UNREAD.get(cap.why, ())] or [
            {"call": call, "needs": []}
        ]
        says += [_frees(way, first=way is ways[0]) for way in ways]
    return {
        "recipient": None,
        "purpose": None,
        "channel": channel.value,
        "outcome": (Outcome.HOLD if cap.may is May.HELD else Outcome.DENY).value,
        "reason": cap.why,
        "says": [line for line in says if line],
        "rule": None,
        "citations": [],
        "way_out": ways[0] if ways else None,
        "other_ways": ways[1:],
    }


def _frees(way: Mapping[str, Any], *, first: bool) -> str:
    """What frees a channel: a note, or what a number that was never read whole still wants."""
    if not way["needs"]:
        return f"To free it all the same: {way['call']} (a note says how this is known)."
    return f"{'To have it read' if first else 'Or'}: {way['call']} (it needs {', '.join(way['needs'])})."


def nowhere(lead: Lead) -> Mapping[str, Any] | None:
    """That a lead is held since no destination would receive it, as an item of an explanation; None for any other."""
    if lead.status is not Status.HELD or lead.reason != NO_DESTINATION:
        return None
    return {
        "recipient": None,
        "purpose": None,
        "channel": None,
        "outcome": Outcome.HOLD.value,
        "reason": NO_DESTINATION,
        "says": ["There is no destination that would receive the lead.", f"To end this: {NO_DESTINATION_CALL}."],
        "rule": None,
        "citations": [],
        "way_out": {"call": NO_DESTINATION_CALL, "needs": []},
        "other_ways": [],
    }


def _first(lead: Lead, *, held: bool) -> str:
    verdict = None if lead.email is None else lead.email.verdict
    if lead.email is not None and verdict in {Deliverability.DELIVERABLE, Deliverability.RISKY}:
        asked = "asks a person to look at" if held else "drops"
        return f"{_JUDGED[verdict]} (score {lead.email.score}); the verification policy {asked} such a lead."
    return f"{_JUDGED[verdict]}: the lead {'waits' if held else 'is rejected'}."


def _meanings(lead: Lead) -> list[str]:
    """What each code says that the policy went by, and what to do about it; every code where those were not kept."""
    if lead.email is None:
        return []
    known = [MEANINGS[ReasonCode(code)] for code in lead.because or lead.email.reasons]
    return [f"{each.meaning} {each.action}" for each in known]


def _then(lead: Lead, call: str) -> str:
    again = "" if lead.due_at is None else f"It is asked again at {format_time(lead.due_at)}. "
    return f"{again}To let it go on as it is, with its e-mail held: {call} (a note says how this is known)."


def _anew(call: str) -> str:
    return f"This lead stays rejected; with a corrected address the person comes in as a new lead: {call}."
