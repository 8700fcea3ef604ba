"""An entry's key is replaced by another entry's."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "openings.jsonl"
SAYS = "commits"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    lines = bundle.members["openings.jsonl"].splitlines(keepends=True)
    lines[1] = lines[1][:17] + lines[2][17:]
    bundle.members["openings.jsonl"] = b"".join(lines)
    return bundle.resigned()
