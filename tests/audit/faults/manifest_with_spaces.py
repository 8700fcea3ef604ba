"""The manifest says the same in another spelling."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "one spelling"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["manifest.json"] += b" "
    return bundle.signed()
