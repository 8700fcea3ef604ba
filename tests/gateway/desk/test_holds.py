"""A use that waits while others went on is ended with evidence, on both stores: the receiver is told."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audit.types import by_number
from gateway.desk.office import LOCAL
from gateway.errors import Conflict, Invalid
from gateway.storage.leads.tables import lead_transitions
from gateway.storage.log.tables import audit_entries
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

REASON = "assessment_missing"


async def letters(world: World, lead_id: str) -> Mapping[str, Any]:
    """What is decided on advertising by letter."""
    explained = await world.gateway.desks.leads.explain(LOCAL, lead_id)
    wanted = ("crm", "marketing", "post")
    return next(each for each in explained if (each["recipient"], each["purpose"], each["channel"]) == wanted)


async def happened(world: World, lead_id: str) -> set[str]:
    """The types of the log's entries that moved a lead."""
    moved = lead_transitions.join(audit_entries, audit_entries.c.event_id == lead_transitions.c.event_id)
    query = select(audit_entries.c.type).select_from(moved).where(lead_transitions.c.lead_id == lead_id)
    numbers = await world.gateway.office.database.read(lambda connection: connection.execute(query).scalars().all())
    return {by_number(number).name for number in numbers}


async def test_a_use_that_waits_is_ended_and_told(store: Store, tmp_path: Path) -> None:
    """A released lead stays released; with an assessment letters may go out, and the receiver hears `lead.updated`."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        waits = await letters(world, lead.id)
        assert (waits["outcome"], waits["reason"]) == ("HOLD", REASON)
        assert waits["way_out"]["call"] == f"POST /v1/leads/{{id}}/holds/{REASON}:resolve"
        desk = world.gateway.desks.leads
        with pytest.raises(Conflict):
            await desk.resolve(LOCAL, lead.id, "consent_unheard_of", {}, "I know")
        with pytest.raises(Invalid) as caught:
            await desk.resolve(LOCAL, lead.id, REASON, {}, "I know")
        assert "lia_id, lia_valid_until" in caught.value.faults[0].detail
        with pytest.raises(Invalid) as caught:
            await desk.resolve(LOCAL, lead.id, "consent_needed", {}, "I know")
        assert "POST /v1/consents" in caught.value.faults[0].detail
        lapsed = {"lia_id": "lia-6", "lia_valid_until": (world.clock.now() - timedelta(days=1)).isoformat()}
        with pytest.raises(Invalid) as caught:
            await desk.resolve(LOCAL, lead.id, REASON, lapsed, "assessed two years ago")
        first, second = caught.value.faults
        assert (first.pointer, first.detail) == (
            "/facts/lia_valid_until",
            "This time is over: give one that is still to come.",
        )
        assert "assessment" in second.detail
        assert "lia_id, lia_valid_until" in second.detail
        assert "lead.resolved" not in await happened(world, lead.id)
        known = {"lia_id": "lia-7", "lia_valid_until": (world.clock.now() + timedelta(days=365)).isoformat()}
        told = await desk.resolve(LOCAL, lead.id, REASON, known, "assessed by the privacy officer")
        assert told.lead.status.value == "released"
        (changed,) = [each for each in told.changed if (each.purpose, each.channel) == ("marketing", "post")]
        assert (changed.recipient, changed.before, changed.after[0]) == ("crm", ("HOLD", REASON), "ALLOW")
        assert told.still_held == []
        assert "lead.resolved" in await happened(world, lead.id)
        await world.hears("lead.updated", lead.id)
        assert (await letters(world, lead.id))["outcome"] == "ALLOW"
        row = await world.rests(lead.id, "released")
        assert row["reason"] is None
        with pytest.raises(Conflict):
            await desk.resolve(LOCAL, lead.id, REASON, known, "again")


async def test_a_doubt_about_an_address_is_ended_and_told(store: Store, tmp_path: Path) -> None:
    """She rang from the company: the throw-away address is hers, e-mail is free, and the receiver hears of it once."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@mailinator.com", person={"country": "US"})
        await world.rests(lead.id, "released")
        (first,) = await world.hears("lead.created", lead.id)
        assert first["data"]["permit"]["may_email"]["status"] == "held"
        items = await world.gateway.desks.leads.explain(LOCAL, lead.id)
        told = next(each for each in items if (each["recipient"], each["channel"]) == (None, "email"))
        assert told["way_out"] == {"call": "POST /v1/leads/{id}/holds/disposable_domain:resolve", "needs": []}
        desk = world.gateway.desks.leads
        with pytest.raises(Invalid) as caught:
            await desk.resolve(LOCAL, lead.id, "disposable_domain", {"lia_id": "x"}, "I know")
        assert caught.value.faults[0].pointer == "/facts/lia_id"
        ended = await desk.resolve(LOCAL, lead.id, "disposable_domain", {}, "she rang from the company")
        assert [(each.channel, each.before, each.after[0]) for each in ended.changed] == [
            ("email", ("HOLD", "disposable_domain"), "ALLOW")
        ]
        (second,) = await world.hears("lead.updated", lead.id)
        may = second["data"]["permit"]["may_email"]
        assert (may["status"], may["allowed_for"]) == ("allowed", ["inquiry_response", "marketing"])
        with pytest.raises(Conflict):
            await desk.resolve(LOCAL, lead.id, "disposable_domain", {}, "again")
        await world.settled()
        assert world.kinds(lead.id) == ["lead.created", "lead.updated"]
