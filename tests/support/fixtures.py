"""The stores that tests run on: `database` is open, migrated and empty, once per dialect."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.storage.engine.database import Database
from tests.support import postgres, stores


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file per run; each test gets a copy."""
    return stores.sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Find a PostgreSQL server, or start one for this run."""
    with postgres.server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_schema(postgres_server: postgres.Server) -> Iterator[stores.Store]:
    """Migrate a schema of this run's (and this worker's) own."""
    with stores.postgres_schema(postgres_server) as store:
        yield store


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> stores.Store:
    """Give an empty SQLite store."""
    return stores.sqlite_store(sqlite_template, tmp_path)


@pytest.fixture
async def postgres_store(postgres_schema: stores.Store) -> stores.Store:
    """Give an empty PostgreSQL store."""
    await stores.empty(postgres_schema)
    return postgres_schema


@pytest.fixture(
    params=[
        pytest.param("sqlite_store", id="sqlite", marks=pytest.mark.integration),
        pytest.param("postgres_store", id="postgresql", marks=[pytest.mark.integration, pytest.mark.postgres]),
    ]
)
def store(request: pytest.FixtureRequest) -> stores.Store:
    """Give an empty store of each dialect, not yet open."""
    found: stores.Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def database(store: stores.Store) -> AsyncIterator[Database]:
    """Give an empty, open store of each dialect."""
    opened = await store.open()
    yield opened
    await opened.close()
