"""Registers as files: what is read from a download, found in a register, and refused of one that is not as it was."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import structlog

from gateway.errors import Invalid, NotFound, StoreUnavailable
from gateway.verification.probes.register_file import HEAD, RECORD, RegisterFile
from gateway.verification.probes.register_import import Source, import_register
from gateway.verification.registers import Register, registers_of
from tests.gateway.verification.registers.making import (
    DATED,
    KEY,
    KEYS,
    NOW,
    american,
    download,
    imported,
    opened,
    said,
)
from tests.support.depth import thinned

CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda data: data[:-1], "cut short or changed"),
    "cut in the header": (lambda data: data[:100], "cut short"),
    "longer": (lambda data: data + b"\0", "cut short or changed"),
    "empty": (lambda _data: b"", "no register file"),
    "something else": (lambda _data: b"212,5550123\n" * 2000, "no register file"),
    "another header": (lambda data: data.replace(b'"date":"2026-02-20"', b'"date":"2026-02-21"'), "header was changed"),
    "a broken header": (lambda data: data.replace(b'{"register"', b'["register"'), "header is damaged"),
    "a flipped bit in the index": (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "index is damaged"),
}


def test_every_listed_number_is_found_and_no_other(tmp_path: Path) -> None:
    """Three blocks of a US list: each number in it is listed, its neighbours are not, other areas are not checked."""
    done = imported(tmp_path, american(3000))
    assert (done.name, done.lines, done.unread) == ("us_dnc-2026-02-20.register", 3000, 0)
    registers = opened(tmp_path)
    for at in thinned(range(0, 9000, 2)):
        state = "not_listed" if at % 3 else "listed"
        assert said(registers, f"+1212{5_550_000 + at}") == [f"us_dnc@2026-02-20: {state}"]
    assert said(registers, "+16465550000") == ["us_dnc: not_checked"]
    assert said(registers, "+18005550000") == ["us_dnc: not_checked"]
    registers.close()


def test_nothing_of_a_number_is_in_the_file(tmp_path: Path) -> None:
    """What is written holds no number, and the same register under another key has other hashes."""
    imported(tmp_path, ["212,5550123"])
    data = (tmp_path / "registers" / "us_dnc-2026-02-20.register").read_bytes()
    assert b"5550123" not in data
    other = tmp_path / "other"
    other.mkdir()
    imported(other, ["212,5550123"], key=bytes(32))
    hashes = {data[HEAD:][:RECORD], next((other / "registers").iterdir()).read_bytes()[HEAD:][:RECORD]}
    assert len(hashes) == 2
    assert sorted(path.name for path in (tmp_path / "registers").iterdir()) == ["us_dnc-2026-02-20.register"]


@pytest.mark.parametrize(
    ("register", "lines", "found", "unread"),
    [
        (Register.US_DNC, ["212,5550123", "2125550124", "\ufeff"], ["+12125550123", "+12125550124"], [3]),
        (Register.US_DNC, ["2125550123x", "112,5550123", "212,0550123", "212,55501234", "area,phone", "646,5550123"],
         ["+16465550123"], [1, 2, 3, 4, 5]),
        (Register.UK_TPS, ["0207 3787244", "01635 506160", "0191 5657153", "07860 338653", "02073787245 ", "44207"],
         ["+442073787244", "+441635506160", "+441915657153", "+447860338653", "+442073787245"], [6]),
        (Register.UK_CTPS, ["020 73787244", "", "  ", "0"], ["+442073787244"], [4]),
        (Register.AU_DNCR, ["0412345678,Y", "(02) 9999-8888,y", '"+61 412 345 679","Y"', "1300123456,Y", "131234,Y",
                            "0412345670,I", "0412345671", "9999888,Y"],
         ["+61412345678", "+61299998888", "+61412345679", "+611300123456", "+61131234"], [7, 8]),
    ],
)  # fmt: skip
def test_each_register_is_read_in_its_own_form(
    tmp_path: Path, register: Register, lines: list[str], found: list[str], unread: list[int]
) -> None:
    """Numbers come out in E.164; a line of another form is named by its number and stops no other."""
    done = imported(tmp_path, lines, register)
    assert done.first_unread == unread
    assert done.header is not None
    assert (done.header.records, done.header.listed) == (len(found), len(found))
    file = RegisterFile(tmp_path / "registers" / done.name, KEYS)
    assert [file.find(number) for number in found] == [True] * len(found)
    file.close()


@pytest.mark.parametrize(
    ("register", "line", "number"),
    [
        (Register.US_DNC, '"212","5550123"', "+12125550123"),
        (Register.US_DNC, "(212) 555-0123", "+12125550123"),
        (Register.US_DNC, "+1 212.555.0123", "+12125550123"),
        (Register.UK_TPS, '"020 7378 7244"', "+442073787244"),
        (Register.UK_TPS, "+44 20 7378 7244", "+442073787244"),
    ],
)
def test_a_download_that_was_saved_again_is_read(tmp_path: Path, register: Register, line: str, number: str) -> None:
    """Spreadsheets put quotes, brackets and country codes around what the register wrote."""
    done = imported(tmp_path, [line], register)
    file = RegisterFile(tmp_path / "registers" / done.name, KEYS)
    assert file.find(number)
    file.close()


def test_the_same_download_imported_twice_is_one_file(tmp_path: Path) -> None:
    """Its first name is given again; another file of the same day has one of its own."""
    first, again = (imported(tmp_path, ["212,5550123"]).name for _ in range(2))
    other = imported(tmp_path, ["212,5550124"]).name
    assert (first == again, first == other) == (True, False)
    assert sorted(path.name for path in (tmp_path / "registers").iterdir()) == sorted([first, other])


def test_an_australian_file_answers_for_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    """Y and N are answers; a number that was not sent in is not checked, and an older file may have it."""
    imported(tmp_path, ["0412345678,Y", "0412345679,N"], Register.AU_DNCR, dated=DATED - timedelta(days=5))
    imported(tmp_path, ["0412345678,N", "0412345670,N"], Register.AU_DNCR)
    registers = opened(tmp_path)
    told = {last: said(registers, f"+6141234567{last}", "AU") for last in "8901"}
    assert told == {
        "8": ["au_dncr@2026-02-20: not_listed"],
        "9": ["au_dncr@2026-02-15: not_listed"],
        "0": ["au_dncr@2026-02-20: not_listed"],
        "1": ["au_dncr: not_checked"],
    }
    registers.close()


@pytest.mark.parametrize(("listed", "state"), [(True, "listed"), (False, "not_listed")])
def test_a_list_without_flags_is_told_what_it_says(tmp_path: Path, *, listed: bool, state: str) -> None:
    """A washed list that came back with the registered, or with the other numbers only."""
    imported(tmp_path, ["0412345678", "0412345679"], Register.AU_DNCR, listed=listed)
    registers = opened(tmp_path)
    assert said(registers, "+61412345679", "AU") == [f"au_dncr@2026-02-20: {state}"]
    registers.close()


def test_of_two_answers_on_a_number_the_listing_counts(tmp_path: Path) -> None:
    """A number twice in one file is one number, listed if either line says so."""
    done = imported(tmp_path, ["0412345678,N", "0412345678,Y", "0412345678,N"], Register.AU_DNCR)
    assert done.header is not None
    assert (done.header.records, done.header.listed) == (1, 1)


def test_the_newest_file_that_could_name_a_number_counts(tmp_path: Path) -> None:
    """Area codes come in files of their own; within one, the newer file replaces the older, without a restart."""
    imported(tmp_path, ["212,5550100"], dated=DATED - timedelta(days=3))
    imported(tmp_path, ["646,5550100"], dated=DATED - timedelta(days=2))
    registers = opened(tmp_path)
    assert said(registers, "+12125550100") == ["us_dnc@2026-02-17: listed"]
    assert said(registers, "+16465550100") == ["us_dnc@2026-02-18: listed"]
    imported(tmp_path, ["212,5550101"])
    assert said(registers, "+12125550100") == ["us_dnc@2026-02-20: not_listed"]
    again = imported(tmp_path, ["212,5550100"])
    assert again.name == "us_dnc-2026-02-20-2.register"
    assert said(registers, "+12125550100") == ["us_dnc@2026-02-20: listed"]
    registers.remove(again.name, note=_unnoted)
    assert said(registers, "+12125550100") == ["us_dnc@2026-02-20: not_listed"]
    with pytest.raises(NotFound):
        registers.remove("../registers/us_dnc-2026-02-20.register", note=_unnoted)
    registers.close()


@pytest.mark.parametrize(
    ("number", "region", "found"),
    [
        ("+447700900123", None, ["uk_tps", "uk_ctps"]),
        ("+447911123456", "GG", ["uk_tps", "uk_ctps"]),
        ("+14837365000", None, ["us_dnc"]),
        ("+14165550123", "CA", []),
        ("+61890123456", "CX", ["au_dncr"]),
        ("+4930901820", None, []),
    ],
)
def test_a_number_without_a_known_region_is_asked_about_by_its_calling_code(
    number: str, region: str | None, found: list[str]
) -> None:
    """Such is one of a range that is not in our plans yet: possible, and perhaps on a list."""
    assert [each.value for each in registers_of(number, region)] == found


def test_no_file_comes_or_goes_that_cannot_be_noted(tmp_path: Path) -> None:
    """The log says it first: where it cannot, all stays as it was."""
    first = imported(tmp_path, ["212,5550100"])

    def fails(*_: object) -> None:
        raise StoreUnavailable("The database is locked.")

    with pytest.raises(StoreUnavailable):
        imported(tmp_path, ["212,5550101"], note=fails)
    registers = opened(tmp_path)
    with pytest.raises(StoreUnavailable):
        registers.remove(first.name, note=fails)
    assert [each.name for each in registers.entries()] == [first.name]
    assert [path.name for path in (tmp_path / "registers").iterdir()] == [first.name]
    registers.close()


def _unnoted() -> None:
    """Stands for an audit log."""


def test_two_changes_at_one_time_are_both_seen(tmp_path: Path) -> None:
    """A folder's time may stand still between two imports: what was changed just now is looked at again."""
    imported(tmp_path, ["212,5550100"], dated=DATED - timedelta(days=3))
    registers, folder = opened(tmp_path), tmp_path / "registers"
    just_now = time.time_ns()
    os.utime(folder, ns=(just_now, just_now))
    assert said(registers, "+12125550101") == ["us_dnc@2026-02-17: not_listed"]
    imported(tmp_path, ["212,5550101"])
    os.utime(folder, ns=(just_now, just_now))
    assert said(registers, "+12125550101") == ["us_dnc@2026-02-20: listed"]
    registers.close()


