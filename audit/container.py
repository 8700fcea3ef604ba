"""A ZIP file in exactly one form: stored members, fixed order, names, dates and headers (APPNOTE.TXT 6.3.10).

Everything outside the members' data follows from their names, sizes and CRC-32s. So a reader can rebuild
every such byte and name the first one that differs; the directory at the end and the headers in front say
the same thing twice, which tells on which side a byte was changed. ZIP64 fields appear only where a number
needs more than 32 bits.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audit.errors import BadContainer

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_DATE = 0x21  # 1 January 1980, midnight: the earliest a ZIP can say
_PLAIN, _WIDE = 20, 45  # version needed: 2.0, or 4.5 for ZIP64
_LIMIT = 0xFFFFFFFF  # a 32-bit field with this value points to its ZIP64 twin


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the file: its name, the CRC-32 and length of its data, and where header and data begin."""

    name: str
    crc: int
    size: int
    header: int
    start: int

    @property
    def end(self) -> int:
        """Where the data end."""
        return self.start + self.size


def local_header(name: str, crc: int, size: int, limit: int = _LIMIT) -> bytes:
    """Return the header in front of a member's data."""
    raw, wide = name.encode("ascii"), size >= limit
    extra = struct.pack("<2H2Q", 1, 16, size, size) if wide else b""
    shown, version = (_LIMIT, _WIDE) if wide else (size, _PLAIN)
    fields = (b"PK\3\4", version, 0, 0, 0, _DATE, crc, shown, shown, len(raw), len(extra))
    return _LOCAL.pack(*fields) + raw + extra


def tail(members: Sequence[Member], limit: int = _LIMIT) -> bytes:
    """Return everything behind the last member's data: central directory and end records."""
    directory = b"".join(_central_header(each, limit) for each in members)
    start, count = members[-1].end, len(members)
    end64 = b""
    shown_size, shown_start = len(directory), start
    if start >= limit or len(directory) >= limit:
        fields = (44, _WIDE, _WIDE, 0, 0, count, count, len(directory), start)
        end64 = _END64.pack(b"PK\6\6", *fields)
        end64 += _LOCATOR.pack(b"PK\6\7", 0, start + len(directory), 1)
        shown_size, shown_start = min(len(directory), _LIMIT), _LIMIT
    return directory + end64 + _END.pack(b"PK\5\6", 0, 0, count, count, shown_size, shown_start, 0)


def _central_header(member: Member, limit: int) -> bytes:
    raw, numbers = member.name.encode("ascii"), []
    size, offset = member.size, member.header
    if size >= limit:
        numbers += [size, size]
        size = _LIMIT
    if offset >= limit:
        numbers.append(offset)
        offset = _LIMIT
    extra = struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
    version = _WIDE if numbers else _PLAIN
    fields = (version, version, 0, 0, 0, _DATE, member.crc, size, size, len(raw), len(extra), 0, 0, 0, 0, offset)
    return _CENTRAL.pack(b"PK\1\2", *fields) + raw + extra


def place(sizes: Sequence[tuple[str, int, int]], limit: int = _LIMIT) -> list[Member]:
    """Return the members of (name, crc, size) triples where the writer puts them, in this order."""
    members, at = [], 0
    for name, crc, size in sizes:
        start = at + len(local_header(name, crc, size, limit))
        members.append(Member(name=name, crc=crc, size=size, header=at, start=start))
        at = start + size
    return members


def read(data: memoryview, names: Sequence[str], limit: int = _LIMIT) -> list[Member]:
    """Return the members after checking every byte outside their data, and their CRC-32s.

    Args:
        data: the whole file.
        names: the member names in order; no others are accepted.
        limit: for tests of ZIP64 on small files.

    Raises:
        BadContainer: with ``where`` (a member's name and part, or the directory) and ``offset`` in the file.
    """
    members = _from_tail(data, names, limit) or _from_headers(data, names, limit)
    members = [_agreed(data, each) for each in members]
    for member in members:
        expected = local_header(member.name, member.crc, member.size, limit)
        _compare(data, member.header, expected, f"header of {member.name}")
    end, expected = members[-1].end, tail(members, limit)
    _compare(data, end, expected, "central directory or end record")
    if len(data) > end + len(expected):
        raise BadContainer(where="end of file", offset=end + len(expected), reason="bytes follow the ZIP file")
    return members


