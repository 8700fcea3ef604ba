"""Where a source's people come from decides what the law asks before they are written to. On both stores."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.desk.office import LOCAL
from gateway.lead import Lead
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

PROVED: Mapping[str, Any] = {
    "purpose": "marketing",
    "channel": "email",
    "status": "granted",
    "mechanism": "double_opt_in",
    "notice_id": "news",
    "evidence": {"form_url": "https://fair.example/form"},
}


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway in Germany that may use every rule."""
    async with running(store, tmp_path) as made:
        yield made


async def source(world: World, **settings: object) -> None:
    """Set the source `programs` up, a program's."""
    await world.gateway.desks.sources.add(LOCAL, {"key": "programs", "kind": "api", **settings})


async def post(world: World, **more: Any) -> Lead:  # noqa: ANN401 - JSON types
    """A program posts a German with a proved newsletter consent."""
    person = {"country": "DE"}
    return await world.post("ada@acme.example", source="programs", person=person, consent=[dict(PROVED)], **more)


async def said(world: World, lead: Lead, purpose: str = "marketing") -> Mapping[str, Any]:
    """What was decided for e-mail to a lead."""
    explained = await world.gateway.desks.leads.explain(LOCAL, lead.id)
    (found,) = [each for each in explained if (each["purpose"], each["channel"]) == (purpose, "email")]
    return found


async def test_an_inquiry_of_unknown_provenance_is_answered_and_not_advertised_to(world: World) -> None:
    """Nobody said where the program has its people from: an answer needs no more, a newsletter does."""
    await source(world)
    lead = await post(world)
    await world.rests(lead.id, "released")
    assert (await said(world, lead, "inquiry_response"))["outcome"] == "ALLOW"
    found = await said(world, lead)
    assert (found["outcome"], found["reason"]) == ("HOLD", "art14_notice_due")
    assert "GDPR Art. 14(3)(a)-(b)" in found["citations"]


async def test_saying_where_the_people_come_from_lets_what_waited_for_it_go_on(world: World) -> None:
    """The receiver hears that the newsletter may go out, and the log says what the operator declared."""
    await source(world)
    lead = await post(world)
    await world.rests(lead.id, "released")
    await source(world, provenance="web_form")
    (message,) = await world.hears("lead.updated", lead.id)
    assert message["data"]["permit"]["purposes"]["marketing"]["email"]["status"] == "allowed"
    assert (await said(world, lead))["outcome"] == "ALLOW"


@pytest.mark.parametrize("provenance", ["purchased_list", "scraped", "public_register"])
async def test_a_bought_lead_that_is_posted_as_an_inquiry_is_none(world: World, provenance: str) -> None:
    """Who never asked is not answered, and is told where the data came from before any advertising."""
    await source(world, provenance=provenance)
    lead = await post(world)
    await world.rests(lead.id, "held", "rejected")
    assert (await said(world, lead, "inquiry_response"))["outcome"] != "ALLOW"
    assert (await said(world, lead))["reason"] == "art14_notice_due"


@pytest.mark.parametrize("provenance", ["partner_api", "event", "referral"])
async def test_an_inquiry_that_somebody_passed_on_is_answered(world: World, provenance: str) -> None:
    """Who asked at a fair or through a partner gets an answer; the newsletter waits for the notice of Art. 14."""
    await source(world, provenance=provenance)
    lead = await post(world)
    await world.rests(lead.id, "released")
    assert (await said(world, lead))["reason"] == "art14_notice_due"
