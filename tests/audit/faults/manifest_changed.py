"""A word of the manifest is changed, nothing is signed again."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "not the one that was signed"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(purpose="something else")
    return bundle.built()
