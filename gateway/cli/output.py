"""How commands speak: facts to standard output, for people or as JSON; everything else to standard error."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from gateway.errors import LeadgateError

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
"""The option that every command with facts to print has."""

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
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(words(row.get(key)) for key in columns))
    screen.print(table)


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
