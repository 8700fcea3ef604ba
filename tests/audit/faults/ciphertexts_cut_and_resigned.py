"""The last ciphertexts are missing."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "ciphertexts.bin"
SAYS = "ends before"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["ciphertexts.bin"] = bundle.members["ciphertexts.bin"][:-9]
    return bundle.resigned()
