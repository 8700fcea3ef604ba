"""What each step makes of a lead: pure functions from a lead and an answer to a move."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.outcome import LookupOutcome
from consent.claims import caps_as_text
from consent.terms import Outcome
from gateway.lead import Dispatched, Lead, Ruling, Status
from gateway.policies.limits import meaning_of
from gateway.ports import Cause, Course, Dispatch, Finding, Move, Objection
from gateway.verification.codec import outline

DECIDABLE: Final = frozenset({Status.ENRICHED, Status.DECIDED, Status.RELEASED})
"""Where a lead stands that has come as far as a decision; one that is held may have, too."""
OVER: Final = frozenset({Status.REJECTED, Status.RETRACTED})
"""Where a lead stays, whatever facts change."""
_MAY_HAVE: Final = frozenset({Dispatched.SENT, Dispatched.FAILED, Dispatched.STOPPED})

CREATED: Final = "lead.created"
UPDATED: Final = "lead.updated"
RETRACTED: Final = "lead.retracted"
NO_DESTINATION: Final = "no_destination"


def standing(lead: Lead, now: datetime) -> Status:
    """Say at which step a lead stands: a hold that has come due stands where it resumes."""
    if lead.status is Status.HELD and lead.resume is not None and lead.due_at is not None and lead.due_at <= now:
        return lead.resume
    return lead.status


def decidable(lead: Lead) -> bool:
    """Say whether a changed fact can change where a lead stands: whether it has come as far as a decision.

    What was rejected or taken back stays so, and is taken back from who may still have it; what waits to be verified
    is decided when it comes there.
    """
    if lead.status in OVER:
        return not _MAY_HAVE.isdisjoint(lead.dispatched.values())
    return lead.status in DECIDABLE or (lead.status is Status.HELD and lead.resume is Status.ENRICHED)


def verified(lead: Lead, finding: Finding, now: datetime, ruling: Ruling | None = None) -> Move:
    """Undeliverable is rejected, unknown is held and tried again, everything else goes on with its caps.

    `ruling` is what was decided on showing the address to a vendor, where that was a question.
    """
    known = replace(finding.on(lead), caps=dict(finding.caps), because=finding.because, updated_at=now)
    facts: dict[str, Any] = {
        "outcome": finding.course.value,
        "reasons": _present([finding.reason, *finding.because]),
        "says": [meaning_of(code) for code in finding.because],
        "email": outline(finding.email),
        "phone": outline(finding.phone),
        "company": None if finding.company is None else finding.company.in_codes(),
        "caps": caps_as_text(finding.caps),
    }
    moved, event = _onward(known, finding, now)
    if moved.status is Status.HELD:
        facts["attempt"] = moved.attempt
    if ruling is not None:
        facts["vendor"] = {**ruled_facts(ruling), "shown_to": finding.shown_to}
    return Move(
        lead=moved,
        event=event,
        facts=facts,
        parts=frozenset({"verdicts"}),
        rulings=() if ruling is None else (ruling,),
        objections=tuple(_objections(finding)),
    )


def _objections(finding: Finding) -> Iterator[Objection]:
    """That a vendor was shown the address, and answered that its owner has objected."""
    told = None if finding.email is None else finding.email.evidence.mailbox_outcome
    if finding.shown_to is not None and told == LookupOutcome.SUPPRESSED_BY_VENDOR:
        yield Objection(connector=finding.shown_to, cause=Cause.OBJECTED)


def _onward(known: Lead, finding: Finding, now: datetime) -> tuple[Lead, str]:
    """Where a lead goes on from its verdicts, and the event that says so."""
    match finding.course:
        case Course.REJECT:
            return _end(known, Status.REJECTED, finding.reason), "lead.rejected"
        case Course.HOLD:
            held = _hold(known, finding.reason, _after(now, finding.retry_after), Status.RECEIVED)
            return replace(held, attempt=known.attempt + 1), "lead.held"
        case Course.RELEASE:
            return go(known, Status.VERIFIED), "lead.verified"


def ruled_facts(ruling: Ruling) -> dict[str, Any]:
    """What an audit entry says of a ruling on looking a lead up."""
    made = ruling.decision
    return {"outcome": made.outcome.value, "reasons": _present([made.reason]), "rule": made.rule}


def decided(lead: Lead, rulings: Sequence[Ruling], now: datetime) -> Move | None:
    """Release to whoever may have it, hold what waits for something, reject what nothing can allow.

    Returns None when the lead was decided before and nothing has changed.
    """
    if lead.status in OVER:
        return _taken_back(lead, {ruling.recipient for ruling in rulings}, now)
    dispatches = tuple(_dispatches(lead, rulings))
    moved, event = _rest(replace(lead, rulings=tuple(rulings), updated_at=now), dispatches, now)
    recipients = {ruling.recipient for ruling in rulings}
    before = essence(ruling for ruling in lead.rulings if ruling.recipient in recipients)
    if not dispatches and _place(moved) == _place(lead) and before == essence(rulings):
        return None
    facts: dict[str, Any] = {
        "decisions": [_summary(ruling) for ruling in rulings],
        "grounds": _grounds(rulings),
        "outcome": moved.status.value,
        "reasons": _present([moved.reason]),
    }
    return Move(lead=moved, event=event, facts=facts, rulings=tuple(rulings), dispatches=dispatches)


def _taken_back(lead: Lead, recipients: Collection[str], now: datetime) -> Move | None:
    """Take a lead that is over back, whatever facts say by now, from who may have it and was disabled when it ended."""
    names = sorted(name for name in recipients if lead.dispatched.get(name) in _MAY_HAVE)
    if not names:
        return None
    return Move(
        lead=_end(replace(lead, updated_at=now), Status.RETRACTED, lead.reason),
        event="lead.retracted",
        facts={"outcome": "retracted", "reasons": _present([lead.reason]), "destinations": names},
        dispatches=tuple(Dispatch(destination=name, kind=RETRACTED) for name in names),
    )


def _rest(lead: Lead, dispatches: Sequence[Dispatch], now: datetime) -> tuple[Lead, str]:
    """Where a lead with these rulings rests, and the event that says so."""
    decisive = _decisive(lead.rulings)
    reason = NO_DESTINATION if decisive is None else decisive.decision.reason
    outcomes = {ruling.decision.outcome for ruling in lead.rulings}
    if Outcome.ALLOW in outcomes:
        return go(lead, Status.RELEASED if lead.status is Status.RELEASED else Status.DECIDED), "lead.decided"
    if any(dispatch.kind == RETRACTED for dispatch in dispatches):
        return _end(lead, Status.RETRACTED, reason), "lead.retracted"
    if lead.status is Status.RELEASED:  # whoever has it was disabled, so there is nobody to take it back from
        return go(lead, Status.RELEASED), "lead.decided"
    if decisive is None or Outcome.HOLD in outcomes:
        due = None if decisive is None else decisive.decision.due
        return _hold(lead, reason, due if due is not None and due > now else None, Status.ENRICHED), "lead.held"
    return _end(lead, Status.REJECTED, reason), "lead.rejected"


def _place(lead: Lead) -> tuple[Status, str | None, datetime | None]:
    return lead.status, lead.reason, lead.due_at


def updates(lead: Lead) -> tuple[Dispatch, ...]:
    """The update of every destination that has the lead and may have it, of something beside its rulings."""
    allowed = _allowed(lead.rulings)
    sent = (name for name, state in lead.dispatched.items() if state is Dispatched.SENT)
    return tuple(Dispatch(destination=name, kind=UPDATED) for name in sorted(sent) if name in allowed)


def _dispatches(lead: Lead, rulings: Sequence[Ruling]) -> Iterable[Dispatch]:
    """What each destination must be told; one that is disabled has no rulings, and is told nothing."""
    before, after = _allowed(lead.rulings), _allowed(rulings)
    for destination in sorted({ruling.recipient for ruling in rulings}):
        kind = _kind(
            lead.dispatched.get(destination),
            may=destination in after,
            changed=before.get(destination) != after.get(destination),
            fresh=lead.status in {Status.ENRICHED, Status.HELD},
        )
        if kind is not None:
            yield Dispatch(destination=destination, kind=kind)


def _kind(state: Dispatched | None, *, may: bool, changed: bool, fresh: bool) -> str | None:
    """What to tell one destination: `may` it have the lead, has what it may do `changed`, is the decision `fresh`.

    A decision is fresh where the lead rested nowhere or was held: it sends again what failed, any what was stopped.
    """
    match state:
        case None | Dispatched.RETRACTED:
            return CREATED if may else None
        case Dispatched.PENDING:
            return None  # the claim decides again, and cancels it or writes it as things stand then
        case Dispatched.FAILED | Dispatched.STOPPED:
            again = CREATED if changed or fresh or state is Dispatched.STOPPED else None
            return again if may else RETRACTED
        case Dispatched.SENT:
            update = UPDATED if changed else None
            return update if may else RETRACTED


def _allowed(rulings: Iterable[Ruling]) -> dict[str, frozenset[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for ruling in rulings:
        if ruling.decision.outcome is Outcome.ALLOW:
            found.setdefault(ruling.recipient, set()).add((ruling.purpose, ruling.channel))
    return {name: frozenset(pairs) for name, pairs in found.items()}


def essence(rulings: Iterable[Ruling]) -> frozenset[tuple[str, str, str, str, str]]:
    """What of rulings matters: who may do what, how, and with which reason."""
    return frozenset(
        (each.recipient, each.purpose, each.channel, each.decision.outcome, each.decision.reason) for each in rulings
    )


def _decisive(rulings: Sequence[Ruling]) -> Ruling | None:
    """The ruling a person reads first: a hold before a denial, the first destination's first; None without any."""
    holds = (ruling for ruling in rulings if ruling.decision.outcome is Outcome.HOLD)
    return next(holds, rulings[0] if rulings else None)


