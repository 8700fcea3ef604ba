"""Observations: one field's value from one connector at one time, with its origin and its terms."""

from dataclasses import dataclass
from dataclasses import field as member
from datetime import datetime

from connectors.kit.schema import Value, is_personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one source says about one field.

    Attributes:
        field: a name of `schema.FIELDS`.
        value: in the shape of that field; kept out of the repr.
        confidence: 0 to 1, the source's own where it gives one.
        source: `connector@version`.
        licence: the terms under which it was obtained, an SPDX id or `vendor-terms`.
        redistributable: whether it may be passed on to others than the controller.
        purposes: what it may be used for.
        observed_at: when the source says it was seen; the time of the call where it says nothing.
        method: how it was obtained, for instance `mx`, `spf`, `vendor`, `file`.
        keep_until: until when it may be kept; None: as long as the lead.
    """

    field: str
    value: Value = member(repr=False)
    confidence: float
    source: str
    licence: str
    redistributable: bool
    purposes: frozenset[str]
    observed_at: datetime
    method: str
    keep_until: datetime | None = None

    @property
    def personal(self) -> bool:
        """Whether this is a personal field, which starts the duty to inform (GDPR Art. 14)."""
        return is_personal(self.field)

    @property
    def connector(self) -> str:
        """The id of the connector, without its version."""
        return self.source.partition("@")[0]
