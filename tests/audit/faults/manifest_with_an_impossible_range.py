"""The manifest's range does not lie in its tree."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "does not lie"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change_raw(range={"first": 5, "end": 2, "tree_size": 9})
    return bundle.signed()
