"""The manifest counts entries that are not there."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "counts"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(counts={**bundle.manifest.counts, "open": 99})
    return bundle.resigned()
