"""The export was filtered by a kind of event that this release does not know."""

from tests.audit.faults import Bundle

EXIT = 3
WHERE = "manifest.json"
SAYS = "newer"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    scope = {**bundle.manifest.scope.to_json(), "types": ["lead.teleported"]}
    bundle.change_raw(scope=scope)
    return bundle.signed()
