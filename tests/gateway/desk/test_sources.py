"""Sources that several people change at the same time, on both stores."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.desk.office import LOCAL
from gateway.errors import NotFound, SetupError
from gateway.storage.registers import sources
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

FORM = {"key": "site", "kind": "form", "origins": ["https://a.example"]}
SITES = [f"https://{name}.example" for name in "bcdefgh"]


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway; the log is proved when the test has ended."""
    async with running(store, tmp_path, furnished=False) as made:
        yield made


async def test_sites_that_are_allowed_at_the_same_time_are_all_allowed(world: World) -> None:
    """Who lists a site does not take away what a colleague lists in that moment, and each change is told once."""
    desk = world.gateway.desks.sources
    await desk.add(LOCAL, FORM)
    told: list[None] = []
    desk.changes.watch(lambda: told.append(None))
    await asyncio.gather(*(desk.allow(LOCAL, "site", origin) for origin in SITES))
    assert set((await desk.get("site")).origins) == {"https://a.example", *SITES}
    assert len(told) == len(SITES)
    again = await desk.allow(LOCAL, "site", "HTTPS://B.example")
    assert len(again.origins) == 1 + len(SITES)
    assert len(told) == len(SITES)


async def test_a_site_of_no_form_and_no_site_are_refused(world: World) -> None:
    """The caller is told what to do; nothing is changed."""
    desk = world.gateway.desks.sources
    await desk.add(LOCAL, FORM)
    with pytest.raises(NotFound, match="sources add"):
        await desk.allow(LOCAL, "nowhere", "https://b.example")
    with pytest.raises(SetupError):
        await desk.allow(LOCAL, "site", "not an origin")
    assert (await desk.get("site")).origins == ("https://a.example",)


async def test_a_changed_source_is_as_old_as_it_was(world: World) -> None:
    """Its settings change; when it was added does not."""
    desk, added = world.gateway.desks.sources, select(sources.c.created_at)
    await desk.add(LOCAL, FORM)
    before = await world.gateway.office.database.read(lambda connection: connection.execute(added).scalar_one())
    world.clock.ahead += timedelta(hours=1)
    await desk.allow(LOCAL, "site", "https://b.example")
    after = await world.gateway.office.database.read(lambda connection: connection.execute(added).scalar_one())
    assert (await desk.get("site")).origins == ("https://a.example", "https://b.example")
    assert after == before
