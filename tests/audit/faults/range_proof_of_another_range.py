"""The range proof is for fewer entries."""

from audit.manifest import RangeProof
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "range-proof.txt"
SAYS = "another range"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    proof = RangeProof(first=0, end=0, size=0, left=[], right=[])
    bundle.members["range-proof.txt"] = proof.encode()
    return bundle.resigned()
