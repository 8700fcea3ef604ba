"""From verdicts to an action: release, hold, drop or retry, and which channels wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from consent.claims import Cap, May
from consent.terms import Channel
from gateway.verification.address import USUAL, AddressOptions
from gateway.verification.email import FACT_REASONS
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability, EmailVerdict, PhoneType, PhoneVerdict, Validity
from gateway.verification.reasons import Effect, ReasonCode
from gateway.verification.score import PLAIN, Weights, allowing

REVIEW: Final = "email_review"
"""Why a lead waits that only a person lets go on."""


class ActionKind(StrEnum):
    """What happens to the lead, in the words of the policy file."""

    RELEASE = "release"
    HOLD = "hold"
    """It waits for a person."""
    RETRY = "retry"
    """It waits, and is verified again after some minutes."""
    DROP = "drop"

    @property
    def course(self) -> str:
        """The journey's word for it: `release`, `hold` or `reject` (`gateway.ports.Course`)."""
        return _COURSES[self]


_COURSES: Final[Mapping[ActionKind, str]] = MappingProxyType(
    {
        ActionKind.RELEASE: "release",
        ActionKind.HOLD: "hold",
        ActionKind.RETRY: "hold",
        ActionKind.DROP: "reject",
    }
)

Limits = Mapping[Channel, May]
"""The most a verdict lets each channel be: e-mail, call, SMS. A channel that is not named is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRule:
    """What one e-mail verdict leads to.

    `retries` are the waits before each further attempt of a retry. Beside a release, a score under `hold_below` (from
    0 to 100) waits for a person instead; so does, beside a drop with `hold_when_suggested`, what has another address
    as suggestion: it was mistyped, or has a stray sign.
    """

    action: ActionKind
    caps: Limits = field(default_factory=dict)
    retries: tuple[timedelta, ...] = ()
    hold_below: int | None = None
    hold_when_suggested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """The whole policy: a rule for each e-mail verdict and for none, caps for each phone verdict and type.

    `weights` are the points, the doubts that the operator accepts, and what else is taken for one; `forms` the rare
    forms of an address that are as good as any other; `allowed` and `denied` are domains in A-label form and lower
    case, each with what is under it. Wiring gives all of these to the verifier.

    Raises:
        ValueError: it would drop what is unknown, which says nothing about the address.
    """

    email: Mapping[Deliverability | None, EmailRule]
    phone: Mapping[Validity | None, Limits]
    types: Mapping[PhoneType, Limits]
    weights: Weights = PLAIN
    forms: AddressOptions = USUAL
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what no policy may say."""
        if self.email[Deliverability.UNKNOWN].action is ActionKind.DROP:
            raise ValueError("unknown cannot be dropped: it says nothing about the address; use retry or hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What to do with one lead.

    `reason` names why it does not go on: `email_undeliverable`, `email_unknown` (asked again after
    `retry_after`), `email_review` (waits for a person); None when it is released. `because` are the reason
    codes behind it: those that made the verdict, else doubts that the policy accepts, else, for what is not released,
    the little that speaks for the address.
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
    once the waits are used up, or where asking again would change nothing, the lead is left to a person.
    """
    rule = policy.email[None if email is None else email.verdict]
    why = () if email is None else _because(email, _weights(policy, email))
    caps = _caps(rule.caps, _first(email, why)) | phone_caps(policy, phone)
    name = "missing" if email is None else email.verdict.value
    low = email is not None and rule.hold_below is not None and email.score < rule.hold_below
    if rule.action is ActionKind.RELEASE and not low:
        return Action(kind=ActionKind.RELEASE, because=why, caps=caps)
    if not why and email is not None:
        why = tuple(each.code.value for each in email.contributions)
    meant = rule.hold_when_suggested and email is not None and _is_meant_otherwise(email)
    if rule.action is ActionKind.DROP and not meant:
        return Action(kind=ActionKind.DROP, reason=f"email_{name}", because=why, caps=caps)
    wait = _wait(rule, email, attempt)
    if wait is None:
        return Action(kind=ActionKind.HOLD, reason=REVIEW, because=why, caps=caps)
    return Action(kind=ActionKind.RETRY, reason=f"email_{name}", because=why, retry_after=wait, caps=caps)


def _is_meant_otherwise(email: EmailVerdict) -> bool:
    """Whether another address is suggested, and not the one that was judged, as it is out of a display name."""
    return email.suggestion is not None and email.suggestion != email.evidence.normalised


def _wait(rule: EmailRule, email: EmailVerdict | None, attempt: int) -> timedelta | None:
    """How long to wait before the next attempt; None where a person is to look."""
    again = email is not None and email.retry_after is not None and attempt < len(rule.retries)
    return rule.retries[attempt] if again else None


def fact_reasons(names: Iterable[str]) -> frozenset[ReasonCode]:
    """The reasons that stand for facts a policy may take for a risk.

    Raises:
        KeyError: a name that is no such fact.
    """
    return frozenset(FACT_REASONS[name] for name in names)


def _weights(policy: VerificationPolicy, email: EmailVerdict) -> Weights:
    """What the reasons of this verdict were weighed with."""
    return allowing(policy.weights) if ReasonCode.ALLOW_LISTED_DOMAIN in email.reasons else policy.weights


def _because(email: EmailVerdict, weights: Weights) -> tuple[str, ...]:
    """The codes that made the verdict what it is, the deciding kind only; of a deliverable one, the accepted doubts."""
    accepted = weights.accepted
    if email.verdict is Deliverability.DELIVERABLE:
        return tuple(code.value for code in email.reasons if code in accepted)
    wanted = {
        Deliverability.UNDELIVERABLE: Effect.PROOF,
        Deliverability.UNKNOWN: Effect.OPEN,
        Deliverability.RISKY: Effect.DOUBT,
    }[email.verdict]
    return tuple(
        code.value
        for code in email.reasons
        if code not in accepted
        and (MEANINGS[code].effect is wanted or (wanted is Effect.DOUBT and code in weights.risky))
    )


def _first(email: EmailVerdict | None, why: tuple[str, ...]) -> str:
    """The one code that stands for all behind a cap."""
    if email is None:
        return "no_email"
    return why[0] if why else email.reasons[0].value


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
