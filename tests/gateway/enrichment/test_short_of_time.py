"""A call that a question's own time cut short says nothing of the vendor; one that had its time does."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import TimedOut
from gateway.enrichment.caller import LATER
from gateway.enrichment.plan import PATIENCE
from gateway.enrichment.retry import RetryPolicy
from tests.gateway.enrichment.doubles import PAID, World, installed, question


class SlowVendor:
    """A vendor that takes its time, and whoever asks it: for `lead` seconds at first, for a minute when asked again."""

    def __init__(self, takes: float, *, lead: float = 10.0, **changes: Any) -> None:  # noqa: ANN401 - of the manifest
        self.takes = takes
        self.entry = installed("v", cache=None, **changes)
        retry = RetryPolicy(attempts=1)
        stages = [[self.entry]]
        self.world = World({"v.example": [self._answer]}, stages, seconds=lead, budget_micros=10**9, retry=retry)
        self._patience = lead

    async def _answer(self) -> None:
        waited = min(self._patience, self.entry.manifest.timeout)
        self.world.time.moment += timedelta(seconds=min(self.takes, waited))
        if self.takes > waited:
            raise TimedOut("time_is_up", sent=True)

    async def asked(self, count: int) -> list[str]:
        """How so many leads' questions end, one after the other."""
        questions = [question(facts={"company.domain": f"d{n}.example"}) for n in range(count)]
        return [(await self.world.engine.enrich(each)).marks["v"] for each in questions]

    async def asked_again(self) -> str:
        """How a question ends for which no lead waits."""
        self._patience = PATIENCE.total_seconds()
        return (await self.world.engine.enrich(question(only=frozenset({"v"})))).marks["v"]


async def test_leads_that_are_in_a_hurry_close_no_vendor() -> None:
    """A register that takes 15 of its 25 seconds is late for leads with ten; whoever asks again gets the answer."""
    vendor = SlowVendor(15.0, timeout=25.0)
    assert await vendor.asked(7) == ["timeout"] * 7
    assert await vendor.asked_again() == "match"


async def test_what_only_wanted_time_is_asked_again_at_once() -> None:
    """The next look-up has a minute; a vendor that had its time and failed is left alone for a while."""
    for timeout, wait in ((25.0, timedelta(0)), (10.0, LATER)):
        vendor = SlowVendor(1e9, timeout=timeout)
        found = await vendor.world.engine.enrich(question())
        assert found.retry_at == vendor.world.time.now() + wait


@pytest.mark.parametrize("takes", [11.0, 1e9])
async def test_a_vendor_that_had_its_time_has_failed(takes: float) -> None:
    """With the same time as the vendor's time-out, as by default, a lead that waits it out counts."""
    vendor = SlowVendor(takes)
    assert await vendor.asked(6) == ["timeout"] * 5 + ["breaker_open"]


async def test_a_dead_register_is_found_out_by_those_with_patience() -> None:
    """Leads have no time for it; those who ask again wait it out, and after five of them nobody asks."""
    vendor = SlowVendor(1e9, timeout=25.0)
    assert await vendor.asked(6) == ["timeout"] * 6
    assert [await vendor.asked_again() for _ in range(6)] == ["timeout"] * 5 + ["breaker_open"]


async def test_a_probe_that_is_cut_short_lets_the_next_one_try() -> None:
    """With the breaker half open, a lead in a hurry neither closes nor opens it."""
    vendor = SlowVendor(1e9, timeout=25.0)
    assert [await vendor.asked_again() for _ in range(5)] == ["timeout"] * 5
    vendor.world.time.moment += timedelta(seconds=31)
    vendor._patience, vendor.takes = 10.0, 15.0
    assert await vendor.asked(2) == ["timeout"] * 2
    assert await vendor.asked_again() == "match"


async def test_nobody_goes_on_paying_for_answers_that_come_too_late() -> None:
    """A vendor that charges is closed by late answers, whosever the time was: the money is gone either way."""
    vendor = SlowVendor(15.0, timeout=25.0, cost=PAID["cost"])
    assert await vendor.asked(6) == ["timeout"] * 5 + ["breaker_open"]


async def test_the_vendors_own_word_for_late_is_its_failure() -> None:
    """A vendor that says at once that it was too slow itself has failed, however little time there was."""
    vendor = SlowVendor(0.0, timeout=25.0, outcomes=[{"status": [504], "outcome": "timeout"}])
    vendor.world.script["v.example"] = [504]
    assert await vendor.asked(6) == ["timeout"] * 5 + ["breaker_open"]


async def test_a_call_that_was_never_begun_is_no_failure() -> None:
    """What is done before the call took all the time that there was: the vendor was not asked."""
    vendor = SlowVendor(0.0, timeout=10.0)

    async def late() -> None:
        vendor.world.time.moment += timedelta(seconds=10)
        raise TimedOut("no_time_left", sent=False)

    vendor.world.script["v.example"] = [late]
    assert await vendor.asked(7) == ["timeout"] * 7
