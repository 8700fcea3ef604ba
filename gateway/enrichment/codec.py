"""Answers to bytes and back, for the cache."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from connectors.kit import Answer, LookupOutcome, Observation

_FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer that is kept, and when it was got, aware."""

    answer: Answer
    at: datetime


def encode(kept: Kept) -> bytes:
    """Writes an answer; the bytes hold what was observed, so they are as personal as that."""
    answer = kept.answer
    return orjson.dumps(
        {
            "format": _FORMAT,
            "at": kept.at,
            "outcome": answer.outcome.value,
            "reason": answer.reason,
            "record": answer.record,
            "observations": [_plain(seen) for seen in answer.observations],
        }
    )


def decode(payload: bytes) -> Kept | None:
    """Reads what `encode` wrote; None for another format, which is as good as not kept."""
    try:
        read = orjson.loads(payload)
        if read["format"] != _FORMAT:
            return None
        answer = Answer(
            outcome=LookupOutcome(read["outcome"]),
            reason=read["reason"],
            record=read["record"],
            observations=tuple(_observation(each) for each in read["observations"]),
        )
        return Kept(answer=answer, at=datetime.fromisoformat(read["at"]))
    except (ValueError, KeyError, TypeError):
        return None


def _plain(seen: Observation) -> dict[str, Any]:
    return {
        "field": seen.field,
        "value": dict(seen.value) if not isinstance(seen.value, str | int | float | bool) else seen.value,
        "confidence": seen.confidence,
        "source": seen.source,
        "licence": seen.licence,
        "redistributable": seen.redistributable,
        "purposes": sorted(seen.purposes),
        "observed_at": seen.observed_at,
        "method": seen.method,
        "keep_until": seen.keep_until,
    }


def _observation(read: dict[str, Any]) -> Observation:
    return Observation(
        **{
            **read,
            "purposes": frozenset(read["purposes"]),
            "observed_at": datetime.fromisoformat(read["observed_at"]),
            "keep_until": None if read["keep_until"] is None else datetime.fromisoformat(read["keep_until"]),
        }
    )
