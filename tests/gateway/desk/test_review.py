"""A change of policy or destination reaches the leads that it matters to, released ones too, once and in pages."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from gateway.desk import held
from gateway.desk.office import LOCAL
from gateway.ports import RECONSIDER
from tests.chaos.world import World, add_destination, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration


@pytest.fixture
async def world(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A gateway whose deployer has accepted what holds everywhere and nothing else; a page is two leads."""
    monkeypatch.setattr(held, "_PAGE", 2)
    async with running(store, tmp_path, furnished=False) as made:
        await made.gateway.desks.policies.accept(LOCAL, "base", "the test")
        await made.gateway.desks.sources.add(LOCAL, {"key": "web", "kind": "api", "provenance": "web_form"})
        await add_destination(made.gateway, made.inbox.url)
        yield made


def decided_again(world: World) -> Counter[str]:
    """Count, from now on, how often each lead is decided again."""
    lane = world.gateway.engine._lanes[RECONSIDER]
    handler, seen = lane.handler, Counter[str]()

    async def counted(ids: Sequence[str]) -> None:
        seen.update(ids)
        await handler(ids)

    lane.handler = counted
    return seen


async def test_an_accepted_rule_reaches_the_leads_that_were_released_without_it(world: World) -> None:
    """Each receiver hears once that advertising may go out now; who waits for something else is left alone."""
    waiting = [await world.post(f"n{number}@acme.example", person={"country": "US"}) for number in range(5)]
    others = [await world.post(f"n{number}@nordwind-logistik.example", person={"country": "DE"}) for number in range(3)]
    for lead in (*waiting, *others):
        await world.rests(lead.id, "released")
    seen = decided_again(world)
    await world.gateway.desks.policies.accept(LOCAL, "us", "the test")
    for lead in waiting:
        (message,) = await world.hears("lead.updated", lead.id)
        assert message["data"]["permit"]["purposes"]["marketing"]["email"]["status"] == "allowed"
    assert seen == Counter(lead.id for lead in waiting)
    await world.gateway.desks.policies.accept(LOCAL, "us", "the test")
    await world.settled()
    assert seen == Counter(lead.id for lead in waiting), "accepting again what is accepted makes no work"
    assert [world.kinds(lead.id) for lead in others] == [["lead.created"]] * 3


async def test_a_destination_that_says_where_it_is_gets_the_leads_that_waited_for_it(world: World) -> None:
    """Released to the CRM long ago, a lead reaches a second destination once its country is known."""
    await add_destination(world.gateway, world.inbox.url, name="archive", purposes=["inquiry_response"], country=None)
    lead = await world.post("ada@acme.example", person={"country": "DE"})
    await world.rests(lead.id, "released")
    explained = await world.gateway.desks.leads.explain(LOCAL, lead.id)
    waits = {each["channel"]: each["reason"] for each in explained if each["recipient"] == "archive"}
    assert (waits["email"], waits["post"]) == ("transfer_unclear", "transfer_unclear")
    await add_destination(world.gateway, world.inbox.url, name="archive", purposes=["inquiry_response"])
    await world.hears("lead.created", lead.id, count=2)
    seen = decided_again(world)
    await add_destination(world.gateway, world.inbox.url, name="archive", purposes=["inquiry_response"], contract="C-2")
    await world.settled()
    assert not seen, "no decision rests on a contract's number"
