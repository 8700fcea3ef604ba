"""A leaf has a flag that does not exist."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin"
SAYS = "unknown flags"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["leaves.bin"] = bundle.members["leaves.bin"][:44] + b"\2" + bundle.members["leaves.bin"][45:]
    return bundle.resigned()
