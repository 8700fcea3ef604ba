"""The manifest is no JSON."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "does not read"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["manifest.json"] = b"[" * 100_000
    return bundle.built()
