"""How commands speak: facts to standard output, for people or as JSON; everything else to standard error."""

import json
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.errors import LeadgateError

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
"""The option that every command with facts to print has."""

_GAP: Final = 2
_ID: Final = re.compile(r"[a-z]{2}_[0-9a-z]{26}")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d+Z")
_WIDTH: Final = 100
"""Columns where no terminal says how wide it is."""


def console(*, errors: bool = False) -> Console:
    """Make a console for standard output or standard error; 100 columns wide where that is no terminal."""
    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else _WIDTH
    return Console(stderr=errors, width=width, highlight=False)


def print_json(data: object) -> None:
    """Print JSON to standard output; times in RFC 3339, UTC."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=plain) + "\n")


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, empty: str, whole: Collection[str] = ()
) -> None:
    """Print rows as a table: on a terminal within its width, elsewhere each row on one line.

    Args:
        rows: what to print.
        columns: heading by key, in order.
        empty: what to say when there is nothing.
        whole: keys whose column is never broken, beside the first one and ids.
    """
    screen = console()
    if not rows:
        screen.print(empty, style="dim")
        return
    cells = [[Text.from_markup(_short(words(row.get(key)))) for key in columns] for row in rows]
    told = [(head, *(cell.plain for cell in column)) for head, *column in zip(columns.values(), *cells, strict=True)]
    # What is copied from a table stays in one piece, even if lines then leave the screen; a word, where there is room.
    unbroken = [
        key in whole or not place or any(map(_ID.fullmatch, column))
        for place, (key, column) in enumerate(zip(columns, told, strict=True))
    ]
    gaps = _GAP * (len(told) - 1)
    widths = _widths(told, unbroken, screen.width - gaps if screen.is_terminal else None)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for (head, *_), kept, width in zip(told, unbroken, widths, strict=True):
        table.add_column(head, overflow="fold", no_wrap=kept, width=width)
    for row in cells:
        table.add_row(*row)
    screen.width = max(screen.width, sum(widths) + gaps)
    screen.print(table)


def _widths(columns: Sequence[Sequence[str]], unbroken: Sequence[bool], room: int | None) -> list[int]:
    """How wide each column is: as wide as its texts where there is room, else a word at least, else its heading.

    What room is left beyond that is shared, the columns that want little first. Without a limit each has what it wants.
    """
    wanted = [max(map(_longest_line, column)) for column in columns]
    if room is None or sum(wanted) <= room:
        return wanted
    widths = [
        want if kept else max(map(cell_len, " ".join(column).split()))
        for column, kept, want in zip(columns, unbroken, wanted, strict=True)
    ]
    if sum(widths) > room:
        widths = [
            want if kept else cell_len(column[0]) for column, kept, want in zip(columns, unbroken, wanted, strict=True)
        ]
    spare = max(0, room - sum(widths))
    places = sorted(range(len(columns)), key=lambda place: wanted[place] - widths[place])
    for left, place in zip(range(len(places), 0, -1), places, strict=True):
        given = min(wanted[place] - widths[place], spare // left)
        widths[place] += given
        spare -= given
    return widths


def _longest_line(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)


def _short(text: str) -> str:
    """Leave the milliseconds of a time to `--json`, and a gap where it may break: people have narrow screens."""
    return _TIME.sub(r"\1 \2Z", text)


def print_indented(screen: Console, text: Text, indent: int, *, hanging: int = 0) -> None:
    """Print a text wrapped and indented, lines after the first a little more."""
    lines = text.wrap(screen, screen.width - indent - hanging)
    for number, line in enumerate(lines):
        line.rstrip()
        screen.print(Text(" " * (indent + (hanging if number else 0))) + line)


def say(text: str) -> None:
    """Say something that is no fact: what was done, what comes next; to standard error."""
    console(errors=True).print(text, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Say loudly, to standard error, that something is not as it should be in real life."""
    console(errors=True).print(f"[bold red]Warning:[/bold red] {_safe(text)}", soft_wrap=True)


def complain(error: LeadgateError) -> None:
    """Tell of an error: what is wrong, where, and what to do."""
    screen = console(errors=True)
    screen.print(f"[red]Error:[/red] {_safe(error.detail)}", soft_wrap=True)
    for fault in error.faults:
        if fault.detail not in error.detail:
            screen.print(f"  {_safe(fault.pointer)}: {_safe(fault.detail)}", soft_wrap=True)


def words(value: object) -> str:
    """Write a value for people; what Rich would take for markup is only text."""
    match value:
        case None | "":
            return "-"
        case True | False:
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(words(each) for each in value) or "-"
        case Mapping():
            return ", ".join(f"{key}={words(each)}" for key, each in value.items()) or "-"
        case _:
            return _safe(plain(value))


def _safe(text: str) -> str:
    return text.replace("[", r"\[")


def plain(value: object) -> str:
    """Write what JSON has no type for: a time in RFC 3339, anything else as its text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)
