"""Compares the clear columns of the log's tables with what is signed: the leaves, and the notes of checkpoints.

For each table one function says column by column what the leaf or note says and what stands there. What a leaf or note
that is gone would say is not compared: exports tell what the log has lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Select, Table, select

from audit.checkpoint import Checkpoint, NoteKey, open_checkpoint
from audit.encoding import NO_ID, Leaf, event_id_text, parse_leaf
from audit.errors import BadLeaf, BadNote, BadProof
from audit.merkle import HASH_SIZE, CompactRange
from audit.rows import facts_of
from audit.types import LOG_BATCH
from gateway.storage.engine.schema import Time
from gateway.storage.log.stored import as_bytes, as_number
from gateway.storage.log.tables import (
    audit_checkpoints,
    audit_entries,
    audit_payloads,
    audit_sequence,
    audit_tree,
)

PAGE: Final = 4096
_NOBODY: Final = -1  # no leaf or note says such a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A column that does not say what the log's leaf or note says; `row` is an event's id, or a size of the tree."""

    table: str
    row: str
    column: str


class Said(NamedTuple):
    """A column: what is signed of it (None where that is not known), and what stands there."""

    column: str
    signed: object
    found: object


Page = tuple[list[Edited], Any]
"""What was edited, and the place to go on behind; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Compares page by page, behind a place or from the start; ``span`` are the leaves [first, end) it is about."""

    key: NoteKey
    span: tuple[int, int] | None = None

    def entries(self, connection: Connection, after: Any) -> Page:  # noqa: ANN401 - an event id or an index
        """Compare entries with their leaves; of a span those that are sequenced there."""
        place = audit_entries.c.event_id if self.span is None else audit_sequence.c.idx
        query = select(*_stored(audit_entries))
        if self.span is not None:
            query = query.join(audit_sequence, audit_sequence.c.event_id == audit_entries.c.event_id)
            query = query.where(place >= self.span[0], place < self.span[1])
        return _page(connection, query, place, after, lambda row: (audit_entries.name, _id(row.event_id), entry(row)))

    def heads(self, connection: Connection, after: Any) -> Page:  # noqa: ANN401 - a size
        """Compare tree heads with their batch leaves and with the notes over them."""
        size = audit_tree.c.size
        query = _with_batch(select(*_stored(audit_tree), *_BATCH, as_bytes(audit_checkpoints.c.note)), size)
        query = self._within(query.outerjoin(audit_checkpoints, audit_checkpoints.c.size == size), size)
        return _page(connection, query, size, after, lambda row: (audit_tree.name, str(row.size), head(row, self.key)))

    def checkpoints(self, connection: Connection, after: Any) -> Page:  # noqa: ANN401 - a size
        """Compare checkpoints with their notes and with their batch leaves."""
        size, name = audit_checkpoints.c.size, audit_checkpoints.name
        query = _with_batch(select(*_stored(audit_checkpoints), *_BATCH), size)
        query = self._within(query, size)
        return _page(connection, query, size, after, lambda row: (name, str(row.size), checkpoint(row, self.key)))

    def _within(self, query: Select[Any], size: ColumnElement[int]) -> Select[Any]:
        return query if self.span is None else query.where(size > self.span[0], size <= self.span[1])


def entry(row: Any) -> Sequence[Said]:  # noqa: ANN401 - a row of `Comparison.entries`
    """What the leaf says of an entry."""
    leaf = _leaf(row.leaf)
    return [
        Said("leaf", signed=True, found=leaf is not None),
        Said("event_id", leaf and leaf.event_id, row.event_id),
        Said("type", leaf and leaf.type, row.type),
        Said("at", leaf and leaf.time, row.at),
    ]


def head(row: Any, key: NoteKey) -> Sequence[Said]:  # noqa: ANN401 - a row of `Comparison.heads`
    """What the batch's leaf and payload and the checkpoint say of a tree head; one of them must vouch for its size."""
    batch, signed = _batch(row.leaf), _signed(row.note, key)
    if signed is not None and signed.size != row.size:
        signed = None
    vouched = batch is not None or signed is not None
    root = signed and signed.root
    return [
        Said("size", row.size if vouched else _NOBODY, row.size),
        Said("fence", batch and _token(batch, row.ciphertext), row.fence),
        Said("root", root, row.root),
        Said("range", root, root and _root(row.size, row.range)),
        Said("at", batch and batch.time, row.at),
    ]


def checkpoint(row: Any, key: NoteKey) -> Sequence[Said]:  # noqa: ANN401 - a row of `Comparison.checkpoints`
    """What the signed note says of a checkpoint, and the leaf of the batch that it closes."""
    signed = _signed(row.note, key)
    batch = _batch(row.leaf) if signed is not None and signed.size == row.size else None
    return [
        Said("note", signed=True, found=signed is not None),
        Said("size", signed and signed.size, row.size),
        Said("at", batch and batch.time, row.at),
    ]


_BATCH: Final = (as_bytes(audit_entries.c.leaf), as_bytes(audit_payloads.c.ciphertext))


def _with_batch(query: Select[Any], size: ColumnElement[int]) -> Select[Any]:
    """Join the last entry under a size."""
    return (
        query.outerjoin(audit_sequence, audit_sequence.c.idx == size - 1)
        .outerjoin(audit_entries, audit_entries.c.event_id == audit_sequence.c.event_id)
        .outerjoin(audit_payloads, audit_payloads.c.event_id == audit_sequence.c.event_id)
    )


def _stored(table: Table) -> list[ColumnElement[Any]]:
    """A table's columns, whatever stands there."""
    return [_readable(each) for each in table.columns]


def _readable(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Time):
        return as_number(column)
    return as_bytes(column) if isinstance(column.type, LargeBinary) else column


def _page(
    connection: Connection,
    query: Select[Any],
    place: ColumnElement[Any],
    after: Any,  # noqa: ANN401 - a place
    said: Callable[[Any], tuple[str, str, Sequence[Said]]],
) -> Page:
    if after is not None:
        query = query.where(place > after)
    rows = connection.execute(query.add_columns(place.label("place")).order_by(place).limit(PAGE)).all()
    found = [
        Edited(table=table, row=name, column=each.column)
        for table, name, columns in map(said, rows)
        for each in columns
        if each.signed is not None and each.signed != each.found
    ]
    return found, rows[-1].place if len(rows) == PAGE else None


def _id(event_id: bytes) -> str:
    return event_id_text(event_id) if len(event_id) == len(NO_ID) else event_id.hex()


def _leaf(raw: bytes) -> Leaf | None:
    try:
        return parse_leaf(raw)
    except BadLeaf:
        return None


def _batch(raw: bytes | None) -> Leaf | None:
    """The leaf when it is one that closes a batch: where a size has been edited there is another one, or none."""
    leaf = None if raw is None else _leaf(raw)
    return leaf if leaf is not None and leaf.type == LOG_BATCH.number else None


def _token(batch: Leaf, payload: bytes | None) -> object:
    """The fencing token in a batch leaf's payload, which the leaf hashes."""
    if payload is None or sha256(payload).digest() != batch.digest:
        return None
    return (facts_of(payload) or {}).get("token")


def _signed(note: bytes | None, key: NoteKey) -> Checkpoint | None:
    try:
        return None if note is None else open_checkpoint(note, key)
    except BadNote:
        return None


def _root(size: int, joined: bytes) -> bytes | None:
    """The root that the stored nodes of a tree give."""
    nodes = [joined[start : start + HASH_SIZE] for start in range(0, len(joined), HASH_SIZE)]
    try:
        return CompactRange(size, nodes).root()
    except BadProof:
        return None
