"""Writes a bundle: members grow in files beside the target, then become one canonical ZIP file in one pass."""

import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from audit.container import local_header, place, tail
from audit.durable import sync_folder
from audit.manifest import MEMBERS

_COPY = 1 << 20


class BundleWriter:
    """Members by name, each a growing file; nothing is held in memory."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Open a file per member in a folder; the stack closes them."""
        self._folder = folder
        self._files: dict[str, BinaryIO] = {
            name: stack.enter_context((folder / name).open("w+b", buffering=_COPY)) for name in MEMBERS
        }
        self._hashes = {name: sha256() for name in MEMBERS}
        self._crcs = dict.fromkeys(MEMBERS, 0)
        self._sizes = dict.fromkeys(MEMBERS, 0)

    def write(self, name: str, data: bytes) -> None:
        """Append to a member."""
        self._files[name].write(data)
        self._hashes[name].update(data)
        self._crcs[name] = zlib.crc32(data, self._crcs[name])
        self._sizes[name] += len(data)

    def digest(self, name: str) -> tuple[str, int]:
        """Return a member's SHA-256 in hex and its size so far."""
        return self._hashes[name].hexdigest(), self._sizes[name]

    def assemble(self, out: BinaryIO) -> None:
        """Write the ZIP file."""
        members = place([(name, self._crcs[name], self._sizes[name]) for name in MEMBERS])
        for member in members:
            out.write(local_header(member.name, member.crc, member.size))
            file = self._files[member.name]
            file.seek(0)
            while part := file.read(_COPY):
                out.write(part)
        out.write(tail(members))


@contextmanager
def bundle(out: Path) -> Iterator[BundleWriter]:
    """Write members inside the block; at its end ``out`` appears whole and durable (mode 0600), or not at all."""
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name, ExitStack() as stack:
        folder = Path(name)
        writer = BundleWriter(folder, stack)
        yield writer
        whole = folder / "bundle.zip"
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=_COPY) as file:
            writer.assemble(file)
            file.flush()
            os.fsync(file.fileno())
        whole.replace(out)
        sync_folder(out.parent)
