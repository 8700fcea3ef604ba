"""Collecting observations that all carry the provenance of one manifest."""

from datetime import datetime

from connectors.kit.manifest import Manifest
from connectors.kit.observation import Observation
from connectors.kit.schema import Value, check_value


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

    def see(
        self,
        name: str,
        value: Value | None,
        *,
        method: str,
        confidence: float | None = None,
        at: datetime | None = None,
    ) -> None:
        """Adds one value; None adds nothing, so that missing parts of a reply need no test.

        Args:
            name: the field.
            value: its value.
            method: how it was obtained.
            confidence: 0 to 1; the manifest's default when the source gives none.
            at: when the source says that it was so, aware; the time of the call where it says nothing.

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
                observed_at=self._now if at is None else min(at, self._now),
                method=method,
                keep_until=self._now + self._manifest.compliance.retention,
            )
        )

    def observations(self) -> tuple[Observation, ...]:
        """Everything seen so far, in order."""
        return tuple(self._seen)