def _summary(ruling: Ruling) -> dict[str, Any]:
    decision = ruling.decision
    return {
        "recipient": ruling.recipient,
        "purpose": ruling.purpose,
        "channel": ruling.channel,
        "outcome": decision.outcome.value,
        "code": decision.reason,
        "rule": decision.rule,
        "pack": decision.pack_fingerprint,
    }


def _grounds(rulings: Iterable[Ruling]) -> list[dict[str, Any]]:
    """Why, in plain words with citations: once for all decisions of the same rule and code."""
    found = {(each.decision.rule, each.decision.reason): each.decision for each in rulings}
    return [
        {"rule": rule, "code": code, "says": decision.says, "citations": list(decision.citations)}
        for (rule, code), decision in found.items()
    ]


def _present(codes: Iterable[str | None]) -> list[str]:
    return [code for code in codes if code]


def _after(now: datetime, delay: timedelta | None) -> datetime | None:
    return None if delay is None else now + delay


def go(lead: Lead, status: Status) -> Lead:
    """Let a lead go on: at its new status it waits for nothing."""
    return replace(lead, status=status, reason=None, due_at=None, resume=None)


def _end(lead: Lead, status: Status, reason: str | None) -> Lead:
    return replace(lead, status=status, reason=reason, due_at=None, resume=None)


def _hold(lead: Lead, reason: str | None, due_at: datetime | None, resume: Status) -> Lead:
    return replace(lead, status=Status.HELD, reason=reason, due_at=due_at, resume=resume)
