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
from gateway.errors import Invalid, NotFound
from gateway.ports import RECONSIDER
from gateway.storage.log.tables import audit_entries
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


async def test_an_entry_can_be_lifted_with_a_reason(world: World) -> None:
    """Whoever was put on the list by mistake is reached again: open leads are decided again, rejected ones stay so."""
    desk = world.gateway.desks.preferences
    world.personal |= {"ada@acme.example"}
    await desk.suppress(LOCAL, EMAIL, "ada@acme.example", Against(), "import")
    await desk.suppress(LOCAL, EMAIL, "ada@acme.example", Against(purpose=Purpose.MARKETING), "legal_hold")
    await desk.suppress(LOCAL, DOMAIN, "brightpath.example", Against(), "import")
    lead = await world.post("ada@acme.example")
    assert (await world.rests(lead.id, "rejected"))["reason"] == "suppressed"
    (first, second) = await desk.suppressed(LOCAL, EMAIL, "ADA@acme.example")
    lifted = await desk.lift(LOCAL, EMAIL, "Ada@acme.example", "put_by_mistake", entry=first["id"])
    assert [each["id"] for each in lifted] == [first["id"]]
    assert [each["id"] for each in await desk.suppressed(LOCAL, EMAIL, "ada@acme.example")] == [second["id"]]
    again = await world.post("ada@acme.example")
    await world.rests(again.id, "released")
    for kind, value, entry in (
        (EMAIL, "ada@acme.example", first["id"]),  # stands no more
        (EMAIL, "eve@brightpath.example", None),  # its domain stands, not the address
        (DOMAIN, "acme.example", None),
    ):
        with pytest.raises(NotFound):
            await desk.lift(LOCAL, kind, value, "put_by_mistake", entry=entry)
    with pytest.raises(Invalid) as free:
        await desk.lift(LOCAL, EMAIL, "ada@acme.example", "Eve Adams rang")
    assert "Eve" not in str(free.value)
    seen = decided_again(world.gateway)
    assert len(await desk.lift(LOCAL, EMAIL, "ada@acme.example", "case_closed")) == 1
    await until(lambda: seen[again.id] == 1)
    assert (await world.rests(lead.id, "rejected"))["reason"] == "suppressed"
    query = select(audit_entries.c.type, func.count()).group_by(audit_entries.c.type)
    counted = await world.gateway.office.database.read(lambda c: {row[0]: row[1] for row in c.execute(query)})
    assert counted[411] == 2


async def test_what_was_lifted_can_be_put_on_the_list_again(world: World) -> None:
    """The old entry stays in the history; the new one is in force."""
    desk = world.gateway.desks.preferences
    for _ in range(2):
        done = await desk.suppress_all(LOCAL, [(DOMAIN, "acme.example")], Against(), "import")
        assert (done.added, done.standing) == (1, 0)
        assert len(await desk.lift(LOCAL, DOMAIN, "acme.example", "customer_again")) == 1
    await desk.suppress(LOCAL, DOMAIN, "acme.example", Against(), "import")
    assert len(await desk.suppressed(LOCAL, DOMAIN, "www.acme.example")) == 1


@pytest.mark.parametrize("domain", ["co.uk", "COM.au.", "or.jp", "ny.us", "uk.com"])
async def test_a_domain_that_holds_everybodys_is_refused(world: World, domain: str) -> None:
    """A slip must not stop a country; the line of an import is named and stops no other."""
    desk = world.gateway.desks.preferences
    with pytest.raises(Invalid, match="one organisation"):
        await desk.suppress(LOCAL, DOMAIN, domain, Against(), "requested", whole_provider=True)
    done = await desk.suppress_all(LOCAL, [(DOMAIN, domain), (DOMAIN, "acme.co.uk")], Against(), "import")
    assert (done.added, set(done.refused)) == (1, {0})


async def test_a_mail_providers_domain_wants_to_be_confirmed(world: World) -> None:
    """`gmail.com` stops all who have an address there; that is said first, and is nobody's slip."""
    desk = world.gateway.desks.preferences
    with pytest.raises(Invalid, match="whole_provider") as refused:
        await desk.suppress(LOCAL, DOMAIN, "gmail.com", Against(), "requested")
    assert [fault.pointer for fault in refused.value.faults] == ["/whole_provider"]
    assert (await desk.suppress_all(LOCAL, [(DOMAIN, "gmail.com")], Against(), "import")).added == 0
    await desk.suppress(LOCAL, EMAIL, "ada@gmail.com", Against(), "requested")
    world.personal |= {"ada@gmail.com"}
    await desk.suppress(LOCAL, DOMAIN, "gmail.com", Against(), "requested", whole_provider=True)
    assert len(await desk.suppressed(LOCAL, DOMAIN, "gmail.com")) == 1
