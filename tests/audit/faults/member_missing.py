"""The verifier's copy is left out."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "header of verify.py"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.order.remove("verify.py")
    return bundle.built()
