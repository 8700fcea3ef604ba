"""Who looked at a lead stands in the log: once for each act, and not where nothing was shown."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.sealing import open_entry
from audit.types import ACCESS_READ
from gateway.desk.leads import SalesOutcome
from gateway.desk.office import LOCAL, Actor
from gateway.errors import NotFound
from gateway.storage.log.tables import audit_entries, audit_payloads
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration


async def seen(world: World, lead_id: str) -> int:
    """How often the log says that a lead was looked at."""
    query = (
        select(audit_entries.c.leaf, audit_payloads.c.ciphertext)
        .join(audit_payloads, audit_payloads.c.event_id == audit_entries.c.event_id)
        .where(audit_entries.c.type == ACCESS_READ.number)
    )
    rows = await world.gateway.office.database.read(lambda connection: connection.execute(query).all())
    key = world.gateway.office.vault.log_key()
    return [json.loads(open_entry(row.leaf, row.ciphertext, key)).get("lead_id") for row in rows].count(lead_id)


async def test_an_act_of_looking_is_noted_once(store: Store, tmp_path: Path) -> None:
    """All that is known of a lead is one look; so is each part asked for alone; telling an outcome is none."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        desk = world.gateway.desks.leads
        shown = await desk.show(LOCAL, lead.id)
        assert await seen(world, lead.id) == 1
        assert shown.lead.id == lead.id
        assert [row["destination"] for row in shown.deliveries] == ["crm"]
        assert shown.timeline == await desk.timeline(LOCAL, lead.id)
        assert shown.explained == await desk.explain(LOCAL, lead.id)
        assert await seen(world, lead.id) == 3
        await desk.add_outcome(LOCAL, lead.id, SalesOutcome(outcome="won"))
        with pytest.raises(NotFound):
            await desk.show(Actor(id="key:shop", source="shop"), lead.id)
        assert await seen(world, lead.id) == 3
