"""A do-not-call register as a file of our own: dated, keyed hashes in order, looked up where they lie.

    magic, length of the header (4 bytes, big-endian), header (JSON), its HMAC (32 bytes), zeros up to 8,192
    records of 16 bytes in order: 15 bytes of the number's HMAC-SHA-256, and 1 (listed) or 0 (asked, not listed)
    an index entry of 32 bytes per 1,024 records: the first record's hash, and the first 17 bytes of the block's SHA-256

The header says how many records there are and holds the SHA-256 of the index, so that a look-up can check every byte
that it rests on: header and index when the file is opened, the one block that could hold the number when it is read.
The file is mapped, never read whole: what a look-up touches is a few pages of the index and one block.
"""

import hashlib
import json
import mmap
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from audit.macs import Mac256
from gateway.errors import Invalid
from gateway.verification.registers import Register

MAGIC: Final = b"leadgate register 1\n"
HEAD: Final = 8192
"""Where the records begin."""
RECORD: Final = 16
DIGEST: Final = RECORD - 1
BLOCK: Final = 1024
"""Records that are checked and searched at once."""
ENTRY: Final = 32
SUFFIX: Final = ".register"
HASH: Final = "HMAC-SHA-256/120"
_SEAL: Final = 32
_LENGTH: Final = 4
_CHECK: Final = b"leadgate/register-key-check/v1"

Keys = Mapping[int, bytes]
"""The keys that numbers are hashed under, by generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a register file says of itself.

    `dated` is the day on which the register said so; `records` are the numbers in it and `listed` those that it names;
    `areas` are the area codes that it covers, None where it covers its country; `generation` is that of the key.
    `unread` lines of the download could not be read, so that it may name a number that is not in here.
    """

    register: Register
    dated: date
    records: int
    listed: int
    areas: frozenset[str] | None
    generation: int
    index_sha256: str
    unread: int = 0

    def to_bytes(self, key: bytes) -> bytes:
        """The header as it stands at the beginning of the file, sealed with the key."""
        said = {
            "register": self.register.value,
            "date": self.dated.isoformat(),
            "records": self.records,
            "listed": self.listed,
            "areas": None if self.areas is None else sorted(self.areas),
            "hash": HASH,
            "key": {"generation": self.generation, "check": key_check(key)},
            "block": BLOCK,
            "index_sha256": self.index_sha256,
            "unread": self.unread,
        }
        text = json.dumps(said, separators=(",", ":")).encode()
        head = MAGIC + len(text).to_bytes(_LENGTH, "big") + text
        sealed = head + Mac256(key).of(head)
        if len(sealed) > HEAD:
            raise ValueError("the header is longer than its place")
        return sealed.ljust(HEAD, b"\0")


