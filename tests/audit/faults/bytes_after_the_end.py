"""Something is appended to the file."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "end of file"
SAYS = "bytes follow"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return bundle.data + b"\0"
