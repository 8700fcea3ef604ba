"""The range proof is no text."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "range-proof.txt"
SAYS = "does not read"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["range-proof.txt"] = b"\xff"
    return bundle.resigned()
