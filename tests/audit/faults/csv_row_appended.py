"""A line is invented at the end of events.csv."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "events.csv"
SAYS = "belong to no entry"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["events.csv"] += b"99,,,lead.received,open,,,,,,,,,\r\n"
    return bundle.resigned()
