"""The form of a verification policy's file: what may stand where, and in which words a fault is told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from consent.claims import May
from gateway.policies.verification import ActionKind, EmailRule, fact_reasons, frozen
from gateway.verification.address import parse_email
from gateway.verification.domains import matches_suffix
from gateway.verification.email import FACT_REASONS
from gateway.verification.meanings import MEANINGS
from gateway.verification.meanings_phone import PHONE
from gateway.verification.model import Deliverability, PhoneType
from gateway.verification.reasons import Effect, Polarity, ReasonCode
from gateway.verification.score import Weights
from gateway.verification.suffixes import is_public_suffix

VERSION: Final = 2
_PHONE = Literal["call", "sms"]
PhoneLimits = dict[_PHONE, May]
_SCORES: Final[Mapping[str, tuple[int, int]]] = {
    Deliverability.DELIVERABLE: (51, 100),
    Deliverability.RISKY: (6, 50),
}
"""Where a threshold makes a difference: what is deliverable scores 50 to 100, what is risky 5 to 45."""
_NO_RISKS: Final = tuple(name for name, code in FACT_REASONS.items() if MEANINGS[code].effect is not Effect.DOUBT)
"""Facts that are no doubt by themselves."""
_Value = TypeVar("_Value")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _current(version: object) -> object:
    if type(version) is not int or version != VERSION:
        raise ValueError(f"is {VERSION}, without quotes")
    return version


def _known_fact(name: str) -> str:
    if name not in _NO_RISKS:
        known = "is a risk anyway" if name in FACT_REASONS else "is no fact"
        raise ValueError(f"{known}; known are {', '.join(_NO_RISKS)}")
    return name


def _once(values: tuple[_Value, ...]) -> tuple[_Value, ...]:
    if twice := [each for each, times in Counter(values).items() if times > 1]:
        raise ValueError(f"{twice[0]} stands there twice")
    return values


def _known_code(name: object) -> object:
    if name not in ReasonCode.__members__.values() or name in PHONE:
        raise ValueError("is no reason code of an e-mail address (docs/reference/reason-codes.md lists them)")
    return name


def _domain(written: str) -> str:
    """A domain in A-label form and lower case, as the verifier looks it up."""
    name = written.strip().removeprefix("@")
    if "." not in name.rstrip("."):
        raise ValueError("has no dot; write a domain like acme.com")
    read = parse_email(f"a@{name}")
    if read.error is not None or read.literal:
        raise ValueError("is no domain; write one like acme.com")
    if is_public_suffix(read.domain):
        raise ValueError("holds everybody's domains (a public suffix); name the one you mean under it")
    return read.domain


_Code = Annotated[ReasonCode, BeforeValidator(_known_code)]
_Domain = Annotated[str, AfterValidator(_domain)]
_Fact = Annotated[str, AfterValidator(_known_fact)]
_Once = AfterValidator(_once)


class RuleForm(_Strict):
    """What one e-mail verdict leads to."""

    action: ActionKind
    caps: dict[Literal["email"], May] = {}
    retry_after_minutes: tuple[Annotated[StrictInt, Field(ge=1, le=10_080)], ...] = ()
    hold_below: StrictInt | None = None
    hold_when_suggested: StrictBool = False

    @model_validator(mode="after")
    def _fits(self) -> "RuleForm":
        if bool(self.retry_after_minutes) is not (self.action is ActionKind.RETRY):
            raise ValueError(
                "action retry needs retry_after_minutes"
                if self.action is ActionKind.RETRY
                else f"retry_after_minutes belongs to action retry: take it out, or write retry for {self.action}"
            )
        if list(self.retry_after_minutes) != sorted(self.retry_after_minutes):
            raise ValueError("retry_after_minutes: each wait is at least as long as the one before it")
        if self.hold_below is not None and self.action is not ActionKind.RELEASE:
            raise ValueError("hold_below belongs to action release")
        if self.hold_when_suggested and self.action is not ActionKind.DROP:
            raise ValueError("hold_when_suggested belongs to action drop")
        return self

    def value(self) -> EmailRule:
        """The rule as the policy has it."""
        return EmailRule(
            action=self.action,
            caps=frozen(self.caps.items()),
            retries=tuple(timedelta(minutes=each) for each in self.retry_after_minutes),
            hold_below=self.hold_below,
            hold_when_suggested=self.hold_when_suggested,
        )


class EmailForm(_Strict):
    """The rules for e-mail, and what makes an address risky."""

    deliverable: RuleForm
    risky: RuleForm
    undeliverable: RuleForm
    unknown: RuleForm
    missing: RuleForm
    risky_when: Annotated[tuple[_Fact, ...], _Once] = ()
    accepted_doubts: Annotated[tuple[_Code, ...], _Once] = ()
    weights: dict[_Code, StrictInt] = {}
    usual_forms: Annotated[tuple[Literal["quoted", "literal", "display_name"], ...], _Once] = ()
    allow: Annotated[tuple[_Domain, ...], _Once] = ()
    deny: Annotated[tuple[_Domain, ...], _Once] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> "EmailForm":
        for check in (self._drops, self._retries, self._thresholds, self._doubts, self._points, self._lists):
            check()
        return self

    def _drops(self) -> None:
        if self.unknown.action is ActionKind.DROP:
            raise ValueError("unknown cannot be dropped: it says nothing about the address; use retry or hold")
        if self.deliverable.action is ActionKind.DROP:
            raise ValueError("deliverable cannot be dropped: nothing speaks against the address; use release or hold")

    def _retries(self) -> None:
        for name, rule in self._rules():
            if rule.action is ActionKind.RETRY and name != Deliverability.UNKNOWN:
                raise ValueError(f"{name} cannot be retried: asking again would get the same answer; use hold")

    def _thresholds(self) -> None:
        for name, rule in self._rules():
            if rule.hold_below is None:
                continue
            if name not in _SCORES:
                raise ValueError(f"{name} takes no hold_below: its score never varies; use action hold")
            low, high = _SCORES[name]
            if not low <= rule.hold_below <= high:
                raise ValueError(f"{name}.hold_below is {low} to {high}: other scores do not occur there")

    def _doubts(self) -> None:
        for code in self.accepted_doubts:
            if MEANINGS[code].effect is not Effect.DOUBT:
                raise ValueError(f"accepted_doubts: {code} is no doubt (its effect is {MEANINGS[code].effect})")

    def _points(self) -> None:
        for code in self.weights:
            means = MEANINGS[code]
            if means.polarity is Polarity.NEUTRAL and means.effect is Effect.NONE and code not in self._taken():
                raise ValueError(f"weights: {code} speaks neither for nor against; name its fact in risky_when first")
        _said("weights", lambda: Weights(points=self.weights))

    def _taken(self) -> frozenset[ReasonCode]:
        return fact_reasons(self.risky_when)

    def _lists(self) -> None:
        both = set(self.allow).intersection(self.deny)
        if both:
            raise ValueError(f"{min(both)} stands in allow and in deny; it can be one of the two")
        allowed = frozenset(self.allow)
        idle = [each for each in self.deny if matches_suffix(each, allowed)]
        if idle:
            raise ValueError(f"{min(idle)} in deny does nothing: a domain above it stands in allow, which comes first")

    def _rules(self) -> Iterable[tuple[str, RuleForm]]:
        names = (*Deliverability, "missing")
        return [(str(name), getattr(self, name)) for name in names]


class PhoneForm(_Strict):
    """What each verdict on a number, and each type of number, limits."""

    valid: PhoneLimits
    possible: PhoneLimits
    invalid: PhoneLimits
    unknown: PhoneLimits
    missing: PhoneLimits
    types: dict[PhoneType, PhoneLimits] = {}


class PolicyForm(_Strict):
    """The whole file."""

    version: Annotated[int, BeforeValidator(_current)]
    email: EmailForm
    phone: PhoneForm


def renamed(data: Any) -> list[str]:  # noqa: ANN401 - whatever YAML held
    """What to rename in a file of version 1; nothing for any other."""
    if not isinstance(data, dict) or data.get("version") != 1:
        return []
    found = [f"write `version: {VERSION}`"]
    rules = data.get("email")
    for name, rule in rules.items() if isinstance(rules, dict) else ():
        action = rule.get("action") if isinstance(rule, dict) else None
        if action == "reject":
            found.append(f"email.{name}: write `action: drop` for `action: reject`")
        if action == "hold" and rule.get("retry_after_minutes"):
            found.append(f"email.{name}: write `action: retry` for `action: hold` beside retry_after_minutes")
    return found


def _said(place: str, made: Callable[[], object]) -> None:
    """Have a fault say where it is."""
    try:
        made()
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
