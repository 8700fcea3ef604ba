"""The export was written by a later release."""

from tests.audit.faults import Bundle

EXIT = 3
WHERE = "manifest.json"
SAYS = "newer"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change_raw(format=3)
    return bundle.signed()
