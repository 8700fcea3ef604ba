"""Observations: one field's value from one connector at one time, with its origin and its terms."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as member
from datetime import datetime

from connectors.kit.manifest import Manifest
from connectors.kit.schema import Value, check_value, is_personal


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


class Observer:
    """Collects observations that all carry the provenance of one manifest.

    Args:
        manifest: of the connector that observes.
        now: the time of the call, aware.
    """

    def __init__(self, manifest: Manifest, *, now: datetime) -> None:
        self._manifest = manifest
        self._now = now
        self._seen: list[Observation] = []

    def see(self, name: str, value: Value | None, *, method: str, confidence: float | None = None) -> None:
        """Adds one value; None adds nothing, so that missing parts of a reply need no test.

        Args:
            name: the field.
            value: its value.
            method: how it was obtained.
            confidence: 0 to 1; the manifest's default when the source gives none.

        Raises:
            ValueError: the value does not have the field's shape; only a connector's mistake does this.
        """
        if value is None:
            return
        check_value(name, value)
        sure = self._manifest.confidence.default if confidence is None else confidence
        self._seen.append(
            Observation(
                field=name,
                value=value,
                confidence=min(1.0, max(0.0, sure)),
                source=self._manifest.source,
                licence=self._manifest.compliance.licence,
                redistributable=self._manifest.compliance.redistribution,
                purposes=frozenset(self._manifest.compliance.purposes),
                observed_at=self._now,
                method=method,
                keep_until=self._now + self._manifest.compliance.retention,
            )
        )

    def see_all(self, name: str, values: Iterable[Value], *, method: str) -> None:
        """Adds several values of a field that a company has many of."""
        for value in values:
            self.see(name, value, method=method)

    def observations(self) -> tuple[Observation, ...]:
        """Everything seen so far, in order."""
        return tuple(self._seen)
