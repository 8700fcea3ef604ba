"""Evidence that people give to end a hold: which facts are taken, and what they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from consent.claims import Cap, May
from consent.decision import Decision, WayOut
from consent.errors import FactsError
from consent.facts import FIELDS, read_value
from consent.terms import Channel, Outcome
from gateway import holds, steps
from gateway.errors import Fault, Invalid
from gateway.facts import OWNED
from gateway.lead import Lead, Ruling, Status
from gateway.policies.limits import meaning_of

_MOST: Final = 2**53 - 1  # what every reader of JSON keeps exactly (RFC 8259 section 6)
_OUTCOMES: Final = {May.ALLOWED: Outcome.ALLOW, May.HELD: Outcome.HOLD, May.DENIED: Outcome.DENY}
_ENDS: Final = "_until"
"""How the facts are named that must lie in the future to be worth anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a lead before and after evidence, as `(outcome, reason)` pairs; `ways` ends what still holds it.

    Without recipient and purpose it is about what verification held: one channel, or the whole lead.
    """

    recipient: str | None
    purpose: str | None
    channel: str | None
    before: tuple[str, str]
    after: tuple[str, str]
    says: str
    ways: tuple[WayOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A lead as it goes on, what evidence changed, and the uses given under its reason that still wait."""

    lead: Lead
    changed: Sequence[Use]
    still_held: Sequence[Use]


def weigh(
    lead: Lead, after: Lead, rulings: Sequence[Ruling], reason: str, asserted: Mapping[str, Any], *, noted: bool
) -> Resolved:
    """Say what evidence changes, from what was decided before and what would be decided with it now.

    Args:
        lead: as it was.
        after: as the evidence leaves it.
        rulings: what is decided of `after` now.
        reason: the reason under which the evidence is given.
        asserted: the facts that were taken.
        noted: verification holds something for this reason, which this ends.

    Raises:
        Invalid: nothing that waits for this reason is decided otherwise; why, and what would end it.
    """
    now = {_place(each): each.decision for each in rulings}
    waited = {_place(each) for each in holds.waiting(lead, reason)}
    pairs = [(each, now[_place(each)]) for each in lead.rulings if _place(each) in now]
    changed = [_use(each, then) for each, then in pairs if _gist(each.decision) != _gist(then)]
    still = [_use(each, then) for each, then in pairs if _place(each) in waited and then.outcome is Outcome.HOLD]
    moved = any((each.recipient, each.purpose, each.channel) in waited for each in changed)
    if still and not moved and not noted:
        raise Invalid(faults=_why(still, asserted, rulings[0].decision.decided_at))
    return Resolved(lead=after, changed=[*_freed(lead, after, reason), *changed], still_held=still)


def _place(ruling: Ruling) -> tuple[str, str, str]:
    return ruling.recipient, ruling.purpose, ruling.channel


def _gist(decision: Decision) -> tuple[object, ...]:
    return decision.outcome, decision.reason, decision.ways


def _use(ruling: Ruling, then: Decision) -> Use:
    was = ruling.decision
    return Use(
        recipient=ruling.recipient,
        purpose=ruling.purpose,
        channel=ruling.channel,
        before=(was.outcome.value, was.reason),
        after=(then.outcome.value, then.reason),
        says=then.says,
        ways=then.ways,
    )


def _freed(lead: Lead, after: Lead, reason: str) -> list[Use]:
    """What verification held for this reason, and what it says now."""
    freed: list[Channel | None] = [*sorted(holds.capped(lead, reason))]
    if holds.unverified(lead, reason):
        freed.append(None)
    return [_freed_use(channel, None if channel is None else after.caps.get(channel), reason) for channel in freed]


def _freed_use(channel: Channel | None, cap: Cap | None, reason: str) -> Use:
    outcome = Outcome.ALLOW if cap is None else _OUTCOMES[cap.may]
    return Use(
        recipient=None,
        purpose=None,
        channel=None if channel is None else channel.value,
        before=(Outcome.HOLD.value, reason),
        after=(outcome.value, May.ALLOWED.value if cap is None else cap.why),
        says="a person has looked at it" if cap is None else meaning_of(cap.why),
    )


def _over(name: str, value: object, now: datetime) -> bool:
    moment = read_value(name, value)
    return isinstance(moment, datetime) and moment <= now


def _why(still: Sequence[Use], asserted: Mapping[str, Any], now: datetime) -> list[Fault]:
    """Why evidence ends nothing, and what would."""
    lapsed = [name for name in sorted(asserted) if name.endswith(_ENDS) and _over(name, asserted[name], now)]
    faults = [
        Fault(pointer=f"/facts/{_pointed(name)}", detail="This time is over: give one that is still to come.")
        for name in lapsed
    ]
    for says, ways in dict.fromkeys((each.says, each.ways) for each in still):
        ends = " or ".join(f"{way.call} ({', '.join(way.needs)})" if way.needs else way.call for way in ways)
        faults.append(Fault(pointer="/facts", detail=f"With this it is held as before: {says}. What ends it: {ends}."))
    return faults


def accept_facts(
    uses: Sequence[Ruling], reason: str, facts: Mapping[str, Any], *, noted: bool = False
) -> dict[str, Any]:
    """Take the facts that end a hold: those it waits for, of the right kind, and nobody else's to say.

    Args:
        uses: the rulings that wait for this reason; empty where a lead is held for want of any.
        reason: the reason under which the evidence is given.
        facts: by the names of `consent.facts.FIELDS`, as JSON values.
        noted: verification holds something for this reason, which a note alone ends.

    Raises:
        Invalid: with a fault for each fact that is not taken; where none is given and one is needed; or where another
            call ends the hold, naming it.
    """
    ways = [way for each in uses for way in each.decision.resolved_by(reason)]
    wanted = {name for way in ways for name in way.needs} - OWNED
    faults = [
        Fault(pointer=f"/facts/{_pointed(name)}", detail=detail)
        for name, value in facts.items()
        if (detail := _refusal(name, value, wanted)) is not None
    ]
    if not ways and not noted:
        calls = sorted({each.decision.ways[0].call for each in uses}) or [holds.NO_DESTINATION_CALL]
        faults.append(Fault(pointer="", detail=f"No evidence ends this hold; this does: {' or '.join(calls)}."))
    elif not facts and wanted and not noted:
        detail = f"A note alone changes nothing here; give {', '.join(sorted(wanted))}."
        faults.append(Fault(pointer="/facts", detail=detail))
    if faults:
        raise Invalid(faults=faults)
    return dict(facts)


def nowhere(lead: Lead, reason: str) -> bool:
    """Whether a lead is held since it has nowhere to go, and the reason is that."""
    return lead.status is Status.HELD and lead.reason == reason == steps.NO_DESTINATION


def _refusal(name: str, value: object, wanted: set[str]) -> str | None:
    """Why a fact is not taken, or None; it names what is wanted and never repeats the value."""
    if name in OWNED:
        return "Nobody can assert this: the ledger, the suppression list or the destination says it; change it there."
    if name not in wanted or name not in FIELDS:
        return f"This hold asks for {', '.join(sorted(wanted)) or 'a note alone'}."
    if type(value) is int and abs(value) > _MOST:
        return f"A whole number of at most {_MOST}."
    try:
        read_value(name, value)
    except FactsError as error:
        return f"{error}."
    return None


def _pointed(name: str) -> str:
    """A name as a JSON pointer's token (RFC 6901 section 3)."""
    return name.replace("~", "~0").replace("/", "~1")
