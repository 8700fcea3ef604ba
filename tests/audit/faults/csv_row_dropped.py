"""A line is taken out of events.csv by the holder of the log's key."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "events.csv"
SAYS = "entry 2"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    lines = bundle.members["events.csv"].splitlines(keepends=True)
    bundle.members["events.csv"] = b"".join(lines[:3] + lines[4:])
    return bundle.resigned()
