"""Making a verdict quickly: filled in as a draft that may be written to, then turned into the frozen value.

A frozen dataclass sets each of its fields by a call, which for the seventeen of a phone verdict and its evidence
costs as much as reading the number. A draft has the same slots, so that it can become the value itself.
"""

from datetime import datetime
from typing import Final

import phonenumbers

from gateway.verification.model import PhoneEvidence, PhoneType, PhoneVerdict, RegionSource, Validity
from gateway.verification.numbering.outcome import Outcome
from gateway.verification.reasons import REASONS_VERSION, Level, ReasonCode
from gateway.verification.score import Contribution

METADATA_VERSION: Final = f"phonenumbers@{phonenumbers.__version__}"


def verdict(
    outcome: Outcome,
    e164: str | None,
    extension: str | None,
    *,
    told_by: RegionSource | None,
    read_as: str | None,
    now: datetime,
) -> PhoneVerdict:
    """The verdict with this outcome on this number; only what names the number or the time is its own."""
    evidence = _Evidence()
    evidence.e164 = e164
    evidence.extension = extension
    evidence.region = outcome.region
    evidence.region_source = told_by
    evidence.read_as = read_as
    evidence.possible_reason = outcome.possible_reason
    evidence.phone_metadata_version = METADATA_VERSION
    evidence.reasons_version = REASONS_VERSION
    evidence.checked_at = now
    evidence.expires_at = now + outcome.lifetime
    evidence.registers = ()
    evidence.__class__ = PhoneEvidence  # type: ignore[assignment]  # the same slots: from here on it is frozen
    draft = _Verdict()
    draft.verdict = outcome.verdict
    draft.level = outcome.level
    draft.score = outcome.score
    draft.reasons = outcome.reasons
    draft.contributions = outcome.contributions
    draft.types = outcome.types
    draft.evidence = evidence  # type: ignore[assignment]  # it has become one
    draft.__class__ = PhoneVerdict  # type: ignore[assignment]  # as above
    return draft  # type: ignore[return-value]  # as above


class _Evidence:
    """`PhoneEvidence` while it is being filled in."""

    __slots__ = PhoneEvidence.__slots__

    e164: str | None
    extension: str | None
    region: str | None
    region_source: RegionSource | None
    read_as: str | None
    possible_reason: str | None
    phone_metadata_version: str
    reasons_version: str
    checked_at: datetime
    expires_at: datetime
    registers: tuple[str, ...]


class _Verdict:
    """`PhoneVerdict` while it is being filled in."""

    __slots__ = PhoneVerdict.__slots__

    verdict: Validity
    level: Level
    score: int
    reasons: tuple[ReasonCode, ...]
    contributions: tuple[Contribution, ...]
    types: frozenset[PhoneType]
    evidence: PhoneEvidence
