"""What all numbers with the same reason, region and types have in common: made once and shared by their verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from phonenumbers import PhoneNumberType, ValidationResult

from gateway.verification.model import VALIDITY_OF, PhoneType, Validity
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Contribution, lifetime, weigh

TYPES: Final[Mapping[int, frozenset[PhoneType]]] = MappingProxyType(
    {
        PhoneNumberType.FIXED_LINE: frozenset({PhoneType.FIXED_LINE}),
        PhoneNumberType.MOBILE: frozenset({PhoneType.MOBILE}),
        PhoneNumberType.FIXED_LINE_OR_MOBILE: frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE}),
        PhoneNumberType.TOLL_FREE: frozenset({PhoneType.TOLL_FREE}),
        PhoneNumberType.PREMIUM_RATE: frozenset({PhoneType.PREMIUM_RATE}),
        PhoneNumberType.SHARED_COST: frozenset({PhoneType.SHARED_COST}),
        PhoneNumberType.VOIP: frozenset({PhoneType.VOIP}),
        PhoneNumberType.PERSONAL_NUMBER: frozenset({PhoneType.PERSONAL_NUMBER}),
        PhoneNumberType.PAGER: frozenset({PhoneType.PAGER}),
        PhoneNumberType.UAN: frozenset({PhoneType.UAN}),
        PhoneNumberType.VOICEMAIL: frozenset({PhoneType.VOICEMAIL}),
        PhoneNumberType.UNKNOWN: frozenset(),
    }
)
"""The library's types as sets of ours; a type it does not know is the empty set."""
LINES: Final = frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE})
"""Where persons are called."""
_POSSIBLE: Final[Mapping[int, tuple[str, ReasonCode]]] = MappingProxyType(
    {
        ValidationResult.IS_POSSIBLE: ("is_possible", ReasonCode.PHONE_NOT_IN_PLAN),
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ("is_possible_local_only", ReasonCode.PHONE_LOCAL_ONLY),
        ValidationResult.INVALID_COUNTRY_CODE: ("invalid_country_code", ReasonCode.PHONE_COUNTRY_CODE_INVALID),
        ValidationResult.TOO_SHORT: ("too_short", ReasonCode.PHONE_TOO_SHORT),
        ValidationResult.TOO_LONG: ("too_long", ReasonCode.PHONE_TOO_LONG),
        ValidationResult.INVALID_LENGTH: ("invalid_length", ReasonCode.PHONE_LENGTH_INVALID),
    }
)
"""What the library says of the length, and the reason that follows when the number is in no range."""

_NOTES: Final[Mapping[PhoneType, ReasonCode]] = MappingProxyType(
    {
        PhoneType.PREMIUM_RATE: ReasonCode.PHONE_PREMIUM_RATE,
        PhoneType.SHARED_COST: ReasonCode.PHONE_SHARED_COST,
    }
)
"""Types whose calls cost more than others, and the reason that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The part of a verdict that does not name the number; `lifetime` is how long it may be relied on."""

    reason: ReasonCode
    reasons: tuple[ReasonCode, ...]
    verdict: Validity
    level: Level
    score: int
    contributions: tuple[Contribution, ...]
    lifetime: timedelta
    types: frozenset[PhoneType]
    region: str | None
    possible_reason: str | None


class Reading(NamedTuple):
    """One way to read a value: `e164` is None when it is no number; `international` when it names its own country."""

    outcome: Outcome
    e164: str | None = None
    extension: str | None = None
    international: bool = False

    @property
    def right(self) -> bool:
        """Whether it is a number that its plan holds."""
        return self.outcome.reason is ReasonCode.PHONE_VALID


@cache
def unread(reason: ReasonCode) -> Outcome:
    """The outcome for a value that is no number at all, for this reason."""
    return _outcome(reason, (reason,), Level.SYNTAX)


@cache
def ranged(possible: int, region: str | None, number_type: int) -> Outcome:
    """The outcome for a number: the library's answer on its length, the region it belongs to, and its type there.

    A number is valid exactly when it has a type. There are at most as many outcomes as regions, types and answers
    go together, so each is kept.
    """
    said, reason = _POSSIBLE[possible]
    types = TYPES[number_type] if region is not None else frozenset()
    reason = ReasonCode.PHONE_VALID if types else reason
    reasons = (reason, *(_NOTES[each] for each in types if each in _NOTES))
    return _outcome(reason, reasons, Level.NUMBERING, types=types, region=region, possible_reason=said)


@cache
def noted(outcome: Outcome, *codes: ReasonCode) -> Outcome:
    """The outcome with notes or doubts behind its reasons, each once, and the verdict and score that follow."""
    return _again(outcome, outcome.reason, tuple(dict.fromkeys((*outcome.reasons, *codes))), outcome.region)


@cache
def instead(outcome: Outcome, reason: ReasonCode, region: str) -> Outcome:
    """The outcome for another reason than its own, in this country, and the verdict and score that follow."""
    reasons = tuple(reason if each is outcome.reason else each for each in outcome.reasons)
    return _again(outcome, reason, reasons, region)


def _again(outcome: Outcome, reason: ReasonCode, reasons: tuple[ReasonCode, ...], region: str | None) -> Outcome:
    said, types = outcome.possible_reason, outcome.types
    return _outcome(reason, reasons, outcome.level, types=types, region=region, possible_reason=said)


def _outcome(
    reason: ReasonCode,
    reasons: tuple[ReasonCode, ...],
    level: Level,
    *,
    types: frozenset[PhoneType] = frozenset(),
    region: str | None = None,
    possible_reason: str | None = None,
) -> Outcome:
    weighed = weigh(reasons)
    return Outcome(
        reason=reason,
        reasons=reasons,
        verdict=VALIDITY_OF[weighed.effect],
        level=level,
        score=weighed.score,
        contributions=weighed.contributions,
        lifetime=lifetime(reasons),
        types=types,
        region=region,
        possible_reason=possible_reason,
    )


NOT_A_NUMBER: Final = Reading(unread(ReasonCode.PHONE_NOT_A_NUMBER))
REGION_MISSING: Final = Reading(unread(ReasonCode.PHONE_REGION_MISSING))
CODE_INVALID: Final = Reading(unread(ReasonCode.PHONE_COUNTRY_CODE_INVALID))
TOO_SHORT: Final = Reading(unread(ReasonCode.PHONE_TOO_SHORT))
TOO_LONG: Final = Reading(unread(ReasonCode.PHONE_TOO_LONG))
"""The readings of values that are no number, or cannot be read as one."""
