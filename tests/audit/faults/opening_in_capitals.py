"""A key is spelt in another way."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "openings.jsonl"
SAYS = "spelling"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    lines = bundle.members["openings.jsonl"].splitlines(keepends=True)
    lines[1] = lines[1][:18] + lines[1][18:82].upper() + lines[1][82:]
    bundle.members["openings.jsonl"] = b"".join(lines)
    return bundle.resigned()
