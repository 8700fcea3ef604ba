"""How rows and jobs reach PostgreSQL: one statement per table with a column per array, jobs through PgQueuer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import orjson
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql

from gateway.storage.engine import statements
from gateway.storage.engine.errors import RowRefused
from gateway.storage.engine.postgres_news import telling
from gateway.storage.engine.unit import DELETE, PUT, Job, Operation, Row, Update

DEATHS: Final = "deaths"


def queue_settings(schema: str) -> DBSettings:
    """Name PgQueuer's objects, every one explicitly: its settings would else be read from the environment.

    Tables lie in the search path; the NOTIFY channel is one per database, so the schema's name is part of it.
    """
    return DBSettings(
        prefix="",
        db_schema=None,
        channel=f"ch_leadgate_{schema}",
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.durable,
        widen_id=False,
    )


def payload_of(ids: Sequence[str], attempt: int) -> bytes:
    """Write a job's payload: ids and how often it has failed, nothing else."""
    return orjson.dumps({"ids": list(ids), "attempt": attempt})


def headers_of(deaths: int) -> str:
    """Write a job's headers as JSON: how many processes died while it ran; null for none."""
    return orjson.dumps({DEATHS: deaths}).decode() if deaths else "null"


class PostgresStatements:
    """One statement per table and operation whatever the number of rows: a column is one array parameter."""

    def __init__(self, settings: DBSettings) -> None:
        self._enqueue = QueryQueueBuilder(settings).build_enqueue_query()

    def run(self, connection: Connection, table: Table, operation: Operation, rows: Sequence[Row]) -> None:
        """Send the rows of one table."""
        connection.exec_driver_sql(_sql(table, operation), tuple(map(list, zip(*rows, strict=True))))

    def enqueue(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Enqueue with PgQueuer on this very connection: the jobs live and die with the transaction."""
        self.enqueue_attempts(connection, [(job, 0, 0) for job in jobs])

    def enqueue_attempts(self, connection: Connection, jobs: Sequence[tuple[Job, int, int]]) -> None:
        """Enqueue jobs that have failed so many times before, and while which so many processes died."""
        # PgQueuer adds the delay to the transaction's now(); reading it first gives the exact run_at, and
        # makes SQLAlchemy really begin: before its first statement the driver is in no transaction at all.
        now = connection.execute(text("SELECT now()")).scalar_one()
        raw_connection(connection)
        connection.exec_driver_sql(
            self._enqueue,
            (
                [0] * len(jobs),
                [job.name for job, _, _ in jobs],
                [payload_of(job.ids, attempt) for job, attempt, _ in jobs],
                [_delay(job.run_at, now) for job, _, _ in jobs],
                [None] * len(jobs),
                [headers_of(deaths) for _, _, deaths in jobs],
            ),
        )


def _delay(run_at: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if run_at is None else max(timedelta(0), run_at - now)


def raw_connection(connection: Connection) -> Any:  # noqa: ANN401 - asyncpg has no types
    """Give the adapted asyncpg connection, whose `run_async` calls the driver inside our transaction.

    Raises:
        RowRefused: no transaction is open yet, so what the driver does would stay after a rollback.
    """
    adapted = connection.connection.dbapi_connection
    driver: Any = connection.connection.driver_connection
    if adapted is None or driver is None or not driver.is_in_transaction():
        raise RowRefused("The driver is in no transaction: run a statement through SQLAlchemy first")
    return adapted


@cache
def _sql(table: Table, operation: Operation) -> str:
    """Build the one statement; its text does not depend on the number of rows, so it is prepared once."""
    names = statements.written(table, operation)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped
    arrays = ", ".join(f"${n}::{table.columns[name].type.compile(dialect)}[]" for n, name in enumerate(names, 1))
    columns = ", ".join(f'"{name}"' for name in names)
    if operation == DELETE:
        where = " AND ".join(f'"{table.name}"."{name}" = gone."{name}"' for name in names)
        return f'DELETE FROM "{table.name}" USING unnest({arrays}) AS gone({columns}) WHERE {where}'  # noqa: S608 - names of our own metadata
    if isinstance(operation, Update):
        return f"WITH new({columns}) AS (SELECT * FROM unnest({arrays})) {statements.change(table, operation)}"  # noqa: S608 - as above
    insert = f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays})'  # noqa: S608 - as above
    if operation != PUT:
        return telling(table, insert)
    return f"{insert} {statements.on_conflict(table)}"
