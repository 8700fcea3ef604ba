"""The log's key signs a second tree of the same size."""

from audit.checkpoint import Checkpoint
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin or range-proof.txt"
SAYS = "root"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    manifest = bundle.manifest
    text = Checkpoint(origin=manifest.origin, size=manifest.tree_size, root=bytes(32)).text()
    bundle.members["checkpoint.note"] = bundle.signer.sign(text)
    return bundle.resigned()
