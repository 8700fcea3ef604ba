"""The log alone shows where data went: the address of a destination, and the version sent to. On both stores."""

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.desk.exports import Wish
from gateway.desk.office import LOCAL
from tests.chaos.world import World, add_destination, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway with a destination `crm`."""
    async with running(store, tmp_path / "data") as made:
        yield made


async def logged(world: World, kind: str, folder: Path) -> list[dict[str, Any]]:
    """What the opened entries of one kind say, oldest first."""
    out = folder / f"{kind}.zip"
    await world.gateway.desks.exports.export(LOCAL, Wish(opened=True, purpose="a test", types=(kind,)), out)
    with zipfile.ZipFile(out) as packed:
        return [json.loads(line)["payload"] for line in packed.read("events.jsonl").splitlines()]


async def test_a_change_of_address_is_in_the_log_and_the_address_is_not(world: World, tmp_path: Path) -> None:
    """Host and a keyed hash of the whole URL tell two addresses apart; a credential in it stays out of the log."""
    url = world.inbox.url
    await add_destination(world.gateway, f"{url}?token=s3cret-token", contract="C-2")
    await add_destination(world.gateway, f"{url}?token=s3cret-token", contract="C-2", settings={})
    first, second, third = await logged(world, "destination.changed", tmp_path)
    assert first["host"] == second["host"] == "127.0.0.1"
    assert first["address_mac"] != second["address_mac"] == third["address_mac"]
    assert (first["contract"], second["contract"]) == (None, "C-2")
    assert (second["allow_private"], second["version"]) == (True, 2)
    vault = world.gateway.office.vault
    assert first["address_mac"] == vault.destination_mac("url", json.dumps(url).encode())
    assert "s3cret-token" not in json.dumps([first, second, third])
    assert url not in json.dumps([first, second, third])


async def test_a_map_is_told_apart(world: World, tmp_path: Path) -> None:
    """Who changes what a receiver is sent leaves a trace, of the map and of the way out's settings."""
    shape = {"format": "json", "fields": {"mail": "data.contact.email"}}
    await add_destination(world.gateway, world.inbox.url, map=shape)
    first, second = await logged(world, "destination.changed", tmp_path)
    assert first["map_mac"] is None
    assert second["map_mac"]


async def test_an_attempt_names_the_version_of_its_destination(world: World, tmp_path: Path) -> None:
    """So that an auditor finds the address that a message went to."""
    early = await world.post("ada@acme.example", person={"country": "GB"})
    await world.rests(early.id, "released")
    await add_destination(world.gateway, f"{world.inbox.url}?moved=1")
    late = await world.post("bob@acme.example", person={"country": "GB"})
    await world.rests(late.id, "released")
    started = {each["lead_id"]: each["version"] for each in await logged(world, "delivery.started", tmp_path)}
    assert (started[early.id], started[late.id]) == (1, 2)
