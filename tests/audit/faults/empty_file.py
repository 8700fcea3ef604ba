"""The file is empty."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "header of README.txt"
SAYS = "too early"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return b""
