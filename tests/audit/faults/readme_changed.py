"""The read-me is changed by the holder of the log's key."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "README.txt"
SAYS = "does not say what the log says"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["README.txt"] += b"PS: all is well.\n"
    return bundle.resigned()
