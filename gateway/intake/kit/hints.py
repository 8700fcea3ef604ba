"""Hints while a person types into a form: what verification says of the text alone, and what may have been meant."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.verification import email
from gateway.verification.address import parse_email
from gateway.verification.reasons import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What to show beside a field. `suggestion` is shown, never applied."""

    verdict: str
    reasons: tuple[str, ...]
    suggestion: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The answer of `POST /f/{form_key}/check`, in JSON types."""
        return {"verdict": self.verdict, "reasons": list(self.reasons), "suggestion": self.suggestion}


def email_hint(value: str, now: datetime, *, allow_special_use: frozenset[str] = frozenset()) -> Hint:
    """Judge an address by its syntax and the known typos; nothing is looked up, nothing kept."""
    syntax = parse_email(value, allow_special_use=allow_special_use)
    verdict = email.judge(syntax, wanted=Level.SYNTAX, now=now)
    return Hint(
        verdict=verdict.verdict.value,
        reasons=tuple(reason.value for reason in verdict.reasons),
        suggestion=verdict.suggestion,
    )
