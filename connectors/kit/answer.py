"""The answer of a connector to one question."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from connectors.kit.observation import Observation
from connectors.outcome import LookupOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How asking ended, what was observed, what it cost.

    Attributes:
        outcome: the ending.
        observations: not empty for match and partial, empty for everything else.
        reason: a short stable code of ours (`status_500`, `not_json`); never a vendor's text, which may echo
            the question or the key.
        retry_at: when asking again makes sense, aware; None when the source gave no hint.
        units: what the vendor charged in its own unit (credits). None: unknown, it may have charged the price
            of one call, so the caller counts it as spent and does not repeat the call blindly.
        record: the vendor's own id of the record, for scoring vendors and for their erasure feeds.
    """

    outcome: LookupOutcome
    observations: tuple[Observation, ...] = field(default=(), repr=False)
    reason: str = ""
    retry_at: datetime | None = None
    units: Decimal | None = Decimal(0)
    record: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.outcome.found != bool(self.observations):
            raise ValueError(f"{self.outcome} does not go with {len(self.observations)} observations")
        if self.record is not None and not self.record.isprintable():
            raise ValueError("an id of a record is printable")


def record_id(found: object) -> str | None:
    """The id of a record as a source wrote it: a number or printable text; None for everything else."""
    name = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return name if name and name.isprintable() else None
