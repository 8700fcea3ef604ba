"""An entry is taken out of the middle with everything that belongs to it."""

from audit.encoding import LEAF_SIZE
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin"
SAYS = "size is not that of the range"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    leaves = bundle.members["leaves.bin"]
    bundle.members["leaves.bin"] = leaves[:LEAF_SIZE] + leaves[2 * LEAF_SIZE :]
    return bundle.resigned()