def test_without_files_nothing_was_checked(tmp_path: Path) -> None:
    """No folder, no file, no number is taken for unlisted."""
    registers = opened(tmp_path)
    assert said(registers, "+442079460000", "GB") == ["uk_tps: not_checked", "uk_ctps: not_checked"]
    assert said(registers, "+4930901820", "DE") == []
    assert registers.entries() == []


def test_an_old_file_is_stale_for_who_is_not_in_it(tmp_path: Path) -> None:
    """After 31 days it no longer says that a number is not listed; who is in it stays listed."""
    imported(tmp_path, american(10))
    registers = opened(tmp_path)
    late = NOW + timedelta(days=40)
    assert said(registers, "+12125550001", now=late) == ["us_dnc@2026-02-20: stale"]
    assert said(registers, "+12125550000", now=late) == ["us_dnc@2026-02-20: listed"]
    registers.close()


@pytest.mark.parametrize("fault", CHANGES)
def test_a_file_that_is_not_as_it_was_is_refused_with_words(tmp_path: Path, fault: str) -> None:
    """Opened, it says what is wrong; asked through the folder, it answers for nobody, and no older file does."""
    change, words = CHANGES[fault]
    imported(tmp_path, american(10), dated=DATED - timedelta(days=3))
    name = imported(tmp_path, american(10)).name
    path = tmp_path / "registers" / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Invalid, match=words):
        RegisterFile(path, KEYS)
    registers = opened(tmp_path)
    with structlog.testing.capture_logs() as logged:
        assert said(registers, "+12125550000") == ["us_dnc: not_checked"]
    assert [each["file"] for each in logged if each["event"] == "register_unusable"] == [name]
    assert "5550000" not in json.dumps(logged)
    newest = registers.entries()[0]
    assert newest.header is None
    assert words in (newest.why or "")
    registers.close()


