"""The log's rows behind `audit.ports.Store`: a lease with a fencing token, indices, tree, checkpoints, payloads."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, insert, select, update

from audit.encoding import from_micros, parse_leaf
from audit.errors import Fenced, HeadMoved
from audit.errors import StoreUnavailable as LogUnavailable
from audit.ports import Batch, Head
from audit.sealing import SealedEntry
from gateway.errors import Conflict, StoreUnavailable
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.log.stored import as_bytes, as_number
from gateway.storage.log.tables import (
    audit_checkpoints,
    audit_entries,
    audit_lease,
    audit_nodes,
    audit_payloads,
    audit_sequence,
    audit_tree,
    audit_waiting,
)

T = TypeVar("T")

LEASE: Final = "sequencer"
HASH: Final = 32

_NOBODY: Final = ""
_HEAD: Final = select(audit_tree.c.size, as_bytes(audit_tree.c.range), as_number(audit_tree.c.at))
_NEWEST: Final = _HEAD.order_by(audit_tree.c.size.desc()).limit(1)
_TREE_AT: Final = select(audit_tree.c.at).where(audit_tree.c.size == bindparam("of"))
_CHECKPOINT_AT: Final = select(audit_checkpoints.c.size).where(audit_checkpoints.c.size == bindparam("of"))
_WAITING: Final = (
    select(as_bytes(audit_entries.c.leaf))
    .join(audit_waiting, audit_waiting.c.event_id == audit_entries.c.event_id)
    .order_by(audit_waiting.c.event_id)
    .limit(bindparam("most", type_=Integer))
)
_STILL_WAITING: Final = select(func.count()).where(audit_waiting.c.event_id.in_(bindparam("ids", expanding=True)))
_LEASE: Final = select(audit_lease).where(audit_lease.c.name == LEASE).with_for_update()
_LONG_AGO: Final = from_micros(0)


class SqlAuditStore:
    """`audit.ports.Store` on either database; a batch is a handful of statements whatever its size."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, holder: str, *, now: datetime, ttl: timedelta) -> int | None:
        """See `audit.ports.Store.acquire`."""

        def run(tx: Tx) -> int | None:
            lease = _lease(tx.connection)
            if lease is None:
                row = {"name": LEASE, "holder": holder, "fence": 1, "expires_at": now + ttl}
                tx.connection.execute(insert(audit_lease), row)
                return 1
            if lease.holder not in {_NOBODY, holder} and now < lease.expires_at:
                return None
            token: int = lease.fence + 1
            _change_lease(tx.connection, holder=holder, fence=token, expires_at=now + ttl)
            return token

        try:
            return await self._transact(run)
        except Conflict:  # two acquired the very first lease at once, and the other one was first
            return None

    async def renew(self, token: int, *, now: datetime, ttl: timedelta) -> None:
        """See `audit.ports.Store.renew`."""

        def run(tx: Tx) -> None:
            _fence(tx.connection, token)
            _change_lease(tx.connection, expires_at=now + ttl)

        await self._transact(run)

    async def release(self, token: int) -> None:
        """See `audit.ports.Store.release`."""

        def run(tx: Tx) -> None:
            lease = _lease(tx.connection)
            if lease is not None and lease.fence == token:
                _change_lease(tx.connection, holder=_NOBODY, expires_at=_LONG_AGO)

        await self._transact(run)

    async def unsequenced(self, limit: int) -> Sequence[bytes]:
        """See `audit.ports.Store.unsequenced`; event ids begin with their time, so that they sort by it."""
        return await self._read(lambda connection: connection.execute(_WAITING, {"most": limit}).scalars().all())

    async def head(self) -> Head:
        """See `audit.ports.Store.head`."""
        return await self._read(_head)

    async def commit(self, batch: Batch) -> None:
        """See `audit.ports.Store.commit`."""
        unit = _rows(batch)

        def run(tx: Tx) -> None:
            _fence(tx.connection, batch.token)
            size = _head(tx.connection).size
            waiting = tx.connection.execute(_STILL_WAITING, {"ids": list(batch.event_ids)}).scalar_one()
            if size != batch.base or waiting != len(batch.event_ids):
                raise HeadMoved(found=size, expected=batch.base)
            tx.apply(unit)

        await self._transact(run)

    async def publish(self, note: bytes, *, size: int, token: int) -> None:
        """See `audit.ports.Store.publish`."""

        def run(tx: Tx) -> None:
            _fence(tx.connection, token)
            if tx.connection.execute(_CHECKPOINT_AT, {"of": size}).first():
                return
            at = tx.connection.execute(_TREE_AT, {"of": size}).scalar()
            row = {"size": size, "note": note, "at": at or _LONG_AGO}
            tx.apply(Unit().insert(audit_checkpoints, row))

        await self._transact(run)

    async def checkpoint(self) -> bytes | None:
        """See `audit.ports.Store.checkpoint`."""
        return next((note for _, note in await self.checkpoints(1)), None)

    async def checkpoints(self, limit: int, *, below: int | None = None) -> Sequence[tuple[int, bytes]]:
        """The latest checkpoints, of all or of those below a size, with the sizes in their rows; the newest first."""
        query = select(audit_checkpoints.c.size, as_bytes(audit_checkpoints.c.note))
        if below is not None:
            query = query.where(audit_checkpoints.c.size < below)
        query = query.order_by(audit_checkpoints.c.size.desc()).limit(limit)
        return await self._read(lambda connection: [(size, note) for size, note in connection.execute(query)])

    async def leaves(self, start: int, end: int) -> Sequence[bytes]:
        """See `audit.ports.Store.leaves`."""
        query = select(as_bytes(audit_entries.c.leaf)).join(
            audit_sequence, audit_sequence.c.event_id == audit_entries.c.event_id
        )
        return await self._column(_between(query, start, end))

    async def nodes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """See `audit.ports.Store.nodes`."""
        query = (
            select(as_bytes(audit_nodes.c.hash))
            .where(audit_nodes.c.level == level, audit_nodes.c.idx >= start, audit_nodes.c.idx < end)
            .order_by(audit_nodes.c.idx)
        )
        return await self._column(query)

    async def payloads(self, start: int, end: int) -> Sequence[bytes | None]:
        """See `audit.ports.Store.payloads`."""
        query = select(as_bytes(audit_payloads.c.ciphertext)).select_from(
            audit_sequence.outerjoin(audit_payloads, audit_sequence.c.event_id == audit_payloads.c.event_id)
        )
        return await self._column(_between(query, start, end))

    async def index_of(self, event_id: bytes) -> int | None:
        """See `audit.ports.Store.index_of`."""
        query = select(audit_sequence.c.idx).where(audit_sequence.c.event_id == event_id)
        return await self._read(lambda connection: connection.execute(query).scalar())

    async def event_at(self, index: int) -> bytes | None:
        """See `audit.ports.Store.event_at`."""
        query = select(as_bytes(audit_sequence.c.event_id)).where(audit_sequence.c.idx == index)
        return await self._read(lambda connection: connection.execute(query).scalar())

    async def head_at(self, size: int) -> Head | None:
        """See `audit.ports.Store.head_at`."""
        query = _HEAD.where(audit_tree.c.size == size)
        return await self._read(lambda connection: _tree_row(connection.execute(query).first()))

    async def size_before(self, time: int) -> int:
        """See `audit.ports.Store.size_before`."""
        # As microseconds: a time asked for may be past the year 9999.
        query = select(func.coalesce(func.max(audit_tree.c.size), 0)).where(as_number(audit_tree.c.at) < time)
        return await self._read(lambda connection: connection.execute(query).scalar_one())

    async def batch_end(self, index: int) -> int | None:
        """See `audit.ports.Store.batch_end`."""
        query = select(func.min(audit_tree.c.size)).where(audit_tree.c.size > index)
        return await self._read(lambda connection: connection.execute(query).scalar())

    async def _column(self, query: Select[Any]) -> Sequence[Any]:
        return await self._read(lambda connection: connection.execute(query).scalars().all())

    async def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            return await self._database.read(fn)
        except StoreUnavailable as error:
            raise LogUnavailable(reason=error.detail) from error

    async def _transact(self, fn: Callable[[Tx], T]) -> T:
        try:
            return await self._database.transact(fn)
        except StoreUnavailable as error:
            raise LogUnavailable(reason=error.detail) from error


