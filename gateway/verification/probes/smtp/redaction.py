"""A reply's text without the address that it is about, and without any other."""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s<>()\[\]:;,\"']{1,128}@[^\s<>()\[\]:;,\"']{1,255}")
_MASK: Final = "…"


def redacted(text: str, address: str) -> str:
    """Mask every e-mail address in a text, and the local part of `address` wherever it stands alone."""
    masked = _ADDRESS.sub(_MASK, text)
    local = address.rpartition("@")[0].strip('"')
    for name in filter(None, (local, local.partition("+")[0])):
        masked = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _MASK, masked, flags=re.IGNORECASE)
    return masked
