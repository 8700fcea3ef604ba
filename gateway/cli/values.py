"""Values to check: typed, or one a line out of a file or standard input, taken in parts so that memory stays small."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from gateway.cli.files import STANDARD_INPUT, name_of, opened
from gateway.countries import CODES
from gateway.errors import Invalid

PART: Final = 500
"""How many values are checked at once."""
_LONGEST: Final = 4096
"""Most characters of a line that are looked at: nothing longer is an address or a number, whatever follows."""
_FOREIGN: Final = re.compile("[\udc80-\udcff]")
"""What a byte that is no UTF-8 is read as."""
_ADVICE: Final = "take the column out first."
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*+)"')
"""A field as RFC 4180 writes it, in quotes."""
_ADDRESS: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_NAMES: Final = (
    "email|e-mail|mail|email address|e-mail address|emailadresse|e-mail-adresse|courriel|correo|address|phone|"
    "phone number|telephone|tel|telefon|telefonnummer|mobile|name|first name|last name|vorname|nachname|nom|prénom|"
    "nombre|company|id"
)
_HEADINGS: Final = frozenset(_NAMES.split("|"))


def parts(typed: Sequence[str] | None, file: Path | None) -> Iterator[list[str]]:
    """Give the values in their order, at most `PART` at a time: those that were typed, then those of the file.

    A typed `-`, or a file of that name, stands for standard input. Empty lines are passed over, and so is a first one
    that only names a column; quotes around a whole line are a table's. A value of another encoding would be another
    value, and be judged as that: so its line ends the reading.

    Raises:
        Invalid: nothing was given, the file holds no value, or a line of it is no UTF-8.
        OSError: the file cannot be read.
    """
    if not typed and file is None:
        raise Invalid("Give values to check, or `--file` with one a line (`-` is standard input).")
    values = _values([*(typed or ()), *([] if file is None else [file])])
    while True:
        part: list[str] = []
        try:
            while len(part) < PART and (value := next(values, None)) is not None:
                part.append(value)
        except Invalid:
            if part:
                yield part  # what came before is answered all the same
            raise
        if not part:
            return
        yield part


def country(typed: str) -> str:
    """The country that an option names.

    Raises:
        Invalid: it is none.
    """
    code = "GB" if typed.upper() == "UK" else typed.upper()
    if code not in CODES:
        raise Invalid("A region is the two letters of a country, like DE (ISO 3166-1 alpha-2).")
    return code


def _values(given: Iterable[str | Path]) -> Iterator[str]:
    for each in given:
        if isinstance(each, str) and each != str(STANDARD_INPUT):
            yield each
            continue
        file = Path(each)
        name, empty = name_of(file), True
        with opened(file, errors="surrogateescape") as stream:
            for value in _lines(stream, name):
                empty = False
                yield value
        if empty:
            raise Invalid(f"{name} is empty: write one value a line.")


def _lines(stream: TextIO, name: str) -> Iterator[str]:
    """Each line's text, cut where it is too long to be anything; the rest of such a line is passed over."""
    number = 0
    while line := stream.readline(_LONGEST):
        number += 1
        if not line.isascii() and _FOREIGN.search(line):
            raise Invalid(f"{name}, line {number}, is not in UTF-8: save the file so.")
        whole = line.endswith("\n")
        while not whole and (rest := stream.readline(_LONGEST)):
            whole = rest.endswith("\n")
        if number == 1 and _is_heading(fields := _fields(line)):
            print(f"{name} begins with a heading, which is passed over.", file=sys.stderr)
            continue
        if number == 1 and _are_a_tables(fields):
            print(f"{name} looks like a table, and each of its lines is read as one value: {_ADVICE}", file=sys.stderr)
        if (value := _field(line.strip("\r\n"))).strip():
            yield value


def _field(line: str) -> str:
    """A line as it was before a table's only column was put in quotes, as exports do."""
    quoted = _QUOTED.fullmatch(line)
    return line if quoted is None else quoted[1].replace('""', '"')


def _fields(line: str) -> list[str]:
    return [field.strip().lower() for field in next(csv.reader([line], delimiter=_delimiter(line)), [])]


def _is_heading(fields: Sequence[str]) -> bool:
    """Whether a first line is nothing but the name of a column."""
    return len(fields) == 1 and fields[0] in _HEADINGS


def _are_a_tables(fields: Sequence[str]) -> bool:
    """Whether a first line names columns, or holds several values."""
    return len(fields) > 1 and (fields[0] in _HEADINGS or any(map(_ADDRESS.fullmatch, fields)))


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)
