"""Reading what a command is given: files, word lists, settings."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer
import yaml

from gateway.errors import Invalid

PolicyFile = Annotated[Path | None, typer.Argument(help="A policy of your own; without it, the one in force here.")]
Shipped = Annotated[
    bool, typer.Option("--shipped", help="Print the file that comes with the gateway, to make your own of.")
]

STANDARD_INPUT: Final = Path("-")


def name_of(path: Path) -> str:
    """What a file is called when something is wrong with it."""
    return "Standard input" if path == STANDARD_INPUT else str(path)


@contextmanager
def opened(path: Path, *, errors: str = "strict") -> Iterator[TextIO]:
    """Open a file as text, `-` for standard input, past the mark that some systems write before UTF-8.

    `errors` says what becomes of other bytes, as in `open`.

    Raises:
        OSError: it cannot be opened.
    """
    if path == STANDARD_INPUT:
        stream = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors=errors)
        try:
            yield stream
        finally:
            stream.detach()
    else:
        with path.open(encoding="utf-8-sig", errors=errors) as file:
            yield file


def read_text(path: Path) -> str:
    """Read a text file.

    Raises:
        Invalid: it is no UTF-8.
        OSError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _foreign(path) from None


def read_given(path: Path) -> str:
    """Read a file, `-` for standard input, without the mark that some systems write before UTF-8.

    Raises:
        Invalid: it is no UTF-8.
        OSError: it cannot be read.
    """
    try:
        with opened(path) as stream:
            return stream.read()
    except UnicodeDecodeError:
        raise _foreign(path) from None


def read_secrets(path: Path | None) -> list[str]:
    """Read a file with one secret a line, `-` for standard input; no file holds none.

    What stands on a command line is there for everybody on the machine to read, and stays in the shell's history.

    Raises:
        Invalid: it is no UTF-8, or empty.
        OSError: it cannot be read.
    """
    if path is None:
        return []
    text = read_given(path)
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found:
        raise Invalid(f"{name_of(path)} is empty: write one secret a line.")
    return found


def read_secret(typed: str | None, path: Path | None) -> str | None:
    """Take one secret that was typed, or stands in a file; None where neither is given.

    Raises:
        Invalid: both are given, or there are several in the file.
        OSError: it cannot be read.
    """
    found = [*([] if typed is None else [typed]), *read_secrets(path)]
    if len(found) > 1:
        raise Invalid("Only one can be used here: type it, or write it alone into the file.")
    return found[0] if found else None


def read_mapping(path: Path | None) -> dict[str, Any]:
    """Read a JSON or YAML file that holds one object; no file is an empty one.

    Raises:
        Invalid: it is neither, or holds something else.
        OSError: it cannot be read.
    """
    if path is None:
        return {}
    text = read_text(path)
    try:
        found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        place = getattr(error, "problem_mark", None) or getattr(error, "lineno", None)
        where = f" (line {getattr(place, 'line', place)})" if place is not None else ""
        raise Invalid(f"{path} is neither JSON nor YAML{where}.") from None
    if not isinstance(found, dict):
        raise Invalid(f"{path} must hold one object: names and values.")
    return found


def words_of(values: Iterable[str] | None) -> list[str]:
    """Read an option that may be given several times and may hold several words, separated by commas."""
    return [word.strip() for value in values or () for word in value.split(",") if word.strip()]


def _foreign(path: Path) -> Invalid:
    return Invalid(f"{name_of(path)} is not in UTF-8: save it so.")
