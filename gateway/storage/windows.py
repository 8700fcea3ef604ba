"""Fixed rate windows per source, text of a form or vendor, counted in the store, so that all processes share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    Update,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)

from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.schema import Time, metadata
from gateway.storage.engine.unit import Unit

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("scope", Text, primary_key=True),  # a vendor, a source, a text that comes again and again
    Column("period_seconds", Integer, primary_key=True),
    Column("window_start", Time, nullable=False),  # for period 0: when the block ends, or the row was made
    Column("used", Integer, nullable=False),
    Column("blocked_until", Time),
    Index("ix_rate_windows_over", "period_seconds", "window_start"),
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT: Final = timedelta(hours=1)
_CHUNK: Final = 1000
_HELD: Final = (
    select(rate_windows)
    .where(
        rate_windows.c.scope == bindparam("scope"),
        rate_windows.c.period_seconds.in_(bindparam("periods", expanding=True)),
    )
    .order_by(rate_windows.c.period_seconds)
    .with_for_update()
)
_MAKE: Final = text(
    "INSERT INTO rate_windows (scope, period_seconds, window_start, used) VALUES (:scope, :seconds, :start, 0) "
    "ON CONFLICT (scope, period_seconds) DO NOTHING"
).bindparams(bindparam("scope", type_=Text), bindparam("seconds", type_=Integer), bindparam("start", type_=Time))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `calls` in each window of `seconds`; windows begin at whole multiples of it since 1970 (UTC)."""

    calls: int
    seconds: int


async def count_call(database: Database, scope: str, limits: Sequence[Limit], now: datetime) -> datetime | None:
    """Count one call by the clock against every limit of a scope, or against none of them.

    Args:
        database: the store; the count is committed when this returns.
        scope: whose calls, e.g. `source:shop` or `text:shop:…`.
        limits: every one must have room; an empty sequence still obeys `block`.
        now: the time.

    Returns:
        None when the call may be made; else the time at which it is worth asking again.

    Raises:
        StoreUnavailable: the store cannot be reached; let nothing through then.
    """
    return await database.transact(lambda tx: _take(tx, scope, limits, _held(tx, scope, limits, now), now))


async def count_once(
    database: Database, scope: str, limits: Sequence[Limit], now: datetime, *, what: str, seconds: int
) -> datetime | None:
    """Count what may come several times as one call; see `count_call`.

    What was let through is let through again in the same window of `seconds`, whatever came meanwhile; what was not
    leaves no row of its own.
    """
    own, start = f"{scope}:{what}", _window(now, seconds)
    query = select(rate_windows).where(rate_windows.c.scope == own, rate_windows.c.period_seconds == seconds)

    def run(tx: Tx) -> datetime | None:
        rows = _held(tx, scope, limits, now)  # first: whatever else comes of this scope waits here
        mine = tx.connection.execute(query).mappings().first()
        if mine is not None and _used(mine, start):
            return None
        until = _take(tx, scope, limits, rows, now)
        if until is None:
            _count(tx.connection, own, seconds, start, hold(tx, own, [seconds], now)[seconds])
        return until

    return await database.transact(run)


async def block(database: Database, scope: str, until: datetime) -> None:
    """Refuse every call of a scope until a time, as a Retry-After asks; an earlier time changes nothing.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """

    def run(tx: Tx) -> None:
        row = hold(tx, scope, [0], until)[0]
        if row["blocked_until"] is None or row["blocked_until"] < until:
            tx.connection.execute(_at(scope, 0).values(blocked_until=until, window_start=until))

    await database.transact(run)


