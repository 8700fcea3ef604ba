"""Brings a store's schema to the newest revision: `leadgate db upgrade`, and at the start where that is allowed.

Until the first release the one revision is written anew from the tables, with `python -m
gateway.storage.migrations.initial` and `ruff format`.
After it, a change gets a revision of its own, and that command is deleted.
"""

from functools import partial
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.errors import SetupError
from gateway.storage.engine.opening import SchemaMaker, schema_maker_of
from gateway.storage.migrations.compare import VERSION_TABLE

_SCRIPTS: Final = Path(__file__).parent


def configuration() -> Config:
    """Make Alembic's configuration in memory; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def head() -> str:
    """Name the newest revision that this version of the gateway knows."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    if revision is None:
        raise SetupError("This installation lacks its migrations: install it again")
    return revision


async def current(url: str, *, schema: str | None = None) -> str | None:
    """Read which revision a store is at; None for an empty one.

    Raises:
        SetupError: the URL cannot be read.
        StoreUnavailable: the store cannot be reached.
    """
    return await schema_maker_of(url).in_one_transaction(url, _revision, schema=schema)


async def upgrade(url: str, *, schema: str | None = None) -> str:
    """Bring a store to the newest revision, all of it or nothing, one process at a time; return the revision.

    Raises:
        SetupError: the URL cannot be read, or the store was written by a newer version.
        StoreUnavailable: the store cannot be reached, or is locked by another writer.
    """
    maker = schema_maker_of(url)
    await maker.prepare_schema(url, schema=schema)
    revision = await maker.in_one_transaction(url, partial(_upgrade, maker), schema=schema)
    await maker.upgrade_queue(url, schema=schema)
    return revision


async def upgrade_where_allowed(url: str, *, schema: str | None = None) -> str:
    """Bring a store to the newest revision if that is ours to do: on SQLite, or as the owner of the schema.

    Raises:
        SetupError: the schema is behind, and the role is not its owner; it says which command the owner runs.
        StoreUnavailable: as in `upgrade`.
    """
    if await schema_maker_of(url).owns_schema(url, schema=schema):
        return await upgrade(url, schema=schema)
    revision = await current(url, schema=schema)
    if revision != head():
        raise SetupError(
            f"The database is at revision {revision or 'none'}, this version needs {head()}: "
            "run `leadgate db upgrade` as the owner of the schema"
        )
    return revision


def _revision(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _upgrade(maker: SchemaMaker, connection: Connection) -> str:
    maker.lock_migrations(connection)
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    found = _revision(connection)
    if found is not None and found not in known:
        raise SetupError(f"The database is at revision {found}, written by a newer version: install that version")
    config = configuration()
    config.attributes.update(connection=connection, maker=maker)
    command.upgrade(config, "head")
    return head()
