"""A unit of work: plain rows and jobs that are committed together or not at all, built without any I/O."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Table

Row = tuple[Any, ...]
Key = tuple[Any, ...]

INSERT: Final = "insert"
PUT: Final = "put"
DELETE: Final = "delete"


class Update(NamedTuple):
    """The operation that changes some columns; its rows hold the whole key and then those."""

    columns: tuple[str, ...]

    def __str__(self) -> str:
        return "update"


Operation = str | Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work to be done once the unit is committed: a handler's name and ids, never data.

    `run_at` is an aware UTC time before which the job does not run; None is at once. A job carries up to some
    hundreds of ids: items travel in chunks, never one job per row.
    """

    name: str
    ids: tuple[str, ...]
    run_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the writer needs to know of a table: its columns in order, its key, what may not be empty."""

    columns: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Row]  # a row's values in that order; KeyError where a column was left out
    names: frozenset[str]
    key: Callable[[Row], Key] | None  # takes it out of a row; None where the database counts it up by itself
    key_names: tuple[str, ...]
    required: tuple[int, ...]  # where in a row


@cache
def shape_of(table: Table) -> Shape:
    """Read a table's shape once."""
    generated = table.autoincrement_column
    columns = tuple(column.name for column in table.columns if column is not generated)
    places = {name: place for place, name in enumerate(columns)}
    return Shape(
        columns=columns,
        read=_reader(columns),
        names=frozenset(columns),
        key=None if generated is not None else _taker([places[column.name] for column in table.primary_key]),
        key_names=tuple(column.name for column in table.primary_key),
        required=tuple(places[c.name] for c in table.columns if c is not generated and not c.nullable),
    )


def _reader(columns: Sequence[str]) -> Callable[[Mapping[str, Any]], Row]:
    """A function that takes the values of a mapping, always as a tuple."""
    if len(columns) == 1:
        only = columns[0]
        return lambda row: (row[only],)
    return itemgetter(*columns)


def _taker(places: Sequence[int]) -> Callable[[Row], Key]:
    """A function that takes some values of a row, always as a tuple; of neighbours a slice, which is quickest."""
    first, last = places[0], places[-1] + 1
    if list(places) == list(range(first, last)):
        return itemgetter(slice(first, last))
    return itemgetter(*places)


class Unit:
    """Rows and jobs that must be committed together; every method returns the unit itself.

    A row is a mapping from column name to Python value; a column that is left out of a new row is NULL. What does
    not fit the table (an unknown column, a missing one, one key in two ways) is a ValueError at once, here, and not
    in a batch shared with others.
    """

    __slots__ = ("jobs", "keys", "rows")

    def __init__(self) -> None:
        self.rows: dict[tuple[Table, Operation], list[Row]] = {}
        self.keys: dict[tuple[Table, Key], Operation] = {}
        self.jobs: list[Job] = []

    def insert(self, table: Table, *rows: Mapping[str, Any]) -> Self:
        """Add new rows; a key that is already taken is a `Conflict` for this unit alone."""
        return self._add(table, INSERT, rows)

    def put(self, table: Table, *rows: Mapping[str, Any]) -> Self:
        """Insert rows, or replace the whole row where the primary key is taken; so every column is named."""
        if shape_of(table).key is None:
            raise ValueError(f"{table.name} counts its key up by itself: insert")
        return self._add(table, PUT, rows)

    def update(self, table: Table, *rows: Mapping[str, Any]) -> Self:
        """Change some columns: a row names its whole key and those; a key that is not there is no error."""
        shape = shape_of(table)
        for row in rows:
            changed = tuple(name for name in shape.columns if name in row and name not in shape.key_names)
            operation = Update((*shape.key_names, *changed))
            if not changed or row.keys() != set(operation.columns):
                raise ValueError(f"{table.name}: an update names the primary key {shape.key_names} and columns beside")
            for name in changed:
                if row[name] is None and not table.columns[name].nullable:
                    raise ValueError(f"{table.name}.{name} may not be empty")
            values = tuple(row[name] for name in operation.columns)
            self._claim(table, operation, values[: len(shape.key_names)])
            self.rows.setdefault((table, operation), []).append(values)
        return self

    def delete(self, table: Table, *keys: Mapping[str, Any]) -> Self:
        """Delete by primary key; a key that is not there is no error."""
        shape = shape_of(table)
        for key in keys:
            if key.keys() != set(shape.key_names):
                raise ValueError(f"{table.name}: a deletion names exactly the primary key {shape.key_names}")
            row = tuple(key[name] for name in shape.key_names)
            self._claim(table, DELETE, row)
            self.rows.setdefault((table, DELETE), []).append(row)
        return self

    def enqueue(self, *jobs: Job) -> Self:
        """Add jobs; they become visible to workers with the commit, and vanish with a rollback."""
        for job in jobs:
            if not job.ids:
                raise ValueError(f"a job {job.name!r} without ids does nothing")
            if job.run_at is not None and job.run_at.tzinfo is None:
                raise ValueError("run_at is an aware UTC time")
        self.jobs.extend(jobs)
        return self

    def __bool__(self) -> bool:
        return bool(self.rows or self.jobs)

    def __iter__(self) -> Iterator[tuple[Table, Operation, list[Row]]]:
        """Give table, operation and rows, in the order they were added."""
        for (table, operation), rows in self.rows.items():
            yield table, operation, rows

    def _add(self, table: Table, operation: str, rows: tuple[Mapping[str, Any], ...]) -> Self:
        shape, place = shape_of(table), (table, operation)
        for row in rows:
            values = _fitted(table, operation, shape, row)
            if shape.key is not None:
                # As `_claim` does, without the call: a lead has dozens of rows.
                claimed = (table, shape.key(values))
                if self.keys.setdefault(claimed, operation) != operation:
                    self._claim(table, operation, claimed[1])
            if (held := self.rows.get(place)) is None:
                self.rows[place] = [values]
            else:
                held.append(values)
        return self

    def _claim(self, table: Table, operation: Operation, key: Key) -> None:
        """Check that a unit touches a key in one way: its statements have no order of their own."""
        before = self.keys.setdefault((table, key), operation)
        if before != operation:
            raise ValueError(f"{table.name}: one unit would {before} and {operation} the same key")


def _fitted(table: Table, operation: str, shape: Shape, row: Mapping[str, Any]) -> Row:
    """The values of a row in the table's order; ValueError where it has an unknown column or lacks a needed value."""
    try:
        values = shape.read(row)
        strange = len(row) != len(values)
    except KeyError:
        values = tuple(map(row.get, shape.columns))
        strange = not row.keys() <= shape.names
    if strange:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(row.keys() - shape.names))} to write")
    if operation == PUT and len(row) < len(values):
        raise ValueError(f"{table.name}: {', '.join(sorted(shape.names - row.keys()))} would be lost: put a whole row")
    if None in values:
        for place in shape.required:
            if values[place] is None:
                raise ValueError(f"{table.name}.{shape.columns[place]} may not be empty")
    return values
