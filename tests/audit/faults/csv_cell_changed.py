"""A cell of events.csv is changed by the holder of the log's key."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "events.csv"
SAYS = "entry 1"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["events.csv"] = bundle.members["events.csv"].replace(b"outcome-1", b"outcome-7", 1)
    return bundle.resigned()