def check_data(data: memoryview, member: Member) -> None:
    """Raise BadContainer when a member's data do not have its CRC-32."""
    found = zlib.crc32(data[member.start : member.end])
    if found == member.crc:
        return
    at = _single_change(found ^ member.crc, member.size)
    if at is not None:
        raise BadContainer(where=member.name, offset=member.start + at, reason="this byte was changed")
    span = f"some of the bytes up to {member.end - 1} were changed"
    raise BadContainer(where=member.name, offset=member.start, reason=span)


def _agreed(data: memoryview, member: Member) -> Member:
    """Return the member with the header's CRC-32 where header and data agree against the directory."""
    shown = int.from_bytes(data[member.header + 14 : member.header + 18], "little")
    if shown != member.crc and shown == zlib.crc32(data[member.start : member.end]):
        return replace(member, crc=shown)
    return member


def _compare(data: memoryview, at: int, expected: bytes, where: str) -> None:
    found = bytes(data[at : at + len(expected)])
    for offset, (have, want) in enumerate(zip(found, expected, strict=False)):
        if have != want:
            reason = f"the byte is 0x{have:02x} where the rest of the file asks for 0x{want:02x}"
            raise BadContainer(where=where, offset=at + offset, reason=reason)
    if len(found) < len(expected):
        raise BadContainer(where=where, offset=at + len(found), reason="the file ends too early")


def _from_tail(data: memoryview, names: Sequence[str], limit: int) -> list[Member] | None:
    """Return the members that the directory names when its every byte follows from them, else None."""
    try:
        start, count = _directory(data)
        sizes = list(_entries(data, start, count))
    except (struct.error, UnicodeDecodeError, ValueError):
        return None
    members = place(sizes, limit)
    fits = [each.name for each in members] == list(names) and members[-1].end == start
    return members if fits and bytes(data[start:]) == tail(members, limit) else None


def _directory(data: memoryview) -> tuple[int, int]:
    at = len(data) - _END.size
    if at < 0:
        raise ValueError
    start, count = _END.unpack_from(data, at)[6], _END.unpack_from(data, at)[4]
    if start == _LIMIT:
        start = _END64.unpack_from(data, at - _LOCATOR.size - _END64.size)[9]
    if start > at:
        raise ValueError
    return start, count


def _entries(data: memoryview, at: int, count: int) -> Iterator[tuple[str, int, int]]:
    for _ in range(count):
        fields = _CENTRAL.unpack_from(data, at)
        crc, size, length, extra = fields[7], fields[8], fields[10], fields[11]
        at += _CENTRAL.size
        name = bytes(data[at : at + length]).decode("ascii")
        if size == _LIMIT:
            size = struct.unpack_from("<Q", data, at + length + 4)[0]
        at += length + extra
        if size > len(data):
            raise ValueError
        yield name, crc, size


def _from_headers(data: memoryview, names: Sequence[str], limit: int) -> list[Member]:
    """Return the members that the local headers name; raise BadContainer at the first byte that cannot be."""
    sizes: list[tuple[str, int, int]] = []
    at = 0
    for name in names:
        here = bytes(data[at : at + _LOCAL.size + len(name) + 20])
        if len(here) < _LOCAL.size + len(name):
            raise BadContainer(where=f"header of {name}", offset=len(data), reason="the file ends too early")
        fields = _LOCAL.unpack_from(here)
        crc, size = fields[6], fields[7]
        if size == _LIMIT and len(here) == _LOCAL.size + len(name) + 20:
            size = struct.unpack_from("<Q", here, _LOCAL.size + len(name) + 4)[0]
        _compare(data, at, local_header(name, crc, size, limit), f"header of {name}")
        sizes.append((name, crc, size))
        at = place(sizes, limit)[-1].end
        if at > len(data):
            raise BadContainer(where=name, offset=len(data), reason=f"the file ends before byte {at}")
    return place(sizes, limit)


def _single_change(syndrome: int, size: int) -> int | None:
    """Return the offset of the one byte whose change explains a CRC-32 difference; None of none.

    CRC-32 is linear: an error in a byte with n bytes behind it shows as a table value shifted n times, so
    shifting back finds n. Only for members up to 4 MiB, beyond which this takes longer than it helps.
    """
    if size > 1 << 22:
        return None
    back = {value >> 24: index for index, value in enumerate(_TABLE)}
    values = frozenset(_TABLE[1:])
    for behind in range(size):
        if syndrome in values:
            return size - 1 - behind
        index = back[syndrome >> 24]
        syndrome = ((syndrome ^ _TABLE[index]) << 8 | index) & _LIMIT
    return None


def _table_value(index: int) -> int:
    for _ in range(8):
        index = index >> 1 ^ (0xEDB88320 if index & 1 else 0)
    return index


_TABLE = tuple(_table_value(each) for each in range(256))
