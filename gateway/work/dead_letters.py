"""Jobs that failed for good: listed, and replayed when their cause is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from gateway.errors import Conflict, NotFound
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.tables import dead_letters
from gateway.storage.engine.unit import Job, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A job that failed for good; `error` is an exception's class and place, never its message."""

    id: str
    name: str
    ids: tuple[str, ...]
    attempts: int
    error: str
    at: datetime
    replayed_at: datetime | None


async def dead(database: Database, *, limit: int = 50) -> Sequence[DeadLetter]:
    """List the dead letters that were not replayed, newest first.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    query = (
        select(dead_letters)
        .where(dead_letters.c.replayed_at.is_(None))
        .order_by(dead_letters.c.at.desc(), dead_letters.c.id.desc())
        .limit(limit)
    )

    def read(connection: Connection) -> list[DeadLetter]:
        rows = connection.execute(query).mappings()
        return [DeadLetter(**{**row, "ids": tuple(row["ids"])}) for row in rows]

    return await database.read(read)


def replay(tx: Tx, letter: str, *, now: datetime) -> Job:
    """Enqueue a dead letter's job anew, with its failures forgotten, and return it.

    Raises:
        NotFound: there is no such letter.
        Conflict: it was replayed before.
    """
    mark = (
        update(dead_letters)
        .where(dead_letters.c.id == letter, dead_letters.c.replayed_at.is_(None))
        .values(replayed_at=now)
        .returning(dead_letters.c.name, dead_letters.c.ids)
    )
    row = tx.connection.execute(mark).first()
    if row is None:
        known = tx.connection.execute(select(dead_letters.c.id).where(dead_letters.c.id == letter)).first()
        raise Conflict("This dead letter was replayed before") if known else NotFound("No such dead letter")
    job = Job(name=row.name, ids=tuple(row.ids))
    tx.apply(Unit().enqueue(job))
    return job
