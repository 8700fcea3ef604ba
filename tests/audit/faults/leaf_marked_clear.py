"""A sealed leaf is marked as clear."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin"
SAYS = "unsealed entry with key fields"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.flip("leaves.bin", 44)
    return bundle.resigned()
