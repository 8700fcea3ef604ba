"""A ciphertext is changed by the holder of the log's key."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "ciphertexts.bin"
SAYS = "entry 0"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.flip("ciphertexts.bin", 10)
    return bundle.resigned()
