"""Numbers typed without a country, on both stores: what stands against them is found in the controller's country."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consent.suppression import SuppressionKind
from consent.terms import Purpose
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.desk.reception import Post
from gateway.intake import RequestContext
from gateway.lead import Lead
from tests.chaos.world import World, running
from tests.gateway.desk.test_contact_points import outcomes
from tests.support.stores import Store

pytestmark = pytest.mark.integration

TYPED = "030 901850"
NUMBER = "+4930901850"
OTHER = "030 901851"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway of a German controller; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        yield made


async def typed(world: World, phone: str = TYPED, **person: str) -> Lead:
    """Somebody who left a number as it is written in Germany."""
    return await world.post(None, person={"phone": phone, **person})


async def suppress(world: World, number: str = NUMBER) -> None:
    """Put a number on the suppression list."""
    await world.gateway.desks.preferences.suppress(LOCAL, SuppressionKind.PHONE_E164, number, Against(), "requested")


async def test_a_suppressed_number_is_stopped_however_it_is_typed(world: World) -> None:
    """Without a country it is read in the controller's: known before or after, and nobody else's number is."""
    before, other = await typed(world), await typed(world, OTHER)
    for lead in (before, other):
        await world.rests(lead.id, "released")
    shown = await world.gateway.desks.leads.get(LOCAL, other.id)
    assert shown.phone is not None
    assert (shown.phone.evidence.e164, [str(each) for each in shown.phone.reasons]) == (None, ["phone_region_missing"])
    await suppress(world)
    await world.hears("lead.retracted", before.id)
    after, here = await typed(world), await typed(world, country="DE")
    for lead in (after, here):
        row = await world.rests(lead.id, "rejected")
        assert row["reason"] == "suppressed"
    await world.settled()
    assert world.kinds(other.id) == ["lead.created"]


async def test_a_form_without_a_country_is_met_too(world: World) -> None:
    """Hardly any form asks for a country: what was typed into `tel` meets the list all the same."""
    await suppress(world)
    await world.gateway.desks.sources.add(LOCAL, {"key": "contact", "kind": "form", "min_seconds": 0})
    world.personal |= {TYPED, "Please call me back."}
    post = Post(
        kind="form",
        body=b"tel=030+901850&message=Please+call+me+back.",
        content_type="application/x-www-form-urlencoded",
        context=RequestContext(received_at=world.clock.now()),
        idempotency_key=None,
    )
    source = await world.gateway.desks.sources.get("contact")
    (lead,) = (await world.gateway.desks.reception.accept(LOCAL, source, post)).leads
    assert isinstance(lead, Lead)
    row = await world.rests(lead.id, "rejected")
    assert row["reason"] == "suppressed"


async def test_a_withdrawal_by_number_reaches_who_typed_it_without_a_country(world: World) -> None:
    """It takes back what came before it, and stands in the person's ledger."""
    lead = await typed(world)
    await world.rests(lead.id, "released")
    stopped = await world.gateway.desks.preferences.withdraw(
        LOCAL, Who(phone=NUMBER), Against(purpose=Purpose.MARKETING)
    )
    assert (await outcomes(world, lead.id))["call"] == "DENY"
    ledger = await world.gateway.desks.preferences.people.ledger(LOCAL, lead.subject_id)
    assert ledger[-1].event.event_id == stopped.event_id
    late = await typed(world)
    await world.rests(late.id, "released")
    assert (await outcomes(world, late.id))["call"] == "DENY"


async def test_an_objection_by_lead_follows_the_number_it_may_be(world: World) -> None:
    """Who objected as "030 901850" is met again where the same number comes with its country."""
    lead = await typed(world)
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.object(LOCAL, Who(lead_id=lead.id), Against())
    await world.hears("lead.retracted", lead.id)
    again = await typed(world, NUMBER)
    assert (await world.rests(again.id, "rejected"))["reason"] == "suppressed"


@pytest.mark.parametrize("asked", [TYPED, NUMBER, "0049 30 901850"])
async def test_an_access_request_by_number_finds_who_typed_it(world: World, asked: str) -> None:
    """Whoever is looked up by a number is found under every way that it was left."""
    leads = [await typed(world), await typed(world, NUMBER), await typed(world, country="DE")]
    await typed(world, OTHER)
    found = await world.gateway.desks.leads.lookup(LOCAL, email=None, phone=asked)
    assert {row["id"] for row in found} == {lead.id for lead in leads}
