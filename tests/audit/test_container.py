"""The canonical ZIP: readable by everybody, and no byte outside the data can change unnoticed."""

import io
import random
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.container import check_data, local_header, place, read, tail
from audit.errors import BadContainer
from tests.support.depth import thinned

PARTS = [("README.txt", b"hello" * 30), ("a.bin", bytes(range(256))), ("empty", b""), ("manifest.json", b"{}")]
NAMES = [name for name, _ in PARTS]
WIDE = [0xFFFFFFFF, 100, 1]  # the real limit, and two that force ZIP64 on small files


def built(parts: list[tuple[str, bytes]], limit: int) -> bytes:
    """Write a ZIP file."""
    members = place([(name, zlib.crc32(data), len(data)) for name, data in parts], limit)
    pieces = [
        local_header(each.name, each.crc, each.size, limit) + data
        for each, (_, data) in zip(members, parts, strict=True)
    ]
    return b"".join(pieces) + tail(members, limit)


def examined(data: bytes, limit: int) -> None:
    """Check every byte."""
    for member in read(memoryview(data), NAMES, limit):
        check_data(memoryview(data), member)


@pytest.mark.parametrize("limit", WIDE)
def test_other_programs_read_it(limit: int) -> None:
    """The standard library's reader finds the same members, also where 64-bit fields are used."""
    with zipfile.ZipFile(io.BytesIO(built(PARTS, limit))) as packed:
        assert packed.testzip() is None
        assert [(each.filename, packed.read(each)) for each in packed.infolist()] == PARTS


@pytest.mark.parametrize("limit", WIDE)
def test_every_changed_byte_is_found_where_it_is(limit: int) -> None:
    """Whichever byte is changed, the error names exactly that byte of the file."""
    data, dice = built(PARTS, limit), random.Random(1)  # noqa: S311 - reproducible, nothing secret
    examined(data, limit)
    for at in thinned(range(len(data))):
        for change in (1, 0x80, dice.randrange(1, 256)):
            changed = bytearray(data)
            changed[at] ^= change
            with pytest.raises(BadContainer) as caught:
                examined(bytes(changed), limit)
            assert caught.value.facts["offset"] == at


@pytest.mark.parametrize("limit", WIDE)
def test_every_cut_is_found(limit: int) -> None:
    """A file that ends early, at any byte, is refused; so is one that goes on."""
    data = built(PARTS, limit)
    for length in thinned(range(len(data))):
        with pytest.raises(BadContainer):
            examined(data[:length], limit)
    with pytest.raises(BadContainer):
        examined(data + b"\0", limit)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Whatever the bytes, the answer is an error with a place."""
    with pytest.raises(BadContainer):
        read(memoryview(data), NAMES)


@given(st.integers(0, 2**32 - 1), st.integers(0, 700), st.integers(1, 30))
def test_no_splice_crashes_the_reader(seed: int, at: int, length: int) -> None:
    """Random bytes over any part of a good file are refused with a place."""
    data = bytearray(built(PARTS, 0xFFFFFFFF))
    before = bytes(data)
    data[at : at + length] = random.Random(seed).randbytes(length)  # noqa: S311 - reproducible, nothing secret
    if bytes(data) != before:
        with pytest.raises(BadContainer):
            examined(bytes(data), 0xFFFFFFFF)


def test_large_members_are_not_searched_for_the_byte() -> None:
    """Beyond 4 MiB the error names the member; the entries' own hashes say more."""
    parts = [(name, bytes((1 << 22) + 1) if name == "a.bin" else data) for name, data in PARTS]
    data = bytearray(built(parts, 0xFFFFFFFF))
    data[1_000_000] = 1
    with pytest.raises(BadContainer, match="some of the bytes up to"):
        examined(bytes(data), 0xFFFFFFFF)


def test_two_changed_bytes_are_found_too() -> None:
    """Where no single byte explains the difference, the member is named."""
    data = bytearray(built(PARTS, 0xFFFFFFFF))
    data[60] ^= 0x11
    data[100] ^= 0x55
    with pytest.raises(BadContainer, match=r"README\.txt"):
        examined(bytes(data), 0xFFFFFFFF)
