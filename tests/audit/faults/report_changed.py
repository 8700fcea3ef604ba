"""The report tells another story than the log."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "report.html"
SAYS = "does not say what the log says"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["report.html"] = bundle.members["report.html"].replace(b"outcome-1", b"outcome-7", 1)
    return bundle.resigned()
