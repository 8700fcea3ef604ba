"""A destination is met gently: nobody knows yet how much it holds, on both stores."""

from pathlib import Path

import pytest

from gateway.release.kit.window import START
from tests.chaos.world import running
from tests.support.stores import Store
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.integration


async def test_a_small_receiver_gets_no_more_than_it_holds_and_then_everything(store: Store, tmp_path: Path) -> None:
    """Sixty leads that wait for a new destination knock four at a time; once it answers, all of them arrive."""
    async with running(store, tmp_path) as world:
        world.inbox.gate.clear()
        leads = await world.post_many([f"ada.{number}@acme.example" for number in range(60)])
        await world.inbox.wait(START, PATIENCE)
        await world.quiet(1.5)
        assert len(world.inbox.received) == START
        world.inbox.gate.set()
        for lead in leads:
            await world.rests(lead.id, "released")
        assert len(world.inbox.received) == len(leads)
