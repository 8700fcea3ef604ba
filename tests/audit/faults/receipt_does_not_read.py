"""A receipt is no JSON."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "receipts.jsonl"
SAYS = "does not read"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.members["receipts.jsonl"] = b"{}\n"
    return bundle.resigned()
