"""Half of the file is missing."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = ""
SAYS = "ends"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    return bundle.data[: len(bundle.data) // 2]
