"""A running gateway per test, and clients of it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.gateway import World, running_gateway
from tests.support.stores import Store


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with worker, sequencer, one API source, one form and one destination."""
    async with running_gateway(tmp_path) as running:
        yield running


@pytest.fixture
def web(world: World) -> httpx.AsyncClient:
    """A client with the key of the source `web`."""
    return world.client_of(world.keys["web"])


@pytest.fixture
def admin(world: World) -> httpx.AsyncClient:
    """A client with an administrator's key, bound to no source."""
    return world.client_of(world.keys["admin"])


@pytest.fixture(params=["sqlite", pytest.param("postgres_store", marks=pytest.mark.postgres)])
def either_store(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    """Settings of a gateway that keeps its rows in its folder, and of one that keeps them on PostgreSQL."""
    if request.param == "sqlite":
        return {}
    store: Store = request.getfixturevalue(request.param)
    return {"database_url": store.url, "database_schema": store.schema}
