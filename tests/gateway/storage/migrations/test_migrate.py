"""The schema's history on both dialects."""

import os
import re
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from gateway.errors import SetupError
from gateway.storage.engine import sqlite_schema
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.schema import metadata
from gateway.storage.migrations import compare, migrate
from gateway.storage.migrations.compare import drift
from tests.house.tree import dotted, modules
from tests.support.postgres import run_sql
from tests.support.stores import Store


async def test_the_migrated_schema_equals_the_tables(database: Database) -> None:
    """What the revisions make is what the tables say, to the last index and constraint."""
    assert await database.transact(lambda tx: drift(tx.connection)) == []


def test_every_home_of_tables_is_known() -> None:
    """A folder whose tables nobody compared with the schema would never be migrated."""
    found = {dotted(path) for path in modules() if re.search(r"^\w+ = Table\(", path.read_text(), re.MULTILINE)}
    assert found == {home.__name__ for home in compare.HOMES}


async def test_drift_is_seen(database: Database) -> None:
    """The comparison that guards the tables notices a missing index and an unknown column."""

    def change(tx: Tx) -> list[str]:
        tx.connection.execute(text("DROP INDEX ix_leads_status"))
        tx.connection.execute(text("ALTER TABLE leads ADD COLUMN surprise TEXT"))
        found = [difference[0] for difference in drift(tx.connection)]
        raise _Undo(found)

    with pytest.raises(_Undo) as undone:
        await database.transact(change)
    assert sorted(undone.value.found) == ["add_index", "remove_column"]


class _Undo(Exception):
    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self.found = found


async def test_upgrading_twice_changes_nothing(store: Store) -> None:
    """An upgrade of a store that is up to date says so and does nothing."""
    assert await migrate.upgrade(store.url, schema=store.schema) == migrate.head()
    assert await migrate.upgrade_where_allowed(store.url, schema=store.schema) == migrate.head()
    assert await migrate.current(store.url, schema=store.schema) == migrate.head()


async def test_a_newer_store_is_refused(database: Database, store: Store) -> None:
    """A store that a newer version has migrated is not touched."""
    version = text("UPDATE alembic_version SET version_num = :version")
    await database.transact(lambda tx: tx.connection.execute(version, {"version": "9999"}))
    try:
        with pytest.raises(SetupError, match="newer version"):
            await migrate.upgrade(store.url, schema=store.schema)
    finally:
        await database.transact(lambda tx: tx.connection.execute(version, {"version": migrate.head()}))


@pytest.mark.integration
async def test_a_failed_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a revision that fails at its end leaves no table behind, although DDL ran before."""

    def fail() -> None:
        raise RuntimeError("at the very end of the revision")

    url = f"sqlite:///{tmp_path / 'failed.db'}"
    monkeypatch.setattr("gateway.storage.migrations.queue.install_queue", fail)
    with pytest.raises(RuntimeError, match="very end"):
        await migrate.upgrade(url)
    assert await migrate.current(url) is None
    left = await sqlite_schema.in_one_transaction(url, lambda made: inspect(made).get_table_names(), schema=None)
    assert left == []
    monkeypatch.undo()
    assert await migrate.upgrade(url) == migrate.head()


@pytest.mark.integration
@pytest.mark.postgres
async def test_a_failed_migration_leaves_nothing_on_postgresql(
    postgres_schema: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL as well; the schema that was made for it stays, empty."""

    def fail() -> None:
        raise RuntimeError("at the very end of the revision")

    schema = f"{postgres_schema.schema}_failed"
    with monkeypatch.context() as patched:
        patched.setattr("gateway.storage.migrations.queue.install_queue", fail)
        with pytest.raises(RuntimeError, match="very end"):
            await migrate.upgrade(postgres_schema.url, schema=schema)
    try:
        assert await migrate.current(postgres_schema.url, schema=schema) is None
        assert await migrate.upgrade(postgres_schema.url, schema=schema) == migrate.head()
    finally:
        await run_sql(postgres_schema.url, f"DROP SCHEMA {schema} CASCADE")


@pytest.mark.integration
def test_two_processes_that_upgrade_at_once_both_succeed(tmp_path: Path) -> None:
    """One waits for the other, and finds the work done."""
    url = f"sqlite:///{tmp_path / 'raced.db'}"
    script = (
        f"import asyncio\nfrom gateway.storage.migrations import migrate\nprint(asyncio.run(migrate.upgrade({url!r})))"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(2)
    ]
    answers = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert answers == [migrate.head()] * 2


def test_no_column_has_a_default() -> None:
    """The writer sends whole rows, so that a default, in Python or in the store, would never be used."""
    assert [
        str(column)
        for table in metadata.tables.values()
        for column in table.columns
        if column.default is not None or column.server_default is not None
    ] == []


@pytest.mark.integration
@pytest.mark.postgres
async def test_only_the_owner_of_the_schema_migrates(postgres_schema: Store) -> None:
    """Another role may start on a schema that is up to date; on one that is behind it is told what the owner runs."""
    schema, role = postgres_schema.schema, f"{postgres_schema.schema}_guest"
    try:
        await run_sql(postgres_schema.url, f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    except asyncpg.InsufficientPrivilegeError:
        pytest.skip("the test role may not create roles on this server")
    guest = make_url(postgres_schema.url).set(username=role, password="guest").render_as_string(hide_password=False)
    version = f"UPDATE {schema}.alembic_version SET version_num"  # noqa: S608 - our own schema
    try:
        grants = f"GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON {schema}.alembic_version TO {role}"
        await run_sql(postgres_schema.url, grants)
        assert await migrate.upgrade_where_allowed(guest, schema=schema) == migrate.head()
        await run_sql(postgres_schema.url, f"{version} = '0000'")
        with pytest.raises(SetupError, match="leadgate db upgrade"):
            await migrate.upgrade_where_allowed(guest, schema=schema)
        with pytest.raises(SetupError, match="leadgate db upgrade"):
            await migrate.upgrade_where_allowed(guest, schema=f"{schema}_missing")
    finally:
        await run_sql(
            postgres_schema.url, f"{version} = '{migrate.head()}'", f"DROP OWNED BY {role}", f"DROP ROLE {role}"
        )