def test_a_flipped_bit_is_found_when_the_number_is_asked_for(tmp_path: Path) -> None:
    """Damage in one block keeps that block from answering, and no other; reading to the end finds it."""
    name = imported(tmp_path, american(3000)).name
    path = tmp_path / "registers" / name
    data = bytearray(path.read_bytes())
    data[HEAD + 5 * RECORD] ^= 4
    path.write_bytes(data)
    registers = opened(tmp_path)
    with structlog.testing.capture_logs():
        states = [said(registers, f"+1212{5_550_000 + 3 * at}")[0] for at in thinned(range(3000))]
    assert 0 < states.count("us_dnc: not_checked") <= 1024
    assert states.count("us_dnc@2026-02-20: listed") == len(states) - states.count("us_dnc: not_checked")
    assert registers.entries()[0].why is None
    assert "damaged at byte 8192" in (registers.entries(thoroughly=True)[0].why or "")
    registers.close()


def test_a_file_of_another_gateway_is_refused(tmp_path: Path) -> None:
    """Its hashes mean nothing here: with another key every number would be unlisted."""
    name = imported(tmp_path, american(10), key=bytes(32)).name
    with pytest.raises(Invalid, match="another gateway"):
        RegisterFile(tmp_path / "registers" / name, KEYS)
    with pytest.raises(Invalid, match="another gateway"):
        RegisterFile(tmp_path / "registers" / name, {2: KEY})


def test_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    """A renamed file does not become newer, nor another register."""
    folder = tmp_path / "registers"
    (folder / imported(tmp_path, american(10)).name).rename(folder / "us_dnc-2026-03-01.register")
    registers = opened(tmp_path)
    with structlog.testing.capture_logs():
        assert said(registers, "+12125550000") == ["us_dnc: not_checked"]
    assert "another register or date" in (registers.entries()[0].why or "")


