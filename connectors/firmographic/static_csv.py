"""Firmographics from the operator's own CSV file, by company domain."""

import asyncio
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from connectors.kit import (
    Answer,
    Context,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    Value,
    manifest_beside,
    read,
    read_domain,
)

SHAPES = ("text", "word", "integer", "boolean", "date", "country", "domain", "url", "range")
"""What a cell can hold."""

_MAX_ROWS = 1_000_000

Stamp = tuple[int, int, int]
Row = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The file as it was read: which version of it, its rows by domain, and what is wrong with it."""

    stamp: Stamp
    rows: Mapping[str, Row]
    fault: str = ""


class Plugin:
    """Answers from a table in memory, which is read again when the file has changed.

    A cell that does not have its field's shape gives no observation. Of two rows for one domain the first
    counts. While a changed file cannot be read, the last good table keeps answering.
    """

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        columns = settings.get("columns", {})
        self._columns: Mapping[str, str] = columns if isinstance(columns, Mapping) else {}
        self._path = Path(str(settings.get("path", "")))
        self._domain_column = str(settings.get("domain_column", "domain"))
        delimiter = str(settings.get("delimiter", ","))
        self._delimiter = "\t" if delimiter == "tab" else delimiter
        self._table: _Table | None = None
        self._lock = asyncio.Lock()

    async def ask(self, query: Query, context: Context) -> Answer:
        """Looks the domain up; no row is no match, a file that was never readable is a vendor error."""
        table = await self._current()
        if table.fault:
            outcome = LookupOutcome.INVALID_REQUEST if table.fault != "file_unreadable" else LookupOutcome.VENDOR_ERROR
            return Answer(outcome=outcome, reason=table.fault)
        row = table.rows.get(read_domain(query["company.domain"]) or "")
        observer = Observer(self.manifest, now=context.now)
        for name, value in row or ():
            observer.see(name, value, method="file")
        seen = observer.observations()
        return Answer(outcome=LookupOutcome.MATCH if seen else LookupOutcome.NO_MATCH, observations=seen)

    async def _current(self) -> _Table:
        async with self._lock:
            self._table = await asyncio.to_thread(self._refreshed, self._table)
            return self._table

    def _refreshed(self, last: _Table | None) -> _Table:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if last is not None and last.stamp == stamp:
                return last
            read = self._read(stamp)
        except (OSError, UnicodeDecodeError, csv.Error):
            read = _Table(stamp=(0, 0, 0), rows={}, fault="file_unreadable")
        return last if read.fault and last is not None and not last.fault else read

    def _read(self, stamp: Stamp) -> _Table:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, delimiter=self._delimiter)
            header = lines.fieldnames or ()
            if self._domain_column not in header:
                return _Table(stamp=stamp, rows={}, fault="domain_column_missing")
            headed = ((_heading(column, header), field) for column, field in self._columns.items())
            fields = [(heading, field) for heading, field in headed if heading is not None]
            if len(fields) < len(self._columns):
                return _Table(stamp=stamp, rows={}, fault="column_missing")
            if not set(self._columns.values()) <= set(self.manifest.provides):
                return _Table(stamp=stamp, rows={}, fault="field_unknown")
            rows: dict[str, Row] = {}
            for line in lines:
                domain = read_domain(line.get(self._domain_column))
                if domain and domain not in rows:
                    rows[domain] = _row(line, fields)
                if len(rows) > _MAX_ROWS:
                    return _Table(stamp=stamp, rows={}, fault="too_many_rows")
        return _Table(stamp=stamp, rows=rows)


def _heading(column: str, header: Sequence[str]) -> str | None:
    """A column as the file heads it, or the only one that differs in case alone: names of variables have none."""
    alike = [column] if column in header else [name for name in header if name.casefold() == column.casefold()]
    return alike[0] if len(alike) == 1 else None


def _row(line: Mapping[str, str | None], fields: Sequence[tuple[str, str]]) -> Row:
    cells = ((field, read(field, line.get(heading))) for heading, field in fields)
    return tuple((field, value) for field, value in cells if value is not None)
