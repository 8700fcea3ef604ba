"""Values to check: typed, or one a line out of a file or standard input, taken in parts so that memory stays small."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from gateway.errors import Invalid

PART: Final = 500
"""How many values are checked at once."""
_LONGEST: Final = 4096
"""Most characters of a line that are looked at: nothing longer is an address or a number, whatever follows."""
_STANDARD_INPUT: Final = "-"


def parts(typed: Sequence[str] | None, file: Path | None) -> Iterator[list[str]]:
    """Give the values in their order, at most `PART` at a time: those that were typed, then those of the file.

    A typed `-`, or a file of that name, stands for standard input. Empty lines are passed over; what is no UTF-8 in a
    line stays there as lone surrogates, which make that one value wrong.

    Raises:
        Invalid: nothing was given.
        OSError: the file cannot be read.
    """
    if not typed and file is None:
        raise Invalid("Give values to check, or `--file` with one a line (`-` is standard input).")
    values = _values([*(typed or ()), *([] if file is None else [file])])
    while part := list(islice(values, PART)):
        yield part


def _values(given: Iterable[str | Path]) -> Iterator[str]:
    for each in given:
        if isinstance(each, str) and each != _STANDARD_INPUT:
            yield each
            continue
        with _opened(each) as stream:
            yield from _lines(stream)


@contextmanager
def _opened(source: str | Path) -> Iterator[TextIO]:
    if str(source) == _STANDARD_INPUT:
        stream = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="surrogateescape")
        try:
            yield stream
        finally:
            stream.detach()
    else:
        with Path(source).open(encoding="utf-8-sig", errors="surrogateescape") as file:
            yield file


def _lines(stream: TextIO) -> Iterator[str]:
    """Each line's text, cut where it is too long to be anything; the rest of such a line is passed over."""
    while line := stream.readline(_LONGEST):
        whole = line.endswith("\n")
        while not whole and (rest := stream.readline(_LONGEST)):
            whole = rest.endswith("\n")
        if line.strip():
            yield line.strip("\r\n")
