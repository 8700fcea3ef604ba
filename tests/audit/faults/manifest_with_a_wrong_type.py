"""A number in the manifest is a text."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "belongs"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change_raw(requester=1)
    return bundle.signed()
