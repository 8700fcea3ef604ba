"""A running gateway per test, and clients of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.gateway import World, running_gateway


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
