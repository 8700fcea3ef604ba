"""The checkpoint is a genuine one, but of an older, smaller tree."""

from audit.checkpoint import Checkpoint
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "checkpoint.note"
SAYS = "of size"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    text = Checkpoint(origin=bundle.manifest.origin, size=1, root=bytes(32)).text()
    bundle.members["checkpoint.note"] = bundle.signer.sign(text)
    return bundle.resigned()
