"""There is a ciphertext more than there are entries."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "ciphertexts.bin"
SAYS = "belong to no entry"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["ciphertexts.bin"] += b"\0\0\0\1x"
    return bundle.resigned()
