"""Broken exports, one file per fault: each says what it breaks, what must be found and where, and how to break it.

A fault module has ``EXIT`` (the exit code), ``WHERE`` and ``SAYS`` (parts of a finding's text), and ``spoil``, which
takes a good `Bundle` and returns the bytes of the broken file. Faults that the holder of the log's key could commit
end with ``bundle.resigned()``; the others with ``bundle.built()`` or with changed bytes.
"""

import json
import zlib
from dataclasses import replace
from hashlib import sha256
from typing import Any

from audit.checkpoint import NoteSigner
from audit.container import local_header, place, tail
from audit.manifest import HASHED, MANIFEST, MEMBERS, SIGNATURE, Manifest, signed_text


class Bundle:
    """A good export, taken apart: members by name, its bytes, the log's key."""

    def __init__(self, data: bytes, members: dict[str, bytes], signer: NoteSigner) -> None:
        self.data, self.members, self.signer = data, dict(members), signer
        self.order = list(MEMBERS)

    @property
    def manifest(self) -> Manifest:
        """The manifest as it now is."""
        return Manifest.parse(self.members[MANIFEST])

    def change(self, **facts: Any) -> None:  # noqa: ANN401 - any field of a manifest
        """Change fields of the manifest."""
        self.members[MANIFEST] = replace(self.manifest, **facts).encode()

    def change_raw(self, **facts: Any) -> None:  # noqa: ANN401 - anything that JSON holds
        """Change the manifest's JSON, also to what no exporter writes."""
        document = {**json.loads(self.members[MANIFEST]), **facts}
        self.members[MANIFEST] = json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"

    def flip(self, name: str, at: int) -> None:
        """Change one bit of a member."""
        data = bytearray(self.members[name])
        data[at] ^= 1
        self.members[name] = bytes(data)

    def built(self) -> bytes:
        """Return a ZIP file in the canonical form with correct CRC-32s."""
        members = place([(name, zlib.crc32(self.members[name]), len(self.members[name])) for name in self.order])
        parts = [local_header(each.name, each.crc, each.size) + self.members[each.name] for each in members]
        return b"".join(parts) + tail(members)

    def signed(self) -> bytes:
        """Sign the manifest as it is, then build."""
        raw = self.members[MANIFEST]
        origin = json.loads(raw)["origin"]
        self.members[SIGNATURE] = self.signer.sign(signed_text(raw, origin))
        return self.built()

    def resigned(self) -> bytes:
        """Put the right hashes into the manifest and sign it with the log's key, then build."""
        files = {name: (sha256(self.members[name]).hexdigest(), len(self.members[name])) for name in HASHED}
        self.change(files=files)
        return self.signed()
