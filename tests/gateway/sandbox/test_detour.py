"""The detour to the sandbox's vendor: only to loopback, by hand, on record, and without a trace in real answers."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from audit.types import CONNECTORS_REPLACED
from connectors.discovery import discover
from connectors.errors import BadSettings
from gateway import http
from gateway.errors import SetupError
from gateway.sandbox.detour import detour, detour_for
from gateway.sandbox.vendors import KEY, PeopleDataLabs, Vendors
from gateway.settings import load
from gateway.storage.log.tables import audit_entries
from gateway.wiring import build
from gateway.wiring.running import Sandbox
from tests.support.gateway import World, body_of, lead, running_gateway

KEYS = {"people_data_labs": {"api_key": KEY}}
ACME = lead(person={"email": "ada@acme.example", "country": "DE"})


@pytest.mark.parametrize("place", ["127.0.0.1:7000", "127.8.9.1:1", "[::1]:65535", "::1:7000"])
def test_it_leads_to_loopback(tmp_path: Path, place: str) -> None:
    """The hosts of the installed connectors, and none beside them, over TLS's port."""
    addresses = detour_for(load(data_dir=tmp_path), place).addresses
    hosts = {host for plugin in discover().values() for host in plugin.manifest.hosts}
    assert "api.peopledatalabs.com" in hosts
    assert set(addresses) == {(host, 443) for host in hosts}
    assert len(set(addresses.values())) == 1
    http.HttpClient(addresses=addresses)


def test_it_leads_to_the_operators_own_hosts_too(tmp_path: Path) -> None:
    """A host that stands in a connector's settings is a vendor's like any other; a wrong one stops the start."""
    own = {"reacher": {"host": "checks.company.example", "secret": "s3cret-of-reacher"}}
    addresses = detour_for(load(data_dir=tmp_path, connectors=own), "127.0.0.1:7000").addresses
    assert addresses["checks.company.example", 443] == ("127.0.0.1", 7000)
    wrong = {"reacher": {"host": "127.0.0.1", "secret": "s3cret-of-reacher"}}
    with pytest.raises(BadSettings, match="a host's name"):
        detour_for(load(data_dir=tmp_path, connectors=wrong), "127.0.0.1:7000")


@pytest.mark.parametrize(
    "place",
    [
        "10.0.0.1:7000",
        "0.0.0.0:7000",
        "8.8.8.8:443",
        "[::]:7000",
        "localhost:7000",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "7000",
        "http://127.0.0.1:7000",
        "127.0.0.1@8.8.8.8:7000",
        "",
    ],
)
def test_it_leads_nowhere_else(tmp_path: Path, place: str) -> None:
    """A name could resolve to anything, and another address is somebody else's."""
    with pytest.raises(SetupError, match=r"like 127\.0\.0\.1:7000"):
        detour_for(load(data_dir=tmp_path), place)


@pytest.mark.parametrize("url", ["https://leads.company.com", "https://example.com", "http://192.0.2.1", "https://x"])
def test_a_gateway_of_real_life_takes_no_detour(tmp_path: Path, url: str) -> None:
    """Who serves the public, or shares a store with other processes, keeps the real vendors."""
    with pytest.raises(SetupError, match="LEADGATE_PUBLIC_URL"):
        detour_for(load(data_dir=tmp_path, public_url=url), "127.0.0.1:7000")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "https://leads.example", "http://[::1]/"]
)
def test_a_gateway_to_try_things_with_takes_it(tmp_path: Path, url: str) -> None:
    """Loopback, and names that are nobody's."""
    assert detour_for(load(data_dir=tmp_path, public_url=url), "127.0.0.1:7000").addresses


def test_processes_that_share_a_database_take_none(tmp_path: Path) -> None:
    """On PostgreSQL the workers do the asking, and one of them would not know."""
    shared = load(data_dir=tmp_path, database_url="postgresql://somebody@127.0.0.1/leadgate")
    with pytest.raises(SetupError, match="on PostgreSQL"):
        detour_for(shared, "127.0.0.1:7000")


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The sandbox's vendor."""
    async with Vendors() as server:
        yield server


async def released(world: World) -> Mapping[str, Any]:
    """A lead of a known company, once it is released."""
    client = world.client_of(world.keys["web"])
    answer = body_of(await client.post("/v1/leads", json=ACME, headers={"Prefer": "wait=10"}))
    assert answer["status"] == "released"
    shown: Mapping[str, Any] = body_of(await client.get(answer["links"]["self"]))
    return shown


async def count(world: World) -> int:
    """How many entries say that vendors were replaced."""
    query = select(func.count()).where(audit_entries.c.type == CONNECTORS_REPLACED.number)
    return await world.gateway.office.database.read(lambda connection: connection.execute(query).scalar_one())


@pytest.mark.integration
async def test_it_is_on_record_and_readiness_warns(tmp_path: Path, vendors: Vendors) -> None:
    """Whoever looks at the log or at readiness sees that the companies are invented; without a detour neither tells."""
    async with running_gateway(tmp_path / "with", sandbox=detour(vendors.address), connectors=KEYS) as world:
        told = body_of(await world.client.get("/health/ready"))
        (check,) = [each for each in told["checks"] if each["name"] == "sandbox"]
        assert (told["status"], check["ok"]) == ("warning", False)
        assert f"{len(detour(vendors.address).addresses)} hosts of connectors" in check["detail"]
        assert f"{vendors.address[0]}:{vendors.address[1]}" in check["detail"]
        assert await count(world) == 1
    async with running_gateway(tmp_path / "without") as world:
        told = body_of(await world.client.get("/health/ready"))
        assert not [each for each in told["checks"] if each["name"] == "sandbox"]
        assert await count(world) == 0


@pytest.mark.integration
async def test_what_the_sandbox_answered_is_not_taken_for_the_vendors(
    tmp_path: Path, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are remembered for weeks; after the sandbox the real vendor is asked all the same, and only once."""
    async with running_gateway(tmp_path, sandbox=detour(vendors.address), connectors=KEYS) as world:
        assert "company.name" in (await released(world))["company"]
        await released(world)
    assert vendors[PeopleDataLabs].statuses.total() == 1
    places = dict(detour(vendors.address).addresses)
    monkeypatch.setattr(build, "HttpClient", lambda addresses: http.HttpClient(addresses=addresses or places))
    async with running_gateway(tmp_path, sandbox=Sandbox(dns_seconds=2.0), connectors=KEYS) as world:
        await released(world)
        await released(world)
    assert vendors[PeopleDataLabs].statuses.total() == 2
