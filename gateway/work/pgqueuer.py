"""The queue on PostgreSQL: PgQueuer's tables and statements, in our transactions and our loop.

PgQueuer's own worker loop is not used: it deletes a job whose handler raises or is cancelled and writes the traceback
in clear, and it runs one task per job, where we want some jobs of a name in one call (docs/decisions/0007).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import orjson
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job as QueueJob
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from sqlalchemy import text

from gateway.storage.engine.database import Tx
from gateway.storage.engine.postgres import PostgresDatabase
from gateway.storage.engine.postgres_statements import (
    DEATHS,
    PostgresStatements,
    headers_of,
    queue_settings,
    raw_connection,
)
from gateway.storage.engine.tables import dead_letters
from gateway.storage.engine.unit import Job, Unit
from gateway.work.background import forever
from gateway.work.local import judged, letter_row
from gateway.work.ports import Item, Judge, Settlement, Wake
from gateway.work.retries import place

HEARTBEAT_TIMEOUT: Final = timedelta(seconds=5)  # a job whose worker was silent for so long goes to another
BEGUN: Final = "begun"
LISTEN_AGAIN_SECONDS: Final = 1.0
PRUNE_SECONDS: Final = 600.0
LOG_KEPT: Final = timedelta(days=1)

_NEVER: Final = timedelta(days=36500)
_SILENT: Final = "status = 'picked' AND entrypoint = ANY(:names) AND heartbeat < now() - CAST(:timeout AS interval)"
_SUSPECT_AT_REST: Final = f"headers ->> '{DEATHS}' IS NOT NULL AND headers ->> '{BEGUN}' IS NULL"
_BACK: Final = "UPDATE pgqueuer SET status = 'queued', updated = now(), queue_manager_id = NULL"
_MARK: Final = text(f"UPDATE pgqueuer SET headers = headers || '{{\"{BEGUN}\": true}}' WHERE id = ANY(:ids)")  # noqa: S608 - our own words, as below
_RELEASE: Final = text(f"{_BACK} WHERE {_SILENT} AND {_SUSPECT_AT_REST}")
_BEREAVED: Final = text(f"SELECT * FROM pgqueuer WHERE {_SILENT} ORDER BY id LIMIT 256 FOR UPDATE SKIP LOCKED")  # noqa: S608
_AGAIN: Final = text(
    f"{_BACK}, execute_after = CAST(:run_at AS timestamptz), headers = CAST(:headers AS jsonb) WHERE id = :id"
)
_GONE: Final = text("DELETE FROM pgqueuer WHERE id = ANY(:ids)")

T = TypeVar("T")

log = structlog.get_logger(__name__)


class PgQueuerQueue:
    """`gateway.work.ports.Queue` over PgQueuer's tables; `worker` is this process's random id."""

    def __init__(
        self, database: PostgresDatabase, *, worker: UUID, heartbeat_timeout: timedelta = HEARTBEAT_TIMEOUT
    ) -> None:
        self._database = database
        self._worker = QueueManagerId(worker)
        self._timeout = heartbeat_timeout
        self._settings = queue_settings(database.schema)
        self._environment = QueryBuilderEnvironment(self._settings)
        self._builder = QueryQueueBuilder(self._settings)
        self._statements = PostgresStatements(self._settings)
        self._jobs: dict[int, QueueJob] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, wake: Wake) -> None:
        """Listen for new jobs on a connection of its own, and keep PgQueuer's log short."""
        self._database.on_jobs(wake)
        self._tasks = [
            asyncio.create_task(self._listen(wake)),
            asyncio.create_task(forever("prune", self._prune, pause=PRUNE_SECONDS, wait=PRUNE_SECONDS)),
        ]

    async def claim(self, names: Collection[str], limit: int, now: datetime) -> Sequence[Item]:
        """Take due jobs; the server's clock says what is due. Those of silent workers `bereaved` puts back first."""
        del now
        wanted = {QueueEntrypoint(name): EntrypointExecutionParameter(concurrency_limit=0) for name in sorted(names)}
        jobs = await self._in_transaction(
            lambda queries: queries.dequeue(
                batch_size=limit,
                entrypoints=wanted,
                queue_manager_id=self._worker,
                global_concurrency_limit=None,
                heartbeat_timeout=_NEVER,
            )
        )
        self._jobs.update({job.id: job for job in jobs})
        return [_item(job) for job in jobs]

    async def begin(self, items: Collection[Item]) -> None:
        """Mark suspects as running; of all others the server knows who holds them, and that is enough."""
        ids = [item.ticket for item in items if item.deaths]
        if ids:
            await self._database.transact(lambda tx: tx.connection.execute(_MARK, {"ids": ids}))

    async def bereaved(self, names: Collection[str], judge: Judge) -> Settlement:
        """Put the jobs of silent workers back; those that ran, or may have, are judged, in their own rows.

        A worker that was only silent, and ends a job after all, still finds its row and deletes it.
        """
        given = {"names": sorted(names), "timeout": self._timeout}

        def run(tx: Tx) -> Settlement:
            tx.connection.execute(_RELEASE, given)
            rows = tx.connection.execute(_BEREAVED, given).mappings().all()
            settlement = judged([_item(QueueJob.model_validate(dict(row))) for row in rows], judge)
            for again in settlement.again:
                news = {"run_at": again.run_at, "headers": headers_of(again.deaths)}
                tx.connection.execute(_AGAIN, {"id": again.item.ticket, **news})
            if settlement.dead:
                tx.connection.execute(_GONE, {"ids": [dead.item.ticket for dead in settlement.dead]})
                tx.apply(_letters(settlement))
            return settlement

        return await self._database.transact(run)

    async def settle(self, settlement: Settlement) -> None:
        """Log the jobs as done, enqueue what is to be tried again, bury the dead, in one transaction."""
        again = [
            (Job(name=each.item.name, ids=each.item.ids, run_at=each.run_at), each.attempt, each.deaths)
            for each in settlement.again
        ]
        letters = _letters(settlement)
        ended = [self._jobs[item.ticket] for item in settlement.items]

        def record(tx: Tx) -> None:
            tx.connection.execute(text("SELECT 1"))  # begins the transaction, which `raw_connection` insists on
            raw_connection(tx.connection).run_async(
                lambda driver: self._queries(driver).log_jobs([(job, "successful", None) for job in ended])
            )
            if again:
                self._statements.enqueue_attempts(tx.connection, again)
            if letters:
                tx.apply(letters)

        await self._database.transact(record)
        for item in settlement.items:
            self._jobs.pop(item.ticket, None)

    async def beat(self, items: Collection[Item]) -> None:
        """Renew the heartbeats."""
        ids = [self._jobs[item.ticket].id for item in items if item.ticket in self._jobs]
        if ids:
            await self._in_transaction(lambda queries: queries.update_heartbeat(ids))

    async def put_back(self, items: Collection[Item]) -> None:
        """Let other workers take the items at once."""
        jobs = [self._jobs.pop(item.ticket) for item in items if item.ticket in self._jobs]

        async def release(queries: Queries) -> None:
            for job in jobs:
                await queries.retry_job(job, timedelta(0), None)

        if jobs:
            await self._in_transaction(release)

    async def close(self) -> None:
        """End the listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _queries(self, driver: object) -> Queries:
        return Queries(AsyncpgDriver(driver), self._environment, self._builder)

    async def _in_transaction(self, fn: Callable[[Queries], Awaitable[T]]) -> T:
        def run(tx: Tx) -> T:
            tx.connection.execute(text("SELECT 1"))
            result: T = raw_connection(tx.connection).run_async(lambda driver: fn(self._queries(driver)))
            return result

        return await self._database.transact(run)

    async def _listen(self, wake: Wake) -> None:
        """Turn the notifications of inserts into wakes; without a connection the engine polls."""

        def heard(payload: str | bytes | bytearray) -> None:
            with suppress(json.JSONDecodeError, AttributeError):
                if json.loads(payload).get("operation") == "insert":
                    wake()

        while True:
            try:
                async with self._database.listening() as (driver, ended):
                    await AsyncpgDriver(driver).add_listener(self._settings.channel, heard)
                    wake()  # for what came while nobody listened
                    await ended.wait()
            except Exception as error:  # noqa: BLE001 - without it the engine only polls, so it listens again
                log.warning("work.not_listening", error=place(error))
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _prune(self) -> None:
        """Delete old lines of PgQueuer's log, which grows by two for every job."""
        table = self._settings.queue_table_log
        statement = text(f"DELETE FROM {table} WHERE created < now() - :kept")  # noqa: S608 - our own constant
        await self._database.transact(lambda tx: tx.connection.execute(statement, {"kept": LOG_KEPT}))


def _letters(settlement: Settlement) -> Unit:
    letters = Unit()
    for dead in settlement.dead:
        letters.insert(dead_letters, letter_row(dead.item, letter=dead.letter, error=dead.error, at=dead.at))
    return letters


def _item(job: QueueJob) -> Item:
    """Read a job that we enqueued; what somebody else put under our name carries no ids and does nothing."""
    try:
        held, deaths = orjson.loads(job.payload or b""), (job.headers or {}).get(DEATHS, 0)
        counts = {"attempt": int(held["attempt"]), "deaths": deaths if isinstance(deaths, int) else 0}
        return Item(ticket=job.id, name=job.entrypoint, ids=tuple(held["ids"]), **counts)
    except (ValueError, KeyError, TypeError):
        log.warning("work.unreadable_job", name=job.entrypoint, job=job.id)
        return Item(ticket=job.id, name=job.entrypoint, ids=(), attempt=0)
