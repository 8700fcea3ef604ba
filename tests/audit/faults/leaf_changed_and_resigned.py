"""A leaf's time is changed by the holder of the log's key."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin or range-proof.txt"
SAYS = "root"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.flip("leaves.bin", 40)
    return bundle.resigned()
