"""Compares the clear columns of the log's tables with what they repeat: the leaf, and the signed note."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from audit.encoding import Leaf, event_id_text, parse_leaf, to_micros
from audit.errors import BadLeaf
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_sequence, audit_tree

PAGE: Final = 4096
_SIZE_LINE: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A column that does not say what the log's leaf or note says; `row` is an event's id, or a size of the tree."""

    table: str
    row: str
    column: str


def edited_entries(connection: Connection, after: bytes) -> tuple[list[Edited], bytes | None]:
    """Compare a page of entries behind an event id with their leaves; give the id to go on at, None at the end."""
    query = select(*(audit_entries.c[name] for name in ("event_id", "type", "at", "leaf"))).where(
        audit_entries.c.event_id > after
    )
    rows = connection.execute(query.order_by(audit_entries.c.event_id).limit(PAGE)).all()
    found = [
        Edited(table=audit_entries.name, row=event_id_text(row.event_id), column=column)
        for row in rows
        for column in _entry_columns(row.event_id, row.type, to_micros(row.at), row.leaf)
    ]
    return found, rows[-1].event_id if len(rows) == PAGE else None


def edited_heads(connection: Connection, after: int) -> tuple[list[Edited], int | None]:
    """Compare a page of tree heads behind a size with their batch leaves and notes; give the size to go on at."""
    query = (
        select(audit_tree.c.size, audit_tree.c.at, audit_entries.c.leaf, audit_checkpoints.c.note)
        .outerjoin(audit_sequence, audit_sequence.c.idx == audit_tree.c.size - 1)
        .outerjoin(audit_entries, audit_entries.c.event_id == audit_sequence.c.event_id)
        .outerjoin(audit_checkpoints, audit_checkpoints.c.size == audit_tree.c.size)
        .where(audit_tree.c.size > after)
    )
    rows = connection.execute(query.order_by(audit_tree.c.size).limit(PAGE)).all()
    found = [
        Edited(table=table, row=str(row.size), column=column)
        for row in rows
        for table, column in _head_columns(row.size, to_micros(row.at), row.leaf, row.note)
    ]
    return found, rows[-1].size if len(rows) == PAGE else None


def _entry_columns(event_id: bytes, kind: int, at: int, raw: bytes) -> Iterator[str]:
    leaf = _parsed(raw)
    if leaf is None:
        yield "leaf"
        return
    said = {"event_id": (leaf.event_id, event_id), "type": (leaf.type, kind), "at": (leaf.time, at)}
    yield from (column for column, (signed, clear) in said.items() if signed != clear)


def _head_columns(size: int, at: int, raw: bytes | None, note: bytes | None) -> Iterator[tuple[str, str]]:
    """What is edited of a head; a leaf that is gone or unreadable is told where entries are looked at."""
    leaf = None if raw is None else _parsed(raw)
    if leaf is not None and leaf.time != at:
        yield audit_tree.name, "at"
    if note is not None and note.splitlines()[_SIZE_LINE : _SIZE_LINE + 1] != [str(size).encode()]:
        yield audit_checkpoints.name, "size"


def _parsed(raw: bytes) -> Leaf | None:
    try:
        return parse_leaf(raw)
    except BadLeaf:
        return None
