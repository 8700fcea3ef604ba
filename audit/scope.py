"""What an export covers: which leaves are shipped, which of them are in scope, and where the range must close.

"From-to" is sequenced time: the time in the batch leaf that closes an entry's batch. Batches follow each
other without a gap and their times grow, so a range that begins behind a batch before "from" and ends with a
batch at or after "to" is complete, and the Merkle range proof shows that nothing was left out. Event time is
only a filter.
"""

from dataclasses import dataclass
from typing import Any

from audit.encoding import from_text, time_text
from audit.errors import BadManifest
from audit.types import LOG_BATCH, by_name, by_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """Times are UTC µs; ``begin`` and ``end`` bound sequenced time, ``after`` and ``before`` event time, as [a, b).

    Empty ``types`` (numbers) and ``keys`` (16-byte key ids, one subject has one or more) mean all.
    """

    begin: int | None = None
    end: int | None = None
    types: frozenset[int] = frozenset()
    keys: frozenset[bytes] = frozenset()
    after: int | None = None
    before: int | None = None

    def covers(self, sequenced: int) -> bool:
        """Whether entries of a batch with this time lie in the range."""
        return (self.begin is None or sequenced >= self.begin) and (self.end is None or sequenced < self.end)

    def holds(self, number: int, dek_id: bytes, time: int) -> bool:
        """Whether an entry of a covered batch passes the filters; batch leaves never do, they frame the rest."""
        if number == LOG_BATCH.number or (self.types and number not in self.types):
            return False
        if self.keys and dek_id not in self.keys:
            return False
        return (self.after is None or time >= self.after) and (self.before is None or time < self.before)

    def to_json(self) -> dict[str, Any]:
        """Return the scope as a manifest writes it."""
        return {
            "sequenced_from": _text(self.begin),
            "sequenced_to": _text(self.end),
            "types": [by_number(each).name for each in sorted(self.types)],
            "key_ids": sorted(each.hex() for each in self.keys),
            "event_from": _text(self.after),
            "event_to": _text(self.before),
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "ExportScope":
        """Return the scope that a manifest names; raise BadManifest, UnknownType."""
        try:
            return cls(
                begin=_micros(found["sequenced_from"]),
                end=_micros(found["sequenced_to"]),
                types=frozenset(by_name(each).number for each in found["types"]),
                keys=frozenset(bytes.fromhex(each) for each in found["key_ids"]),
                after=_micros(found["event_from"]),
                before=_micros(found["event_to"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadManifest(reason=f"its scope does not read ({type(error).__name__})") from error


def _text(micros: int | None) -> str | None:
    return None if micros is None else time_text(micros)


def _micros(text: str | None) -> int | None:
    return None if text is None else from_text(text)
