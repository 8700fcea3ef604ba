"""The manifest names a file that no bundle has."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "files of a bundle"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    files = {"more.txt": {"sha256": "", "size": 1}}
    bundle.change_raw(files=files)
    return bundle.signed()
