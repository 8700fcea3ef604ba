"""Between verdicts and JSON types: the helpers that both kinds of verdict share."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Contribution, retry_delay


def head(
    verdict: StrEnum,
    level: Level,
    score: int,
    *,
    reasons: tuple[ReasonCode, ...],
    contributions: tuple[Contribution, ...],
) -> dict[str, Any]:
    """What both kinds of verdict begin with, as JSON types."""
    delay = retry_delay(reasons)
    return {
        "verdict": verdict.value,
        "level": level.value,
        "score": score,
        "reasons": [_reason(code) for code in reasons],
        "contributions": [{"code": each.code.value, "points": each.points} for each in contributions],
        "retry_after": None if delay is None else int(delay.total_seconds()),
    }


def outline(verdict: Any) -> dict[str, Any] | None:  # noqa: ANN401 - either kind of verdict
    """What a verdict says, without the contact point itself."""
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict.value,
        "level": verdict.level.value,
        "score": verdict.score,
        "reasons": [code.value for code in verdict.reasons],
    }


def _reason(code: ReasonCode) -> dict[str, Any]:
    means = MEANINGS[code]
    return {
        "code": code.value,
        "stage": means.stage.value,
        "subject": means.subject.value,
        "polarity": means.polarity.value,
        "retryable": means.retryable,
        "meaning": means.meaning,
        "action": means.action,
    }


def plain(value: Any, hidden: frozenset[str]) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of this module
    """A flat dataclass as JSON types, without the hidden fields."""
    shown = (each.name for each in fields(value) if each.name not in hidden)
    return {name: _value(getattr(value, name)) for name in shown}


def _value(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def times(evidence: dict[str, Any]) -> dict[str, Any]:
    """Read the two moments of a piece of evidence."""
    moments = {name: datetime.fromisoformat(evidence[name]) for name in ("checked_at", "expires_at")}
    return {**evidence, **moments}


def codes(data: Mapping[str, Any]) -> tuple[ReasonCode, ...]:
    """Read the reason codes."""
    return tuple(ReasonCode(each["code"]) for each in data["reasons"])


def contributions(data: Mapping[str, Any]) -> tuple[Contribution, ...]:
    """Read the contributions to the score."""
    return tuple(Contribution(code=ReasonCode(each["code"]), points=each["points"]) for each in data["contributions"])
