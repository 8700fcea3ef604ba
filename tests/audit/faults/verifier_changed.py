"""The copy of the verifier is replaced by one that likes everything."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "verify.py"
SAYS = "hash"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["verify.py"] = b"print('proved')\n"
    return bundle.built()
