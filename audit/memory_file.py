"""The sequencer's memory in a file of the host that sequences: locked compare-and-swap, fsynced."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.durable import write_durably
from audit.errors import MemoryConflict, MemoryUnreadable


class FileMemory:
    """`audit.ports.Memory` in one file; its folder exists and is no part of the database's backup."""

    def __init__(self, path: Path) -> None:
        """Name the file; it comes into being with the first signed checkpoint."""
        self._path = path

    async def load(self) -> bytes | None:
        """Return the last signed checkpoint note; None before the first. Raises MemoryUnreadable."""
        return await asyncio.to_thread(self._read)

    async def swap(self, expected: bytes | None, new: bytes) -> None:
        """Replace ``expected`` by ``new`` and return once the disk holds it; raise MemoryConflict."""
        await asyncio.to_thread(self._swap, expected, new)

    def _read(self) -> bytes | None:
        try:
            found = self._path.read_bytes()
        except FileNotFoundError:
            if not self._path.parent.is_dir():
                raise MemoryUnreadable(path=self._path, reason="its folder is gone") from None
            return None
        except OSError as error:
            raise MemoryUnreadable(path=self._path, reason=error.strerror) from error
        if not found:
            raise MemoryUnreadable(path=self._path, reason="it is empty")
        return found

    def _swap(self, expected: bytes | None, new: bytes) -> None:
        with self._locked():
            if self._read() != expected:
                raise MemoryConflict
            try:
                write_durably(self._path, new)
            except OSError as error:
                raise MemoryUnreadable(path=self._path, reason=error.strerror) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            descriptor = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise MemoryUnreadable(path=self._path, reason=error.strerror) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
