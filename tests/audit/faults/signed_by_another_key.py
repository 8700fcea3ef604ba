"""The whole export is signed by another key than the reader trusts."""

from tests.audit.faults import Bundle
from tests.audit.world import signer

EXIT = 3
WHERE = "manifest.sig"
SAYS = "another key"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.signer = signer(seed="another")
    return bundle.resigned()
