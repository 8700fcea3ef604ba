"""Waiting for outcomes: many requests, one look at the store, and an end to how many may wait."""

import asyncio
from collections.abc import Collection, Mapping

from gateway.api.waiting import Waiting
from gateway.errors import StoreUnavailable


class Leads:
    """Where leads stand, and how often somebody has looked."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.looks = 0
        self.gone = False

    async def statuses(self, lead_ids: Collection[str]) -> Mapping[str, str]:
        self.looks += 1
        if self.gone:
            raise StoreUnavailable("The database is gone")
        return {lead_id: self.status[lead_id] for lead_id in lead_ids if lead_id in self.status}


async def test_a_hundred_waiters_are_one_look() -> None:
    """All are answered by the commit that ends their leads, and the store was asked a handful of times in all."""
    leads = Leads()
    waiting = Waiting(leads.statuses, 100, poll=60.0)
    asked = [asyncio.create_task(waiting.rests(f"ld_{number}", 30.0)) for number in range(100)]
    await asyncio.sleep(0.05)
    leads.status = dict.fromkeys((f"ld_{number}" for number in range(100)), "released")
    waiting.wake()
    assert await asyncio.wait_for(asyncio.gather(*asked), 5.0) == [True] * 100
    assert leads.looks <= 3


async def test_what_another_process_does_is_seen_too() -> None:
    """Without a commit here the store is asked at a beat."""
    leads = Leads()
    waiting = Waiting(leads.statuses, 1, poll=0.01)
    asked = asyncio.create_task(waiting.rests("ld_1", 5.0))
    await asyncio.sleep(0.03)
    leads.status["ld_1"] = "held"
    assert await asked


async def test_one_too_many_is_not_kept_waiting() -> None:
    """Whoever comes when all places are taken is answered at once; a place that is free again is given."""
    leads = Leads()
    waiting = Waiting(leads.statuses, 1)
    first = asyncio.create_task(waiting.rests("ld_1", 0.05))
    await asyncio.sleep(0)
    assert not await asyncio.wait_for(waiting.rests("ld_2", 30.0), 1.0)
    assert not await first
    leads.status["ld_2"] = "released"
    assert await waiting.rests("ld_2", 5.0)


async def test_nobody_looks_when_nobody_waits() -> None:
    """A time that is over, and commits without waiters, ask the store for nothing more."""
    leads = Leads()
    waiting = Waiting(leads.statuses, 5, poll=0.01)
    leads.status["ld_1"] = "received"
    assert not await waiting.rests("ld_1", 0.03)
    await asyncio.sleep(0.05)
    looks = leads.looks
    waiting.wake()
    await asyncio.sleep(0.05)
    assert leads.looks == looks


async def test_a_store_that_is_gone_ends_the_wait() -> None:
    """The lead is durable: it is answered as taken, and not as an error."""
    leads = Leads()
    leads.gone = True
    waiting = Waiting(leads.statuses, 5)
    assert not await asyncio.wait_for(waiting.rests("ld_1", 30.0), 5.0)


async def test_nobody_is_kept_waiting_by_a_server_that_ends() -> None:
    """Whoever waits is answered at once, and whoever comes then too."""
    leads = Leads()
    leads.status["ld_1"] = "received"
    waiting = Waiting(leads.statuses, 5)
    asked = asyncio.create_task(waiting.rests("ld_1", 30.0))
    await asyncio.sleep(0.05)
    waiting.end()
    assert not await asyncio.wait_for(asked, 5.0)
    assert not await asyncio.wait_for(waiting.rests("ld_1", 30.0), 5.0)
