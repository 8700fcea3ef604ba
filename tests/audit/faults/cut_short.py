"""The last bytes are missing."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "central directory or end record"
SAYS = "too early"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return bundle.data[:-7]