class RegisterFile:
    """A register file that is open. `path.name` is safe to show: it names a register and a date.

    Raises:
        Invalid: it is no register file, is damaged or cut short, or another gateway made it; the message says which.
    """

    def __init__(self, path: Path, keys: Keys) -> None:
        self.name = path.name
        with path.open("rb") as file:
            self.header, key = _read_header(file, self.name, keys)
            blocks = -(-self.header.records // BLOCK)
            wanted = HEAD + self.header.records * RECORD + blocks * ENTRY
            size = os.fstat(file.fileno()).st_size
            if size != wanted:
                raise _unusable(self.name, f"it has {size} bytes where {wanted} belong; it was cut short or changed")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._mac = Mac256(key)
        self._index = _Index(memoryview(self._map)[wanted - blocks * ENTRY :], blocks)
        if self._index.sha256() != self.header.index_sha256:
            self.close()
            raise _unusable(self.name, "its index is damaged")

    def covers(self, e164: str) -> bool:
        """Whether the file could name a number: one of its country's, in an area code that it holds."""
        areas = self.header.areas
        return areas is None or (e164.startswith("+1") and e164[2:5] in areas)

    def find(self, e164: str) -> bool | None:
        """Whether the register names a number; False where it was asked and does not, None where it is not in here.

        Raises:
            Invalid: the part of the file that could hold the number is damaged.
        """
        digest = self._mac.of(e164.encode())[:DIGEST]
        at = bisect_right(self._index, digest) - 1
        if at < 0:
            return None
        first = HEAD + at * BLOCK * RECORD
        block = self._map[first : min(first + BLOCK * RECORD, HEAD + self.header.records * RECORD)]
        if not self._index.holds(at, block):
            raise _unusable(self.name, f"it is damaged at byte {first}")
        records = _Records(block)
        found = bisect_left(records, digest)
        if found == len(records) or records[found] != digest:
            return None
        return bool(block[found * RECORD + DIGEST])

    def check(self) -> None:
        """Read the whole file; raise Invalid where it is damaged."""
        for at in range(len(self._index)):
            first = HEAD + at * BLOCK * RECORD
            block = self._map[first : min(first + BLOCK * RECORD, HEAD + self.header.records * RECORD)]
            if not self._index.holds(at, block):
                raise _unusable(self.name, f"it is damaged at byte {first}")

    def close(self) -> None:
        """Let the file go."""
        self._index.release()
        self._map.close()


class Writer:
    """Writes a register file: records in order, then the index, and the header last; a file without one is none."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._file.write(b"\0" * HEAD)
        self._block = bytearray()
        self._index = bytearray()
        self.records = self.listed = 0

    def add(self, records: Iterable[bytes]) -> None:
        """Add records, each greater than all before."""
        for record in records:
            self._block += record
            self.records += 1
            self.listed += record[DIGEST]
            if len(self._block) == BLOCK * RECORD:
                self._flush()

    def end(self, key: bytes, **said: Any) -> Header:  # noqa: ANN401 - the other fields of `Header`
        """Write index and header, and see them on the disk."""
        self._flush()
        self._file.write(self._index)
        digest = hashlib.sha256(self._index).hexdigest()
        header = Header(records=self.records, listed=self.listed, index_sha256=digest, **said)
        self._file.seek(0)
        self._file.write(header.to_bytes(key))
        self._file.flush()
        os.fsync(self._file.fileno())
        return header

    def _flush(self) -> None:
        if self._block:
            block = bytes(self._block)
            self._index += block[:DIGEST] + _digest(block)
            self._file.write(block)
            self._block.clear()


@dataclass(frozen=True, slots=True)
class _Index(Sequence[bytes]):
    """The first hash of every block, read where it lies."""

    _view: memoryview = field(repr=False)
    _blocks: int

    def __len__(self) -> int:
        return self._blocks

    def __getitem__(self, at: Any) -> bytes:  # type: ignore[override]  # noqa: ANN401 - single places alone
        return bytes(self._view[at * ENTRY : at * ENTRY + DIGEST])

    def holds(self, at: int, block: bytes) -> bool:
        """Whether a block is what the index says."""
        return self._view[at * ENTRY + DIGEST : (at + 1) * ENTRY] == _digest(block)

    def sha256(self) -> str:
        """What the header must name."""
        return hashlib.sha256(self._view).hexdigest()

    def release(self) -> None:
        """Let the mapped file be closed."""
        self._view.release()


@dataclass(frozen=True, slots=True)
class _Records(Sequence[bytes]):
    """The hashes of one block."""

    _block: bytes = field(repr=False)

    def __len__(self) -> int:
        return len(self._block) // RECORD

    def __getitem__(self, at: Any) -> bytes:  # type: ignore[override]  # noqa: ANN401 - single places alone
        return self._block[at * RECORD : at * RECORD + DIGEST]


def key_check(key: bytes) -> str:
    """What tells one key from another and nothing of either."""
    return Mac256(key).of(_CHECK)[:8].hex()


def _digest(block: bytes) -> bytes:
    return hashlib.sha256(block).digest()[: ENTRY - DIGEST]


def _read_header(file: IO[bytes], name: str, keys: Keys) -> tuple[Header, bytes]:
    head = file.read(HEAD)
    start = len(MAGIC) + _LENGTH
    if not head.startswith(MAGIC):
        raise _unusable(name, "it is no register file; `leadgate registers import` makes one")
    if len(head) < HEAD:
        raise _unusable(name, "it was cut short")
    end = start + int.from_bytes(head[len(MAGIC) : start], "big")
    try:
        said = json.loads(head[start:end])
        key = keys.get(said["key"]["generation"])
        known = key is not None and said["key"]["check"] == key_check(key)
    except (ValueError, KeyError, TypeError):
        raise _unusable(name, "its header is damaged") from None
    if key is None or not known:
        raise _unusable(name, "it was made under the key of another gateway: import the register here")
    if Mac256(key).of(head[:end]) != head[end : end + _SEAL]:
        raise _unusable(name, "its header was changed")
    if said["hash"] != HASH or said["block"] != BLOCK:
        raise _unusable(name, "it is of a form that this version does not read: import the register again")
    areas = said["areas"]
    header = Header(
        register=Register(said["register"]),
        dated=date.fromisoformat(said["date"]),
        records=said["records"],
        listed=said["listed"],
        areas=None if areas is None else frozenset(areas),
        generation=said["key"]["generation"],
        index_sha256=said["index_sha256"],
        unread=said.get("unread", 0),  # files of before do not say
    )
    return header, key


def _unusable(name: str, why: str) -> Invalid:
    return Invalid(f"The register file {name} cannot be used: {why}.")
