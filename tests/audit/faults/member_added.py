"""A member is added behind the others."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "central directory or end record"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.order.append("extra.txt")
    bundle.members["extra.txt"] = b"hello"
    return bundle.built()
