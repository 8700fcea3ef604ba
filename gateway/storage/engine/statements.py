"""Turns the units of a batch into few statements: per table one delete, insert, put and update, sorted by key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, Protocol

import orjson
from sqlalchemy import Connection, Dialect, LargeBinary, Table

from gateway.storage.engine.unit import DELETE, INSERT, PUT, Job, Operation, Row, Unit, Update, shape_of

# Deletions first, so that a unique value that one row gives up may be taken by another in the same batch.
ORDER: Final = (DELETE, INSERT, PUT)

Bind = Callable[[Any], Any]


class Statements(Protocol):
    """What a dialect does with the rows of one table, sorted by key and bound: one call, one statement."""

    def run(self, connection: Connection, table: Table, operation: Operation, rows: Sequence[Row]) -> None:
        """Send one multi-row statement."""

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Store the jobs in the open transaction."""


@dataclass(slots=True)
class Binder:
    """Turns Python values into what the driver takes, by column type; None stays NULL, in JSON columns too."""

    dialect: Dialect
    _known: dict[tuple[Table, Operation], tuple[tuple[int, Bind], ...]]

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._known = {}

    def bind(self, table: Table, operation: Operation, rows: Sequence[Row]) -> Sequence[Row]:
        """Bind every value of every row."""
        binds = self._binds(table, operation)
        if not binds:
            return rows
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, bind in binds:
            columns[place] = [None if value is None else bind(value) for value in columns[place]]
        return list(zip(*columns, strict=True))

    def _binds(self, table: Table, operation: Operation) -> tuple[tuple[int, Bind], ...]:
        if (table, operation) not in self._known:
            found = []
            for position, name in enumerate(written(table, operation)):
                kind = table.columns[name].type
                bind = kind.dialect_impl(self.dialect).bind_processor(self.dialect)
                if bind is not None and not isinstance(kind, LargeBinary):  # both drivers take bytes as they are
                    found.append((position, bind))
            self._known[table, operation] = tuple(found)
        return self._known[table, operation]


def written(table: Table, operation: Operation) -> tuple[str, ...]:
    """Name the columns whose values an operation's rows hold, in their order."""
    if isinstance(operation, Update):
        return operation.columns
    shape = shape_of(table)
    if operation == DELETE:
        return shape.key_names
    return shape.columns


def on_conflict(table: Table) -> str:
    """The clause by which an insert replaces the row whose key is taken; both dialects know it alike."""
    key = shape_of(table).key_names
    rest = ", ".join(f'"{name}" = excluded."{name}"' for name in written(table, PUT) if name not in key)
    action = f"DO UPDATE SET {rest}" if rest else "DO NOTHING"
    return f"ON CONFLICT ({', '.join(key)}) {action}"


def change(table: Table, operation: Update) -> str:
    """The statement that changes rows to what stands in `new`; both dialects know it alike."""
    key = shape_of(table).key_names
    rest = ", ".join(f'"{name}" = new."{name}"' for name in operation.columns if name not in key)
    where = " AND ".join(f'"{table.name}"."{name}" = new."{name}"' for name in key)
    return f'UPDATE "{table.name}" SET {rest} FROM new WHERE {where}'  # noqa: S608 - names of our own metadata


def apply(connection: Connection, statements: Statements, binder: Binder, units: Sequence[Unit]) -> None:
    """Write the rows and jobs of all units in the open transaction, tables in the metadata's order."""
    merged: dict[tuple[Table, Operation], list[Row]] = {}
    for unit in units:
        for table, operation, rows in unit:
            merged.setdefault((table, operation), []).extend(rows)
    for table, operation in sorted(merged, key=_rank):
        rows = _in_order(table, operation, merged[table, operation])
        statements.run(connection, table, operation, binder.bind(table, operation, rows))
    jobs = [job for unit in units for job in unit.jobs]
    if jobs:
        statements.enqueue(connection, jobs)


def _rank(step: tuple[Table, Operation]) -> tuple[str, int, tuple[str, ...]]:
    table, operation = step
    if isinstance(operation, Update):
        return table.name, len(ORDER), operation.columns
    return table.name, ORDER.index(operation), ()


def _in_order(table: Table, operation: Operation, rows: list[Row]) -> list[Row]:
    """Sort by key, so that two writers lock in one order; of two puts or updates of one key the later stays."""
    if operation == DELETE:
        return sorted(set(rows))
    shape = shape_of(table)
    key = itemgetter(slice(len(shape.key_names))) if isinstance(operation, Update) else shape.key
    if key is None:
        return rows
    if operation == INSERT:
        return sorted(rows, key=key)
    last = {key(row): row for row in rows}
    return [last[found] for found in sorted(last)]


def cuts(units: Sequence[Unit]) -> list[list[Unit]]:
    """Split a batch where a later unit touches a key in another way than an earlier one did.

    Within a batch the statements run deletes, inserts, puts, updates; that is the order of arrival only as long as no
    key is touched in two ways. Two inserts of one key stay together: the later one is a true conflict.
    """
    batches: list[list[Unit]] = []
    touched: dict[tuple[Table, tuple[Any, ...]], Operation] = {}
    for unit in units:
        again = () if touched.keys().isdisjoint(unit.keys) else touched.keys() & unit.keys.keys()
        if not batches or any(touched[key] != unit.keys[key] for key in again):
            batches.append([])
            touched = {}
        touched.update(unit.keys)
        batches[-1].append(unit)
    return batches


def to_json(value: object) -> str:
    """Serialise a JSON column; keys are strings, times never stand in JSON."""
    return orjson.dumps(value).decode()
