"""The file was unpacked and packed again by another program."""

import io
import zipfile

from tests.audit.faults import Bundle

EXIT = 1
WHERE = "header of README.txt"
SAYS = ""


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in bundle.members.items():
            packed.writestr(name, data)
    return out.getvalue()
