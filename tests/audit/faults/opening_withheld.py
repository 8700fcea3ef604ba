"""The key of an inconvenient entry is left out of an opened export."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "leaves.bin"
SAYS = "destroyed evidence"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    lines = bundle.members["openings.jsonl"].splitlines(keepends=True)
    bundle.members["openings.jsonl"] = b"".join(lines[:1] + lines[2:])
    return bundle.resigned()
