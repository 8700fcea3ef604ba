"""One character of the manifest's signature is another one."""

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.sig"
SAYS = "signature"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    note = bundle.members["manifest.sig"]
    other = b"B" if note[-20:-19] == b"A" else b"A"
    bundle.members["manifest.sig"] = note[:-20] + other + note[-19:]
    return bundle.built()
