"""The checkpoint is signed by another key than the manifest."""

from audit.checkpoint import Checkpoint
from tests.audit.faults import Bundle
from tests.audit.world import signer

EXIT = 1
WHERE = "checkpoint.note"
SAYS = "no signature by"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    manifest = bundle.manifest
    text = Checkpoint(origin=manifest.origin, size=manifest.tree_size, root=bytes(32)).text()
    bundle.members["checkpoint.note"] = signer(seed="another").sign(text)
    return bundle.resigned()
