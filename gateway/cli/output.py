"""How commands speak: facts to standard output, for people or as JSON; everything else to standard error."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import typer
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


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, empty: str) -> None:
    """Print rows as a table.

    Args:
        rows: what to print.
        columns: heading by key, in order.
        empty: what to say when there is nothing.
    """
    screen = console()
    if not rows:
        screen.print(empty, style="dim")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = [[_short(words(row.get(key))) for key in columns] for row in rows]
    told = list(zip(columns.values(), *cells, strict=True))
    # What is copied from a table stays in one piece, even if lines then leave the screen; a word, where there is room.
    copied = [place == 0 or any(map(_ID.fullmatch, column)) for place, column in enumerate(told)]
    longest = [
        max(len(part) for text in column for part in (text.splitlines() if whole else text.split()))
        for column, whole in zip(told, copied, strict=True)
    ]
    roomy = sum(longest) + _GAP * len(told) <= screen.width
    for column, whole, least in zip(told, copied, longest, strict=True):
        table.add_column(column[0], overflow="fold", no_wrap=whole, min_width=least if roomy else None)
    for row in cells:
        table.add_row(*row)
    needed = sum(least if whole else len(column[0]) for column, whole, least in zip(told, copied, longest, strict=True))
    screen.width = max(screen.width, needed + _GAP * len(told))
    screen.print(table)


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
