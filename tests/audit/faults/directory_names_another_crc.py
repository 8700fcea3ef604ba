"""The directory's CRC-32 of a member differs from the header's."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "central directory"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    at = bundle.data.rindex(b"events.csv") - 46 + 16
    return bundle.data[:at] + bytes([bundle.data[at] ^ 1]) + bundle.data[at + 1 :]
