"""The purpose in openings.jsonl is not the manifest's."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "openings.jsonl"
SAYS = "does not say"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["openings.jsonl"] = bundle.members["openings.jsonl"].replace(b"yearly", b"weekly", 1)
    return bundle.resigned()
