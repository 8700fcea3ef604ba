"""The manifest's scope has a time that is none."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.json"
SAYS = "scope does not read"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    scope = {**bundle.manifest.scope.to_json(), "event_to": "noon"}
    bundle.change_raw(scope=scope)
    return bundle.signed()
