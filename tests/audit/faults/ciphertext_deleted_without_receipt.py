"""A ciphertext is deleted and nothing says why."""

from audit.manifest import ABSENT
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin"
SAYS = "destroyed evidence"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    old = bundle.members["ciphertexts.bin"]
    size = int.from_bytes(old[:4], "big")
    bundle.members["ciphertexts.bin"] = ABSENT.to_bytes(4, "big") + old[4 + size :]
    return bundle.resigned()
