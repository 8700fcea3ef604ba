"""A connector whose hosts are servers of their own: one that fails, or is full, holds up none of the others."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from connectors.discovery import discover
from connectors.kit import HeldSecrets, Manifest, Query, Reply
from connectors.kit.calling import CallSpec
from connectors.kit.declared import Declared
from gateway.enrichment import Installed
from gateway.enrichment.retry import RetryPolicy
from tests.gateway.enrichment.doubles import NOW, Step, World, manifest, question

ONCE = RetryPolicy(attempts=1)
FREE = {"windows": [{"limit": 1000, "per": 60}], "each_host": True}
RECORD: Mapping[str, Any] = {"name": "Acme"}


def registry(named: object, **changes: Any) -> Installed:  # noqa: ANN401 - parts of a manifest
    """A connector with a server for `.one` and one for `.two`; of other endings it says that `named` answers."""
    made = manifest(
        "r",
        **{
            "hosts": ["r.one", "r.two"],
            "request": {"path": "/"},
            "reply": {"expect": "@"},
            "map": {"company.name": "name"},
            "provides": ["company.name"],
            "rate": FREE,
            "cache": None,
            **changes,
        },
    )

    class Plugin(Declared):
        manifest: ClassVar[Manifest] = made

        def host_of(self, query: Query) -> Any:  # noqa: ANN401 - also what it may not say
            ending = query["company.domain"].rpartition(".")[2]
            if ending in ("one", "two"):
                return f"r.{ending}"
            if isinstance(named, Exception):
                raise named
            return named

        def request(self, query: Query) -> Any:  # noqa: ANN401 - the kit's request
            ending = query["company.domain"].rpartition(".")[2]
            return self.call(CallSpec(path="/", host="r.two" if ending == "two" else "r.one"))

    return Installed(connector=Plugin({}), secrets=HeldSecrets({}))


async def mark(world: World, domain: str) -> str:
    """How a question about a domain ends."""
    (ended,) = (await world.engine.enrich(question(facts={"company.domain": domain}))).marks.values()
    return ended


async def test_a_dead_host_leaves_the_others_open() -> None:
    """The breaker opens for the one that fails; the other is asked as ever, and the first again after a while."""
    world = World({"r.one": [500], "r.two": [RECORD]}, [[registry(None)]], retry=ONCE)
    assert [await mark(world, f"d{n}.one") for n in range(7)] == ["vendor_error"] * 5 + ["breaker_open"] * 2
    assert await mark(world, "acme.two") == "match"
    assert world.vendors.asked("r.one") == 5
    world.time.moment += timedelta(seconds=31)
    world.script["r.one"] = [RECORD]
    assert await mark(world, "acme.one") == "match"


async def test_windows_count_for_each_host() -> None:
    """Two calls a minute to each, not to both together; one that asks to wait holds up itself alone."""
    rate = {"windows": [{"limit": 2, "per": 60}], "each_host": True}
    world = World({"r.one": [RECORD], "r.two": [RECORD]}, [[registry(None, rate=rate)]], retry=ONCE)
    domains = ["a.one", "b.one", "c.one", "a.two"]
    assert [await mark(world, each) for each in domains] == ["match", "match", "rate_window", "match"]
    world.time.moment += timedelta(seconds=61)
    world.script["r.one"] = [world.vendors.throttled(600)]
    assert [await mark(world, each) for each in ("d.one", "e.one", "b.two")] == ["throttled", "rate_window", "match"]


async def test_repetitions_are_budgeted_for_each_host() -> None:
    """Ten repetitions are used up at the one that fails; the other still has its own."""
    many = RetryPolicy(attempts=50, base=0.01)
    world = World({"r.one": [429], "r.two": [429, RECORD]}, [[registry(None)]], retry=many)
    assert await mark(world, "a.one") == "throttled"
    assert world.vendors.asked("r.one") == 11
    assert await mark(world, "a.two") == "match"


@pytest.mark.parametrize("named", [None, "elsewhere.example", "", 5, ["r.one"], ValueError("x")])
async def test_a_host_that_is_not_known_counts_for_the_connector(named: object) -> None:
    """Nothing that is not among its hosts gets a breaker of its own, and a mistake in naming loses no question."""
    world = World({"r.one": [500], "r.two": [RECORD]}, [[registry(named)]], retry=ONCE)
    ended = [await mark(world, f"d.x{n}") for n in range(6)]
    assert ended == ["vendor_error"] * 5 + ["breaker_open"]
    assert await mark(world, "a.two") == "match"


async def test_no_name_makes_the_memory_grow() -> None:
    """A connector that names a new host for every question is one connector all the same."""
    scopes = {registry(f"h{n}.example").scope_of(Query({"company.domain": f"d.x{n}"})) for n in range(50)}
    assert scopes == {"r/default"}


def rdap(domain: str) -> Reply:
    """A registry's record."""
    body = {"objectClassName": "domain", "ldhName": domain, "secureDNS": {"delegationSigned": True}}
    headers = {"content-type": "application/rdap+json"}
    return Reply(status=200, headers=headers, body=json.dumps(body).encode(), received_at=NOW)


async def test_a_dead_registry_leaves_the_others_open() -> None:
    """Over RDAP: ten leads with domains of a registry that is down cost the next one with another ending nothing."""
    servers = {"fr": "https://rdap.nic.fr/", "uk": "https://rdap.nominet.uk/uk/"}
    file: Step = {"services": [[[ending], [base]] for ending, base in servers.items()]}
    entry = Installed(connector=discover()["rdap"]({}), secrets=HeldSecrets({}))
    script: dict[str, Sequence[Step]] = {
        "data.iana.org": [file],
        "rdap.nic.fr": [503],
        "rdap.nominet.uk": [rdap("acme.uk")],
    }
    world = World(script, [[entry]], retry=ONCE)
    ended = [await mark(world, f"d{n}.fr") for n in range(10)]
    assert ended == ["vendor_error"] * 6 + ["breaker_open"] * 4, "the first counts for all: nobody knew its registry"
    assert await mark(world, "acme.uk") == "match"
    assert world.vendors.asked("data.iana.org") == 1
