"""Nobody looks by itself here: every step of a lead's way is told of by the commit that made it due."""

from datetime import timedelta
from pathlib import Path

import pytest

from audit.sequencer import Pace
from gateway import outbox
from gateway.sandbox.inbox import GONE
from gateway.wiring import Sandbox, connect
from gateway.wiring import running as roles
from tests.chaos.world import add_destination, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

NEVER = 600.0


@pytest.fixture(autouse=True)
def without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequencer and outbox wait ten minutes for news, and no test waits so long for them."""
    monkeypatch.setattr(roles, "PACE", Pace(poll=NEVER, lease=timedelta(hours=1)))
    monkeypatch.setattr(outbox, "POLL_SECONDS", NEVER)
    monkeypatch.setattr(outbox, "RECOVER_SECONDS", NEVER)


async def test_a_lead_goes_its_way_without_anybody_polling(store: Store, tmp_path: Path) -> None:
    """Entries wake the sequencer and a checkpoint the outbox: for a new lead, and for a lead decided again."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        world.inbox.script([GONE])
        other = await world.post("grace@acme.example")
        await world.rests(other.id, "held")
        await add_destination(world.gateway, world.inbox.url)
        await world.rests(other.id, "released")
        await world.settled()


@pytest.mark.postgres
async def test_a_sequencer_in_another_process_is_woken_and_wakes(postgres_store: Store, tmp_path: Path) -> None:
    """Servers, workers and sequencers that share nothing but the database tell each other."""
    async with running(postgres_store, tmp_path, sequencing=False) as world:
        other = await connect(world.gateway.settings, Sandbox(clock=world.clock))
        try:
            await other.start_sequencer()
            lead = await world.post("ada@acme.example")
            await world.rests(lead.id, "released")
        finally:
            await other.close(2.0)
        await world.gateway.start_sequencer()  # for what is proved in the end
