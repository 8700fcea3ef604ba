"""The manifest declares a key that is none."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "key"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(log_key="no key")
    return bundle.signed()
