"""The queue that stands beside every unit of work, and what could not be worked off."""

from sqlalchemy import Column, Index, Integer, Table, Text

from gateway.storage.engine.schema import BigKey, Json, Time, metadata

work_items = Table(  # the local engine's queue; on PostgreSQL the queue is PgQueuer's
    "work_items",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("ids", Json, nullable=False),
    Column("run_at", Time, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False),  # waiting
    Column("deaths", Integer, nullable=False),  # processes that died while it ran
    Index("ix_work_items_due", "status", "run_at"),
    sqlite_autoincrement=True,  # an id never comes back: what is settled is deleted by its id, again if in doubt
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("ids", Json, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),  # class and place, never a message with data
    Column("at", Time, nullable=False),
    Column("replayed_at", Time),
)
