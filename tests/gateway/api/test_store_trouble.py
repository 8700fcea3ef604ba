"""A store that takes no writes is seen from outside, also while it can be read."""

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from gateway.storage.engine.sqlite_file import driver
from tests.support.gateway import World, lead, running_gateway
from tests.support.postgres import run_sql
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

_FULL = """
CREATE FUNCTION {0}.full_disk() RETURNS trigger LANGUAGE plpgsql
    AS $$BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END$$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {0}.leads EXECUTE FUNCTION {0}.full_disk();
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {0}.heartbeats EXECUTE FUNCTION {0}.full_disk();
"""


@asynccontextmanager
async def _locked(file: Path) -> AsyncIterator[None]:
    """Somebody else holds SQLite's write lock: by the same library, for locks of POSIX do not hold within a process."""
    other = driver().connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def _full(store: Store) -> AsyncIterator[None]:
    """PostgreSQL answers every write of leads and heartbeats with `disk_full`."""
    await run_sql(store.url, _FULL.format(store.schema))
    try:
        yield
    finally:
        await run_sql(store.url, f"DROP FUNCTION {store.schema}.full_disk() CASCADE")


def read_only(store: Store, world: World) -> AbstractAsyncContextManager[None]:
    """A time in which the store can be read and not written."""
    return _full(store) if store.dialect == "postgresql" else _locked(world.folder / "data/leadgate.db")


def placed(store: Store) -> dict[str, Any]:
    """The settings of a gateway on a store."""
    return {} if store.dialect == "sqlite" else {"database_url": store.url, "database_schema": store.schema}


async def readiness(world: World) -> tuple[int, str | None]:
    """The status of readiness, and what it says of the database."""
    answer = await world.client.get("/health/ready")
    (found,) = [each["detail"] for each in answer.json()["checks"] if each["name"] == "database"]
    return answer.status_code, found


async def test_a_store_that_takes_no_writes_is_red(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody need post a lead to find out; posts get 503, readiness is down and says why, and both recover."""
    monkeypatch.setattr("gateway.storage.engine.sqlite_file.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("gateway.storage.engine.database.FAULT_SECONDS", 0.5)
    monkeypatch.setattr("gateway.wiring.running.BEAT_SECONDS", 0.2)
    async with running_gateway(tmp_path, worker=False, sequencer=False, **placed(store)) as world:
        assert (await readiness(world)) == (200, None)
        web = world.client_of(world.keys["web"])
        async with read_only(store, world):
            status, says = await eventually(lambda: readiness(world), lambda found: found[0] == 503)
            assert (await web.post("/v1/leads", json=lead())).status_code == 503
        assert status == 503
        assert "The last writes failed" in str(says)
        assert await eventually(lambda: readiness(world), lambda found: found[0] == 200) == (200, None)
        assert (await web.post("/v1/leads", json=lead())).status_code == 202


async def test_the_counts_of_the_process_outlive_the_store(store: Store, tmp_path: Path) -> None:
    """While the database is away `/metrics` still tells what came in, and that the rest cannot be told."""
    async with running_gateway(tmp_path, worker=False, sequencer=False, **placed(store)) as world:
        await world.client_of(world.keys["web"]).post("/v1/leads", json=lead())
        before = await world.client.get("/metrics")
        world.app.state.front.figures.clear()
        await world.gateway.office.database.close()
        after = await world.client.get("/metrics")
    counted = 'leadgate_intake_total{kind="api",outcome="accepted"} 1.0'
    assert [(each.status_code, counted in each.text) for each in (before, after)] == [(200, True)] * 2
    assert ["leadgate_store_up 1.0" in each.text for each in (before, after)] == [True, False]
    assert "leadgate_store_up 0.0" in after.text
    assert "leadgate_leads" not in after.text


@pytest.mark.postgres
async def test_a_table_that_somebody_locks_is_red_within_seconds(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No probe waits for the lock: 503 with the reason, metrics without the store's, and both as before afterwards."""
    monkeypatch.setattr("gateway.api.health.METRICS_SECONDS", 0.5)
    async with running_gateway(tmp_path, worker=False, sequencer=False, **placed(postgres_store)) as world:
        other = await asyncpg.connect(postgres_store.url)
        try:
            async with other.transaction():
                await other.execute(f"LOCK TABLE {postgres_store.schema}.leads IN ACCESS EXCLUSIVE MODE")
                began = time.monotonic()
                status, says = await readiness(world)
                metrics = await world.client.get("/metrics")
                took = time.monotonic() - began
        finally:
            await other.close()
        assert status == 503
        assert "has not answered for 2 s" in str(says)
        assert "leadgate_store_up 0.0" in metrics.text
        assert took < 15
        assert await eventually(lambda: readiness(world), lambda found: found[0] == 200) == (200, None)
        assert "leadgate_store_up 1.0" in (await world.client.get("/metrics")).text
