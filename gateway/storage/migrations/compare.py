"""How a migrated schema is compared with the tables, and how Alembic is set up for that."""

from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from gateway.storage import counts, heartbeats, registers, windows
from gateway.storage.engine import tables as queue
from gateway.storage.engine.schema import metadata
from gateway.storage.leads import tables as leads
from gateway.storage.log import tables as log
from gateway.storage.people import tables as people
from gateway.storage.sealing import tables as keys
from gateway.storage.sending import tables as sending
from gateway.storage.vendors import tables as vendors

HOMES: Final = (queue, keys, log, registers, windows, counts, heartbeats, vendors, people, leads, sending)
"""Where tables stand: the metadata is whole once all of these are imported."""

VERSION_TABLE: Final = "alembic_version"


def ours(name: str | None, kind: str, _: object) -> bool:
    """Leave PgQueuer's tables to PgQueuer: its installer made them, and its own planner compares them."""
    return kind != "table" or not (name or "").startswith("pgqueuer")


OPTIONS: Final[dict[str, Any]] = {
    "target_metadata": metadata,
    "version_table": VERSION_TABLE,
    "compare_type": True,
    "include_name": ours,
    "render_as_batch": True,  # SQLite changes a column by copying its table
    "transactional_ddl": True,
}


def drift(connection: Connection) -> list[Any]:
    """List what separates the schema of a connection from the tables, as Alembic's operations; empty is good."""
    return list(compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), metadata))
