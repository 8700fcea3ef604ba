"""A ciphertext is changed, CRC-32s are right."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "ciphertexts.bin"
SAYS = "not the one that the log's leaf hashes"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.flip("ciphertexts.bin", 10)
    return bundle.built()