class SqlQuotas:
    """What a process that counts vendors' windows in memory keeps, in the rows that `SqlWindows` would use."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def kept(self, scope: str) -> tuple[Mapping[timedelta, tuple[datetime, int]], datetime | None]:
        """Return the windows as they were kept last, with start and calls, and until when nobody may call."""
        query = select(rate_windows).where(rate_windows.c.scope == scope)
        rows = await self.database.read(lambda connection: connection.execute(query).mappings().all())
        windows = {
            timedelta(seconds=row["period_seconds"]): (row["window_start"], row["used"])
            for row in rows
            if row["period_seconds"]
        }
        return windows, next((row["blocked_until"] for row in rows if not row["period_seconds"]), None)

    async def keep(self, scope: str, windows: Mapping[timedelta, tuple[datetime, int]]) -> None:
        """Keep windows, durable when it returns; they are committed in a group with whatever else waits."""
        unit = Unit()
        for per, (start, used) in windows.items():
            row = {"scope": scope, "period_seconds": int(per.total_seconds()), "window_start": start, "used": used}
            unit.put(rate_windows, {**row, "blocked_until": None})
        await self.database.write(unit)

    async def keep_block(self, scope: str, until: datetime) -> None:
        """Keep until when nobody may call."""
        row = {"scope": scope, "period_seconds": 0, "window_start": until, "used": 0, "blocked_until": until}
        await self.database.write(Unit().put(rate_windows, row))


async def forget(database: Database, now: datetime) -> int:
    """Delete the rows whose period, or whose block, was over an hour ago; returns how many.

    The hour keeps whoever makes a row, by a clock that is a little slow, from losing it before it is read. Each
    period has its place in the index, and each transaction deletes a thousand rows at most.

    Raises:
        StoreUnavailable: the store cannot be reached; what was deleted before stays deleted.
    """
    deleted, seconds = 0, await database.read(partial(_period_after, last=-1))
    while seconds is not None:
        over = now - timedelta(seconds=seconds) - _KEPT
        gone = await database.transact(partial(_forget, seconds=seconds, over=over))
        deleted += gone
        if gone < _CHUNK:
            seconds = await database.read(partial(_period_after, last=seconds))
    return deleted


def _period_after(connection: Connection, last: int) -> int | None:
    query = select(func.min(rate_windows.c.period_seconds)).where(rate_windows.c.period_seconds > last)
    found: int | None = connection.execute(query).scalar_one()
    return found


def _forget(tx: Tx, seconds: int, over: datetime) -> int:
    rows = (
        select(rate_windows.c.scope)
        .where(rate_windows.c.period_seconds == seconds, rate_windows.c.window_start <= over)
        .order_by(rate_windows.c.window_start)
        .limit(_CHUNK)
        .with_for_update(skip_locked=True)  # whoever holds a row uses it
    )
    gone = delete(rate_windows).where(rate_windows.c.period_seconds == seconds, rate_windows.c.scope.in_(rows))
    return tx.connection.execute(gone).rowcount


def hold(tx: Tx, scope: str, periods: Sequence[int], now: datetime) -> dict[int, RowMapping]:
    """Read a scope's rows, making the missing ones, and hold them until the end of the transaction."""
    asked = {"scope": scope, "periods": list(periods)}
    found = {row["period_seconds"]: row for row in tx.connection.execute(_HELD, asked).mappings()}
    missing = [seconds for seconds in periods if seconds not in found]
    if not missing:
        return found
    # Where two make the same row at once, the second waits here for the first and then finds its row.
    rows = [{"scope": scope, "seconds": seconds, "start": _window(now, seconds)} for seconds in missing]
    tx.connection.execute(_MAKE, rows)
    return {row["period_seconds"]: row for row in tx.connection.execute(_HELD, asked).mappings()}


def _held(tx: Tx, scope: str, limits: Sequence[Limit], now: datetime) -> dict[int, RowMapping]:
    return hold(tx, scope, sorted({limit.seconds for limit in limits} | {0}), now)


def _take(
    tx: Tx, scope: str, limits: Sequence[Limit], rows: Mapping[int, RowMapping], now: datetime
) -> datetime | None:
    refusals: list[datetime] = [until for row in rows.values() if (until := row["blocked_until"]) and until > now]
    for limit in limits:
        start = _window(now, limit.seconds)
        if _used(rows[limit.seconds], start) >= limit.calls:
            refusals.append(start + timedelta(seconds=limit.seconds))
    if refusals:
        return max(refusals)
    for seconds in {limit.seconds for limit in limits}:
        _count(tx.connection, scope, seconds, _window(now, seconds), rows[seconds])
    return None


def _window(now: datetime, seconds: int) -> datetime:
    """Give the beginning of the window that holds a time; period 0 is the scope's block, whose time is its end."""
    return now - (now - _EPOCH) % timedelta(seconds=seconds) if seconds else now


def _at(scope: str, seconds: int) -> Update:
    return update(rate_windows).where(rate_windows.c.scope == scope, rate_windows.c.period_seconds == seconds)


def _used(row: RowMapping, start: datetime) -> int:
    return int(row["used"]) if row["window_start"] == start else 0


def _count(connection: Connection, scope: str, seconds: int, start: datetime, row: RowMapping) -> None:
    connection.execute(_at(scope, seconds).values(window_start=start, used=_used(row, start) + 1))
