"""From verdicts to an action: release, hold or reject, and which channels wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType

from consent.claims import Cap, May
from consent.terms import Channel
from gateway.verification.email import FACT_REASONS
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability, EmailVerdict, PhoneType, PhoneVerdict, Validity
from gateway.verification.reasons import Effect, ReasonCode


class ActionKind(StrEnum):
    """What happens to the lead."""

    RELEASE = "release"
    HOLD = "hold"
    REJECT = "reject"


Limits = Mapping[Channel, May]
"""The most a verdict lets each channel be: e-mail, call, SMS. A channel that is not named is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRule:
    """What one e-mail verdict leads to. `retries` are the waits before each further attempt, for a hold."""

    action: ActionKind
    caps: Limits = field(default_factory=dict)
    retries: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """The whole policy: a rule for each e-mail verdict and for none, caps for each phone verdict and type.

    `risky` are the reasons that the operator takes for a risk; wiring gives them to the verifier.
    """

    email: Mapping[Deliverability | None, EmailRule]
    phone: Mapping[Validity | None, Limits]
    types: Mapping[PhoneType, Limits]
    risky: frozenset[ReasonCode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What to do with one lead.

    `reason` names why it does not go on: `email_undeliverable`, `email_unknown` (asked again after
    `retry_after`), `email_review` (waits for a person); None when it is released. `because` are the reason
    codes behind it.
    """

    kind: ActionKind
    reason: str | None = None
    because: tuple[str, ...] = ()
    retry_after: timedelta | None = None
    caps: Mapping[Channel, Cap] = field(default_factory=dict)
    """A cap's reason is a reason code, `no_email`, `no_phone` or a type of number."""


def apply(
    policy: VerificationPolicy,
    email: EmailVerdict | None,
    phone: PhoneVerdict | None,
    attempt: int = 0,
) -> Action:
    """Turn the verdicts on one lead into an action; None stands for a contact point the lead does not have.

    `attempt` counts the earlier verifications of this lead that could not end: it chooses the next wait, and
    once the waits are used up the lead is left to a person.
    """
    rule = policy.email[None if email is None else email.verdict]
    why = _because(policy, email)
    caps = _caps(rule.caps, why[0] if why else "no_email") | phone_caps(policy, phone)
    if rule.action is ActionKind.RELEASE:
        return Action(kind=ActionKind.RELEASE, because=why, caps=caps)
    name = "missing" if email is None else email.verdict.value
    if rule.action is ActionKind.REJECT:
        return Action(kind=ActionKind.REJECT, reason=f"email_{name}", because=why, caps=caps)
    waits = rule.retries if email is None or email.retry_after is not None else ()
    if attempt < len(waits):
        return Action(
            kind=ActionKind.HOLD,
            reason=f"email_{name}",
            because=why,
            retry_after=waits[attempt],
            caps=caps,
        )
    return Action(kind=ActionKind.HOLD, reason="email_review", because=why, caps=caps)


def fact_reasons(names: Iterable[str]) -> frozenset[ReasonCode]:
    """The reasons that stand for facts a policy may take for a risk.

    Raises:
        KeyError: a name that is no such fact.
    """
    return frozenset(FACT_REASONS[name] for name in names)


def _because(policy: VerificationPolicy, email: EmailVerdict | None) -> tuple[str, ...]:
    """The codes that made the verdict what it is, the deciding kind only."""
    if email is None:
        return ()
    wanted = {
        Deliverability.UNDELIVERABLE: Effect.PROOF,
        Deliverability.UNKNOWN: Effect.OPEN,
        Deliverability.RISKY: Effect.DOUBT,
    }.get(email.verdict)
    return tuple(
        code.value
        for code in email.reasons
        if MEANINGS[code].effect is wanted or (wanted is Effect.DOUBT and code in policy.risky)
    )


def phone_caps(policy: VerificationPolicy, phone: PhoneVerdict | None) -> dict[Channel, Cap]:
    """What a verdict on a number limits; None stands for a lead without one."""
    if phone is None:
        return _caps(policy.phone[None], "no_phone")
    caps = _caps(policy.phone[phone.verdict], phone.reasons[0].value)
    for channel, cap in _type_caps(policy, phone.types).items():
        if channel not in caps or cap.may.strictness > caps[channel].may.strictness:
            caps[channel] = cap
    return caps


def _type_caps(policy: VerificationPolicy, types: frozenset[PhoneType]) -> dict[Channel, Cap]:
    """The mildest state any of the types allows, per channel: a number that may be mobile may get an SMS."""
    if not types:
        return {}
    ordered = sorted(types)
    caps = {}
    for channel in sorted({channel for each in ordered for channel in policy.types.get(each, {})}):
        states = [policy.types.get(each, {}).get(channel, May.ALLOWED) for each in ordered]
        mildest = min(states, key=attrgetter("strictness"))
        if mildest is not May.ALLOWED:
            caps[channel] = Cap(may=mildest, why=ordered[states.index(mildest)].value)
    return caps


def _caps(limits: Limits, why: str) -> dict[Channel, Cap]:
    return {channel: Cap(may=may, why=why) for channel, may in limits.items() if may is not May.ALLOWED}


def frozen(limits: Iterable[tuple[str, May]]) -> Limits:
    """Limits by the names of channels, that nobody changes any more."""
    return MappingProxyType({Channel(channel): may for channel, may in limits})
