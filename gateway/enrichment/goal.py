"""What enrichment is for: the fields that are wanted, how sure, and how new; and what of it is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from connectors.kit import Manifest, Observation


class Want(StrEnum):
    """Why a wanted field is still looked for."""

    MISSING = "missing"
    UNSURE = "unsure"
    """All that is known of it is less sure than it must be."""
    OLD = "old"
    """All that is sure enough was seen too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The fields that are wanted; without any, everything is.

    Attributes:
        required: are worth money: a connector that costs is asked only where it can add one of these.
        desired: are welcome where they cost nothing.
        confidence: from which on a value counts as known.
        max_age: a value seen longer ago does not count; None: any age will do.
    """

    required: frozenset[str] = frozenset()
    desired: frozenset[str] = frozenset()
    confidence: float = 0.7
    max_age: timedelta | None = None

    @property
    def everything(self) -> bool:
        """Whether no field is named."""
        return not self.required and not self.desired

    def open_fields(self, seen: Iterable[Observation], given: frozenset[str], now: datetime) -> Mapping[str, Want]:
        """The wanted fields that are not known, and why.

        Args:
            seen: what was observed so far.
            given: the fields that the lead itself gives: nobody is asked for those.
            now: the time.
        """
        wanted = (self.required | self.desired) - given
        states: dict[str, Want | None] = dict.fromkeys(sorted(wanted), Want.MISSING)
        for each in seen:
            if states.get(each.field) is not None:
                states[each.field] = self._nearer(states[each.field], each, now)
        return MappingProxyType({name: want for name, want in states.items() if want is not None})

    def sought(self, manifest: Manifest, open_fields: Mapping[str, Want]) -> Mapping[str, Want]:
        """What a connector is asked for: the open fields that it may add and that are worth its price."""
        worth = set(manifest.provides) & (self.required | self.desired if manifest.cost.free else self.required)
        return MappingProxyType({name: want for name, want in open_fields.items() if name in worth})

    def fresh_since(self, now: datetime) -> datetime | None:
        """When an answer must have been got to be good enough; None: whenever."""
        return None if self.max_age is None else now - self.max_age

    def _nearer(self, before: Want | None, seen: Observation, now: datetime) -> Want | None:
        """What is left to want of a field after one more observation of it; None: nothing."""
        if seen.confidence < self.confidence:
            return Want.UNSURE if before is Want.MISSING else before
        since = self.fresh_since(now)
        return None if since is None or seen.observed_at >= since else Want.OLD
