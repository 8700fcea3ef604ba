"""Two members have changed places."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "header of README.txt"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.order[0], bundle.order[1] = bundle.order[1], bundle.order[0]
    return bundle.built()