def _rows(batch: Batch) -> Unit:
    """Give the rows of a batch."""
    unit = Unit()
    event_ids = (*batch.event_ids, *(entry.event_id for entry in batch.own))
    for offset, event_id in enumerate(event_ids):
        unit.insert(audit_sequence, {"idx": batch.base + offset, "event_id": event_id})
    unit.delete(audit_waiting, *({"event_id": event_id} for event_id in batch.event_ids))
    for entry in batch.own:
        unit.insert(audit_entries, entry_row(entry))
        unit.insert(audit_payloads, {"event_id": entry.event_id, "ciphertext": entry.ciphertext})
    for level, index, hashed in batch.tiles:
        unit.insert(audit_nodes, {"level": level, "idx": index, "hash": hashed})
    row = {
        "size": batch.head.size,
        "fence": batch.token,
        "root": batch.head.root(),
        "range": b"".join(batch.head.nodes),
        "at": from_micros(batch.head.time),
    }
    return unit.insert(audit_tree, row)


def entry_row(entry: SealedEntry) -> dict[str, Any]:
    """Give the row of an entry."""
    leaf = parse_leaf(entry.leaf)
    return {"event_id": leaf.event_id, "type": leaf.type, "at": from_micros(leaf.time), "leaf": entry.leaf}


def _head(connection: Connection) -> Head:
    row = connection.execute(_NEWEST).first()
    return _tree_row(row) or Head()


def _tree_row(row: Row[Any] | None) -> Head | None:
    if row is None:
        return None
    nodes = tuple(row.range[start : start + HASH] for start in range(0, len(row.range), HASH))
    return Head(size=row.size, nodes=nodes, time=row.at)


def _lease(connection: Connection) -> Any:  # noqa: ANN401 - a row or None
    """Read the lease and lock its row until the end of the transaction; on SQLite the writer is the lock."""
    return connection.execute(_LEASE).first()


def _change_lease(connection: Connection, **values: object) -> None:
    connection.execute(update(audit_lease).where(audit_lease.c.name == LEASE).values(**values))


def _fence(connection: Connection, token: int) -> None:
    """Check that a token is the latest; raise Fenced."""
    lease = _lease(connection)
    if lease is None or lease.fence != token:
        raise Fenced(token=token)


def _between(query: Select[Any], start: int, end: int) -> Select[Any]:
    return query.where(audit_sequence.c.idx >= start, audit_sequence.c.idx < end).order_by(audit_sequence.c.idx)
