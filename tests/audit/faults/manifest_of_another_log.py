"""The manifest is signed by the log's key, but for another log."""

from tests.audit.faults import Bundle

EXIT = 3
WHERE = "manifest.json"
SAYS = "another log"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(origin="elsewhere")
    return bundle.resigned()
