"""The verdict on a number out of what many numbers have in common and what is its own."""

from datetime import datetime
from typing import Any, Final

import phonenumbers

from gateway.verification.drafts import draft_of
from gateway.verification.model import PhoneEvidence, PhoneVerdict, RegionSource
from gateway.verification.numbering.outcome import Outcome
from gateway.verification.reasons import REASONS_VERSION

METADATA_VERSION: Final = f"phonenumbers@{phonenumbers.__version__}"
_Evidence: Final = draft_of(PhoneEvidence)
_Verdict: Final = draft_of(PhoneVerdict)


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
    evidence: Any = _Evidence()
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
    evidence.__class__ = PhoneEvidence
    draft: Any = _Verdict()
    draft.verdict = outcome.verdict
    draft.level = outcome.level
    draft.score = outcome.score
    draft.reasons = outcome.reasons
    draft.contributions = outcome.contributions
    draft.types = outcome.types
    draft.evidence = evidence
    draft.__class__ = PhoneVerdict
    return draft  # type: ignore[no-any-return]  # a draft until the line above