def test_a_name_that_is_none_is_passed_over(tmp_path: Path) -> None:
    """What lies about in the folder is logged and is no register."""
    imported(tmp_path, american(10))
    (tmp_path / "registers" / "old.register").write_bytes(b"")
    registers = opened(tmp_path)
    with structlog.testing.capture_logs() as logged:
        assert said(registers, "+12125550000") == ["us_dnc@2026-02-20: listed"]
    assert {each["event"] for each in logged} == {"register_unnamed"}
    registers.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "a ZIP archive: unpack it"),
        (b"\x1f\x8b\x08rest", "a gzip archive: unpack it"),
        ("212,5550123\n".encode("utf-16"), "UTF-16, as spreadsheets save text"),
        (b"", "No line"),
        (b"hello\n", "No line"),
    ],
)
def test_a_download_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """Nothing is left of an import that failed."""
    path = tmp_path / "download"
    path.write_bytes(content)
    source = Source(register=Register.US_DNC, path=path, dated=DATED)
    with pytest.raises(Invalid, match=words):
        import_register(source, tmp_path / "registers", generation=1, key=KEY)
    assert list((tmp_path / "registers").iterdir()) == []


def test_an_endless_line_is_one_line_that_cannot_be_read(tmp_path: Path) -> None:
    """It is never held whole; the lines around it are read, with whatever line ends and byte order mark."""
    path = tmp_path / "download"
    path.write_bytes(b"\xef\xbb\xbf212,5550100\r\n" + b"2" * 1_000_000 + b"\r\n212,5550101")
    done = import_register(
        Source(register=Register.US_DNC, path=path, dated=DATED), tmp_path / "registers", generation=1, key=KEY
    )
    assert (done.lines, done.first_unread) == (3, [2])
    assert done.header is not None
    assert done.header.records == 2


MEASURED = """
import resource, sys
from datetime import UTC, date, datetime
from pathlib import Path
from gateway.verification.probes.register_import import Source, import_register
from gateway.verification.probes.registers import Registers
from gateway.verification.registers import Register

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def run(path, folder):
    source = Source(register=Register.US_DNC, path=Path(path), dated=date(2026, 2, 20))
    import_register(source, Path(folder), generation=1, key=bytes(range(32)))

run(sys.argv[1], sys.argv[3])
before = peak()
run(sys.argv[2], sys.argv[4])
after = peak()
registers = Registers(Path(sys.argv[4]), lambda: {1: bytes(range(32))})
now = datetime(2026, 3, 2, tzinfo=UTC)
states = [registers.ask(f"+1{n}", "US", now=now)[0].state for n in range(2125550000, 2125550000 + 3000)]
print(after - before, peak() - after, states.count("listed"), states.count("not_listed"))
"""


@pytest.mark.integration
def test_two_hundred_thousand_numbers_are_imported_in_flat_memory(tmp_path: Path) -> None:
    """Against a list a hundred times as short the import needs no more, and look-ups map what they touch."""
    draw = random.Random(7)  # noqa: S311 - test data
    numbers = [f"212{number}" for number in range(5_550_000, 5_750_000)]
    draw.shuffle(numbers)
    small = download(tmp_path, [number for number in numbers if int(number) % 100 == 0], "small.txt")
    whole = download(tmp_path, numbers, "whole.txt")
    folders = [str(tmp_path / name) for name in ("few", "all")]
    command = [sys.executable, "-c", MEASURED, str(small), str(whole), *folders]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    importing, asking, listed, unlisted = map(int, told.stdout.split())
    assert (listed, unlisted) == (3000, 0)
    assert importing < 6_000  # kB: 200,000 records held as Python's bytes would be 11,000
    assert asking < 8_000  # kB: the file has 3,200


@pytest.mark.integration
def test_every_one_of_two_hundred_thousand_numbers_is_right(tmp_path: Path) -> None:
    """A register of half the numbers of a range names that half and no other, whatever their order in the download."""
    draw = random.Random(11)  # noqa: S311 - test data
    chosen = set(draw.sample(range(2_125_550_000, 2_125_950_000), 200_000))
    lines = [f"{str(number)[:3]},{str(number)[3:]}" for number in chosen]
    done = imported(tmp_path, lines, dated=date(2026, 2, 20))
    assert done.header is not None
    assert (done.header.records, done.header.areas) == (200_000, frozenset({"212"}))
    file = RegisterFile(tmp_path / "registers" / done.name, KEYS)
    asked = draw.sample(range(2_125_550_000, 2_125_950_000), 20_000)
    assert [number for number in asked if bool(file.find(f"+1{number}")) != (number in chosen)] == []
    file.check()
    file.close()
