"""The newest answers in memory: fewer looks at the shared cache, and nothing about a person."""

from datetime import datetime, timedelta

import pytest

from tests.gateway.enrichment.doubles import World, installed, question
from tests.support.enrichment import MemoryCache


class CountingCache(MemoryCache):
    """A cache that counts how often it is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """Returns what is kept."""
        self.looks += 1
        return await super().get(key, now=now)


@pytest.mark.parametrize(("subject", "looks"), [("organization", 1), ("person", 5)])
async def test_a_companys_answer_is_looked_up_once(subject: str, looks: int) -> None:
    """Five leads of one company in a row cost one look at the store; answers about a person cost one each."""
    cache = CountingCache()
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", subject=subject)]], cache=cache)
    found = [await world.engine.enrich(question(personal_allowed=True)) for _ in range(5)]
    assert (world.vendors.asked("v.example"), cache.looks) == (1, looks)
    assert [each.calls[0].cached for each in found] == [False, True, True, True, True]
    assert len({each.observations for each in found}) == 1


async def test_another_process_is_heard_after_a_minute() -> None:
    """What stands in memory is not given for longer than a minute; then the shared cache has the word."""
    cache = CountingCache()
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v")]], cache=cache)
    for minute in (0, 0, 1, 1, 2):
        world.time.moment += timedelta(minutes=minute)
        await world.engine.enrich(question())
    assert (world.vendors.asked("v.example"), cache.looks) == (1, 4)


async def test_an_answer_with_a_short_life_ends_with_it() -> None:
    """A vendor whose answers may be kept for ten seconds is asked again after ten seconds."""
    short = {"match": "PT10S", "no_match": "PT10S"}
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", cache=short)]])
    await world.engine.enrich(question())
    world.time.moment += timedelta(seconds=9)
    await world.engine.enrich(question())
    assert world.vendors.asked("v.example") == 1
    world.time.moment += timedelta(seconds=1)
    await world.engine.enrich(question())
    assert world.vendors.asked("v.example") == 2


async def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer asked for longest ago makes room."""
    monkeypatch.setattr("gateway.enrichment.recent._MOST", 2)
    cache = CountingCache()
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v")]], cache=cache)
    for domain in ("a.com", "b.com", "a.com", "c.com", "a.com", "b.com"):
        await world.engine.enrich(question(facts={"company.domain": domain}))
    assert cache.looks == 4
