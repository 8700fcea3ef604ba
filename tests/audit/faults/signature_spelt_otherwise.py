"""The signature's base64 ends in other unused bits: the same bytes in another spelling."""

import string

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "manifest.sig"
SAYS = "canonical"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    alphabet = (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode()
    note = bundle.members["manifest.sig"]
    assert note.endswith(b"=\n")
    assert not note.endswith(b"==\n")
    following = alphabet[alphabet.index(note[-3]) + 1]
    bundle.members["manifest.sig"] = note[:-3] + bytes([following]) + note[-2:]
    return bundle.built()
