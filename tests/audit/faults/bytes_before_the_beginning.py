"""The file begins with something else, as a self-extracting archive does."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "header of README.txt"
SAYS = "byte 0"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return b"#!" + bundle.data
