"""From a register's own download to a file of ours, as a stream: the numbers themselves are written down nowhere.

Numbers are hashed line by line and dealt out to 256 heaps on the disk by the first byte of their hash; each heap is
then sorted alone. So memory never holds more than a 256th of the register.
"""

import filecmp
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from audit.macs import Mac256
from gateway.errors import Invalid
from gateway.verification.probes.register_file import DIGEST, RECORD, SUFFIX, Header, Writer
from gateway.verification.probes.register_lines import READERS, Line
from gateway.verification.registers import RULES, Register

LONGEST: Final = 256
"""Bytes of a line; what is longer is no line of a register."""
SHOWN: Final = 20
"""Lines that are named when they cannot be read; the others are counted."""
_MOST_OF_A_DAY: Final = 1000
_HEAPS: Final = 256
_HELD: Final = 1 << 12
"""Bytes that a heap holds before they go to the disk."""
_TOO_LONG: Final = b"x" * LONGEST
_ARCHIVES: Final = {b"PK\x03\x04": "a ZIP archive", b"\x1f\x8b": "a gzip archive"}


@dataclass(slots=True, kw_only=True)
class Imported:
    """What came of an import: lines that were read, and the numbers of the first lines that could not be."""

    name: str = ""
    header: Header | None = None
    lines: int = 0
    unread: int = 0
    first_unread: list[int] = field(default_factory=list)

    def reject(self, line: int) -> None:
        """Note a line that cannot be read, by its number alone."""
        self.unread += 1
        if len(self.first_unread) < SHOWN:
            self.first_unread.append(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is imported: a register's download, its date, and for a list without flags what it says of its numbers."""

    register: Register
    path: Path
    dated: date
    listed: bool | None = None


class _Heaps:
    """Records by the first byte of their hash, on the disk but for what fits into a few megabytes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._held = [bytearray() for _ in range(_HEAPS)]
        self._files: dict[int, IO[bytes]] = {}

    def add(self, record: bytes) -> None:
        """Put a record on its heap."""
        held = self._held[record[0]]
        held += record
        if len(held) >= _HELD:
            self._file(record[0]).write(held)
            held.clear()

    def in_order(self) -> Iterator[Iterator[bytes]]:
        """The records of one heap after the other, sorted, each number once; a heap is read when it is its turn."""
        for at, held in enumerate(self._held):
            data = bytes(held)
            if at in self._files:
                self._files[at].seek(0)
                data = self._files[at].read() + data
                self._files[at].truncate(0)
            yield _once(sorted(data[place : place + RECORD] for place in range(0, len(data), RECORD)))

    def _file(self, at: int) -> IO[bytes]:
        if at not in self._files:
            path = self._folder / f"{at:02x}"
            self._files[at] = self._stack.enter_context(path.open("w+b", buffering=0))
        return self._files[at]


def import_register(
    source: Source,
    folder: Path,
    *,
    generation: int,
    key: bytes,
    tell: Callable[[int], None] = lambda _lines: None,
    note: Callable[[str, Header], None] = lambda _name, _header: None,
) -> Imported:
    """Read a register's download into a new file of ours; lines that cannot be read are counted and named.

    Args:
        source: what is imported.
        folder: where register files lie; it is made.
        generation: that of the key.
        key: what numbers are hashed under.
        tell: is called with the number of lines now and then.
        note: is called with the new file's name and header before it is there; not where it was there already.

    Raises:
        Invalid: no line can be read, or the file is an archive.
        OSError: a file cannot be read or written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    done, areas = Imported(), set[str]()
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix=".import-", dir=folder)))
        heaps = _Heaps(work, stack)
        mac = Mac256(key)
        with source.path.open("rb") as lines:
            for line in _read(lines, source, done, tell):
                heaps.add(mac.of(line.e164.encode())[:DIGEST] + bytes([line.listed]))
                if line.area is not None:
                    areas.add(line.area)
        if done.lines == done.unread:
            raise Invalid(f"No line of {source.path.name} holds a number of {RULES[source.register].name}.")
        made = work / "register"
        with made.open("w+b") as file:
            writer = Writer(file)
            for records in heaps.in_order():
                writer.add(records)
            done.header = header = writer.end(
                key,
                register=source.register,
                dated=source.dated,
                areas=frozenset(areas) if RULES[source.register].by_area else None,
                generation=generation,
                unread=done.unread,
            )
        done.name = _place(made, folder, source, lambda name: note(name, header))
    return done


def _read(lines: IO[bytes], source: Source, done: Imported, tell: Callable[[int], None]) -> Iterator[Line]:
    reader = READERS[source.register]
    for number, raw in enumerate(_cut(lines, source.path.name), 1):
        text = raw.decode("ascii", "replace").strip()
        if not text:
            continue
        done.lines += 1
        found = reader(text, source.listed) if len(raw) < LONGEST else None
        if found is None:
            done.reject(number)
        elif isinstance(found, Line):
            yield found
        if not done.lines % 1_000_000:
            tell(done.lines)


def _cut(lines: IO[bytes], name: str) -> Iterator[bytes]:
    """The lines of a file, one that is too long cut off: no line is ever held whole that could be endless."""
    start = lines.read(4)
    for magic, kind in _ARCHIVES.items():
        if start.startswith(magic):
            raise Invalid(f"{name} is {kind}: unpack it, and import what is in it.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid(f"{name} is UTF-16, as spreadsheets save text: save it as plain text in UTF-8.")
    lines.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
    while line := lines.readline(LONGEST):
        cut = line
        while len(line) == LONGEST and not line.endswith(b"\n"):
            cut, line = _TOO_LONG, lines.readline(LONGEST)
        yield cut


def _once(records: Iterable[bytes]) -> Iterator[bytes]:
    """Each number of sorted records once; of two answers on it the one that names it, which sorts last."""
    last = b""
    for record in records:
        if last and record[:DIGEST] != last[:DIGEST]:
            yield last
        last = record
    if last:
        yield last


def _place(made: Path, folder: Path, source: Source, note: Callable[[str], None]) -> str:
    """Give a finished file a name that no other has: register and date, and a number where there are more.

    Where the very same was imported before, that file's name is its own.
    """
    stem = f"{source.register.value}-{source.dated.isoformat()}"
    for count in range(1, _MOST_OF_A_DAY):
        target = folder / f"{stem}{'' if count == 1 else f'-{count}'}{SUFFIX}"
        if target.exists():
            if filecmp.cmp(made, target, shallow=False):
                return target.name
            continue
        note(target.name)
        try:
            # A link is there whole or not at all, and never in place of another file.
            target.hardlink_to(made)
        except FileExistsError:
            continue
        except OSError:  # a file system without links
            made.rename(target)
        return target.name
    raise Invalid(f"There are too many files of {stem}: remove those that newer ones replace.")
