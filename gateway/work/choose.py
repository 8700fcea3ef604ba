"""Chooses the queue that belongs to a store."""

from collections.abc import Callable
from uuid import UUID

from gateway.errors import SetupError
from gateway.ports import Clock, Ids
from gateway.storage.engine.database import Database
from gateway.storage.engine.sqlite import SqliteDatabase
from gateway.work.engine import WorkEngine
from gateway.work.local import LocalQueue


def engine_for(database: Database, *, clock: Clock, ids: Ids, draw: Callable[[], float], worker: UUID) -> WorkEngine:
    """Make the engine for a store.

    Args:
        database: the open store.
        clock: the time.
        ids: makes the ids of dead letters.
        draw: a random number in [0, 1), for backoff.
        worker: a random id of this process, under which PgQueuer notes what it works on.

    Raises:
        SetupError: there is no queue for this kind of store.
    """
    if isinstance(database, SqliteDatabase):
        return WorkEngine(LocalQueue(database), clock=clock, ids=ids, draw=draw)
    # Imported here, so that an SQLite deployment never loads asyncpg and PgQueuer.
    from gateway.storage.engine.postgres import PostgresDatabase  # noqa: PLC0415 - as above
    from gateway.work.pgqueuer import PgQueuerQueue  # noqa: PLC0415 - as above

    if not isinstance(database, PostgresDatabase):
        raise SetupError(f"There is no work engine for {database.dialect}")
    return WorkEngine(PgQueuerQueue(database, worker=worker), clock=clock, ids=ids, draw=draw)
