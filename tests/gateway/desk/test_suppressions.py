"""Many entries for the suppression list at once, on both stores: what they meet, and how much work they make."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consent.suppression import SuppressionKind
from consent.terms import Channel, Purpose
from gateway.desk import people, preferences
from gateway.desk.office import LOCAL
from gateway.desk.preferences import Against
from gateway.errors import Invalid
from gateway.ports import RECONSIDER
from gateway.storage.people.tables import suppressions
from gateway.wiring import Gateway
from tests.chaos.world import World, running
from tests.support.flying import while_flying
from tests.support.stores import Store
from tests.support.waiting import until

pytestmark = pytest.mark.integration

DOMAIN, EMAIL, PHONE = SuppressionKind.DOMAIN, SuppressionKind.EMAIL_CANONICAL, SuppressionKind.PHONE_E164


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A whole gateway; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        yield made


def decided_again(gateway: Gateway) -> Counter[str]:
    """Count, from now on, how often each lead is decided again."""
    lane = gateway.engine._lanes[RECONSIDER]
    handler, seen = lane.handler, Counter[str]()

    async def counted(ids: Sequence[str]) -> None:
        seen.update(ids)
        await handler(ids)

    lane.handler = counted
    return seen


async def test_an_import_decides_again_whom_it_is_about_and_nobody_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hundred domains, one of which is the parent of two leads' domains: these two are taken back, once each."""
    monkeypatch.setattr(people, "_PAGE", 1)
    hit = [await world.post(f"{name}@{host}") for name, host in (("ada", "acme.example"), ("eve", "www.acme.example"))]
    others = [await world.post(f"n{number}@brightpath.example") for number in range(4)]
    for lead in (*hit, *others):
        await world.rests(lead.id, "released")
    seen = decided_again(world.gateway)
    points = [(DOMAIN, f"n{number}.example") for number in range(400)]
    points[250] = (DOMAIN, "Acme.example")
    done = await world.gateway.desks.preferences.suppress_all(LOCAL, points, Against(), "import")
    assert (done.added, done.standing, dict(done.refused), done.in_flight) == (400, 0, {}, ())
    for lead in hit:
        await world.hears("lead.retracted", lead.id)
    await world.settled()
    assert seen == {lead.id: 1 for lead in hit}
    for lead in others:
        await world.rests(lead.id, "released")


async def test_a_file_that_is_imported_again_adds_nothing(world: World) -> None:
    """What stands already in whatever spelling is counted, not doubled; another scope or reason is another entry."""
    points = [(EMAIL, "ada@acme.example"), (EMAIL, "ADA@acme.example"), (PHONE, "+49 (0)30 901820")]
    again = [(EMAIL, "Ada@Acme.example"), (PHONE, "+4930901820"), (DOMAIN, "acme.example"), (DOMAIN, "acme")]
    world.personal |= {"ada@acme.example", "4930901820"}
    load = world.gateway.desks.preferences.suppress_all
    first = await load(LOCAL, points, Against(), "import")
    second = await load(LOCAL, again, Against(), "import")
    third = await load(LOCAL, points[:1], Against(purpose=Purpose.MARKETING), "import")
    fourth = await load(LOCAL, points[:1], Against(), "legal_hold")
    assert [(each.added, each.standing) for each in (first, second, third, fourth)] == [(2, 1), (1, 2), (1, 0), (1, 0)]
    assert second.refused == {3: "Nobody can be reached by this: write a domain like example.com."}
    counted = select(func.count()).select_from(suppressions)
    assert await world.gateway.office.database.read(lambda c: c.execute(counted).scalar_one()) == 5


async def test_an_import_lists_what_was_under_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each running attempt once, however many lines and transactions it meets."""
    monkeypatch.setattr(preferences, "_ENTRIES", 1)
    world.inbox.gate.clear()
    lead = await world.post("ada@acme.example")
    points = [(DOMAIN, "acme.example"), (EMAIL, "ada@acme.example")]
    importing = world.gateway.desks.preferences.suppress_all(LOCAL, points, Against(), "import")
    done = await while_flying(world.gateway, world.inbox, importing, entries=2)
    (flying,) = done.in_flight
    assert (flying["lead_id"], flying["outcome"]) == (lead.id, "delivered")
    await world.hears("lead.retracted", lead.id)


async def test_what_no_entry_can_be_is_refused_before_anything_is_written(world: World) -> None:
    """A reason in free text, and a channel that the purpose does not have: the whole import is refused."""
    load = world.gateway.desks.preferences.suppress_all
    with pytest.raises(Invalid) as free:
        await load(LOCAL, [(DOMAIN, "acme.example")], Against(), "Eve Adams rang")
    assert "Eve" not in str(free.value)
    with pytest.raises(Invalid, match="email"):
        await load(
            LOCAL, [(DOMAIN, "acme.example")], Against(purpose=Purpose.MARKETING, channel=Channel.STORAGE), "import"
        )
    assert not await world.gateway.desks.preferences.suppressed(LOCAL, DOMAIN, "acme.example")


async def test_a_domain_is_found_whatever_the_address_before_it(world: World) -> None:
    """A role address and one with a tag are found by their domain, and each person is found once."""
    posted = [await world.post(email) for email in ("info@acme.example", "ada+x@acme.example", "ada+x@acme.example")]
    for lead in posted:
        await world.rests(lead.id, "released")
    seen = decided_again(world.gateway)
    await world.gateway.desks.preferences.suppress(LOCAL, DOMAIN, "acme.example", Against(), "requested")
    await until(lambda: len(seen) == len(posted))
    for lead in posted:
        await world.hears("lead.retracted", lead.id)
    assert seen == {lead.id: 1 for lead in posted}
