"""A ZIP comment is added, with its length."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "end record"
SAYS = "0x05"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return bundle.data[:-2] + b"\5\0hello"
