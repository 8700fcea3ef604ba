"""Verdicts as people read them: explained, or a line each."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.text import Text

from gateway.cli import output
from gateway.errors import Invalid
from gateway.verification.explain import Line, explain
from gateway.verification.model import EmailVerdict
from gateway.verification.vendors.maps import to_vendor
from gateway.verification.vendors.values import Vendor

_PAINT: Final = {"deliverable": "green", "valid": "green", "undeliverable": "red", "invalid": "red"}
_HEADINGS: Final = {"reasons": "Why", "facts": "Known", "evidence": "Evidence", "words": "In a vendor's words"}
_HANGING: Final = 4
_SHOWN: Final = 120
"""Most characters of a value that are shown; all of it stands in the JSON."""
_HEAD: Final = f"{'verdict':13} {'score':>5} {'level':9} value  reasons"


def told(value: str) -> str:
    """A value as a terminal may show it: what would steer the terminal, or hide what follows, is written out."""
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in value[:_SHOWN])
    return f"{shown}…" if len(value) > _SHOWN else shown


def in_json(verdict: EmailVerdict, vendor: Vendor | None) -> dict[str, Any]:
    """A verdict in its JSON form, with a vendor's words for it where one is wanted."""
    if vendor is None:
        return dict(verdict.to_json())
    said = to_vendor(vendor, verdict)
    words = {"status": said.status, "sub_status": said.sub_status, "fields": dict(said.fields)}
    return {**verdict.to_json(), "words": {"vendor": vendor.value, **words}}


def print_explained(screen: Console, value: str, verdict: Mapping[str, Any], more: Iterable[Line] = ()) -> None:
    """Print all there is to say of one value; `more` are lines beside those that explain the verdict."""
    word = verdict["verdict"]
    screen.print(Text.assemble((told(value), "bold"), ": ", (word, f"bold {_PAINT.get(word, 'yellow')}")))
    print_lines(screen, [*explain(verdict), *more], indent=2)
    screen.print()


def print_lines(screen: Console, lines: Iterable[Line], *, indent: int) -> None:
    """Print lines under their headings."""
    part = None
    for line in lines:
        if line.part != part and line.part in _HEADINGS:
            output.print_indented(screen, Text(_HEADINGS[line.part], style="bold"), indent)
        part = line.part
        under = indent + (2 if part in _HEADINGS else 0)
        name = f"{line.name}: " if line.name else ""
        output.print_indented(screen, Text.assemble((name, "cyan"), told_whole(line.text)), under, hanging=_HANGING)


def told_whole(text: str) -> str:
    """A text of any length that steers no terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class Listing:
    """Prints verdicts as they come, so that a few thousand need no memory: as JSON, a line each, or explained."""

    def __init__(self, *, as_json: bool, as_table: bool) -> None:
        if as_json and as_table:
            raise Invalid("--table and --json are two ways to print the same: choose one.")
        self._json = as_json
        self._table = as_table
        self._screen = output.console()
        self._first = True

    def __enter__(self) -> Self:
        """Begin."""
        if self._table and not self._json:
            sys.stdout.write(_HEAD + "\n")
        return self

    def add(self, value: str, verdict: Mapping[str, Any], more: Iterable[Line] = ()) -> None:
        """Print one verdict."""
        if self._json:
            item = json.dumps({"value": value, **verdict}, indent=2, ensure_ascii=False, default=output.plain)
            # What was no UTF-8 is told as JSON tells it.
            text = item.encode("utf-8", "backslashreplace").decode().replace("\n", "\n  ")
            sys.stdout.write(("[\n  " if self._first else ",\n  ") + text)
        elif self._table:
            row = _row(value, verdict)
            if self._screen.is_terminal:
                self._screen.print(row, soft_wrap=True)
            else:  # without colours there is nothing for the console to do, and it takes its time
                sys.stdout.write(f"{row.plain}\n")
        else:
            print_explained(self._screen, value, verdict, more)
        self._first = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; a list that an error has cut short stays open, so that nobody takes it for the whole."""
        if self._json and kind is None:
            sys.stdout.write("[]\n" if self._first else "\n]\n")


def _row(value: str, verdict: Mapping[str, Any]) -> Text:
    """One line: verdict, score and level in columns, then the value and why."""
    word = verdict["verdict"]
    return Text.assemble(
        (f"{word:13}", _PAINT.get(word, "yellow")),
        f" {verdict['score']:5} {verdict['level']:9} {told(value)}  ",
        (", ".join(_tail(verdict)), "dim"),
    )


def _tail(verdict: Mapping[str, Any]) -> Iterator[str]:
    for reason in verdict["reasons"]:
        yield reason["code"]
    if verdict.get("suggestion"):
        yield f"did you mean {told(verdict['suggestion'])}?"
