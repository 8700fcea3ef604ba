"""An entry as a line of events.jsonl and of events.csv: what an exporter writes and a verifier writes again."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from audit.manifest import ERASED, MISSING, OPEN, SEALED
from audit.types import EventType

COLUMNS = (
    "index",
    "sequenced_at",
    "event_time",
    "type",
    "state",
    "lead_id",
    "subject_id",
    "actor",
    "outcome",
    "reasons",
    "count",
    "event_id",
    "key_id",
    "payload",
)
CSV_HEADER = (",".join(COLUMNS) + "\r\n").encode()
_FORMULA = frozenset("=+-@\t\r\n")
_MAX_DEPTH = 100
_BRACKETS = re.compile(rb"[\[\]{}]")
_HARMLESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ ;:./-]*").fullmatch
_MUST_QUOTE = frozenset('",\r\n')


class Row(NamedTuple):
    """An entry in scope, ready to be written; ``payload`` is empty unless the state is open."""

    position: int
    sequenced: str
    time: str
    type: EventType
    schema: int
    state: str
    event_id: str
    key_id: str
    payload: bytes


def _refuse(constant: str) -> Any:  # noqa: ANN401 - the decoder's hook has no other shape
    raise ValueError(constant)


_DECODE = json.JSONDecoder(parse_constant=_refuse).raw_decode


def facts_of(payload: bytes) -> Mapping[str, Any] | None:
    """Return a payload's JSON object; None when it is none, which makes the entry unreadable."""
    try:
        _check_depth(payload)
        text = payload.decode()
        found, end = _DECODE(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and end == len(text) else None


def _check_depth(payload: bytes) -> None:
    """Raise ValueError on deep nesting: how deep Python can go depends on where it stands, the answer must not."""
    if payload.count(b"[") + payload.count(b"{") <= _MAX_DEPTH:
        return
    depth = 0
    for each in _BRACKETS.finditer(payload):
        depth += 1 if each.group() in b"[{" else -1
        if depth > _MAX_DEPTH:
            raise ValueError(depth)


def state_of(*, present: bool, opened: bool, excused: bool) -> str:
    """Return what became of an entry in scope whose content is not shown.

    Args:
        present: its ciphertext is shipped.
        opened: the export discloses what it can.
        excused: a receipt accounts for its loss.
    """
    if present and not opened:
        return SEALED
    return ERASED if excused else MISSING


def jsonl_line(row: Row) -> bytes:
    """Return the entry's line in events.jsonl; an open payload stands there byte for byte as it was sealed."""
    head = (
        f'{{"index":{row.position},"sequenced_at":"{row.sequenced}","event_time":"{row.time}",'
        f'"type":"{row.type.name}","schema":{row.schema},"state":"{row.state}",'
        f'"event_id":"{row.event_id}","key_id":"{row.key_id}","payload":'
    )
    return head.encode() + (row.payload if row.state == OPEN else b"null") + b"}\n"


def csv_line(row: Row, facts: Mapping[str, Any]) -> bytes:
    """Return the entry's line in events.csv: RFC 4180, UTF-8, cells that a spreadsheet would compute made text."""
    named = ",".join([cell(facts[each]) if each in facts else "" for each in COLUMNS[5:11]])
    payload = '"' + row.payload.decode().replace('"', '""') + '"' if row.state == OPEN else ""
    line = (
        f"{row.position},{row.sequenced},{row.time},{row.type.name},{row.state},{named},"
        f"{row.event_id},{row.key_id},{payload}\r\n"
    )
    return line.encode(errors="backslashreplace")


class Lines:
    """The derived lines of one batch: only bytes and numbers are kept, which the garbage collector need not follow."""

    __slots__ = ("csv", "jsonl", "positions")

    def __init__(self) -> None:
        """Start empty."""
        self.jsonl: list[bytes] = []
        self.csv: list[bytes] = []
        self.positions: list[int] = []

    def add(self, row: Row, facts: Mapping[str, Any]) -> None:
        """Take in one row and its payload's facts."""
        self.jsonl.append(jsonl_line(row))
        self.csv.append(csv_line(row, facts))
        self.positions.append(row.position)


def cell(value: object) -> str:
    """Return a value as a CSV cell (OWASP: CSV injection; an apostrophe makes a formula text)."""
    return _text_cell(value if type(value) is str else plain(value))


@lru_cache(maxsize=4096)
def _text_cell(shown: str) -> str:
    if _HARMLESS(shown):
        return shown
    if shown and shown[0] in _FORMULA:
        shown = "'" + shown
    if _MUST_QUOTE.isdisjoint(shown):
        return shown
    return '"' + shown.replace('"', '""') + '"'


def plain(value: object) -> str:
    """Return a JSON value as a person reads it: strings as they are, lists joined, the rest as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join([each if type(each) is str else _dumps(each) for each in value])
    return _dumps(value)


def _dumps(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
