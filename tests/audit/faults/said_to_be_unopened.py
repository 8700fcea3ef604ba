"""An opened export says that it is not, so that withheld keys would not show."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "openings.jsonl"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(opened=False)
    return bundle.resigned()
