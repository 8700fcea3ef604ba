"""The range proof has an empty line more."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "range-proof.txt"
SAYS = "one spelling"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["range-proof.txt"] = bundle.members["range-proof.txt"].replace(b"size ", b"size 0", 1)
    return bundle.resigned()
