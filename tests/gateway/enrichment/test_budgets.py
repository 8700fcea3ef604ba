"""Budgets: of a lead, a list, a day and a vendor; set aside before a call, settled after it, never lost."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import TimedOut
from gateway.enrichment import Skipped
from gateway.spending import Ledger, Limits, Pot, Reserve
from tests.gateway.enrichment.doubles import NOW, PAID, World, installed, question

EURO = {"cost": {"price": "0.00001", "currency": "EUR"}}


def over(world_skipped: tuple[Skipped, ...]) -> dict[str, str | None]:
    """Which budget kept each connector from being asked."""
    return {each.connector.partition("@")[0]: each.budget for each in world_skipped}


async def test_a_day_has_an_end_and_the_next_one_a_beginning() -> None:
    """What all leads may cost on one day is spent once, whoever asks; the next day there is more."""
    world = World({"v.example": [{"name": "A"}]}, [[installed("v", cache=None, **PAID)]], limits=Limits(day_micros=25))
    for number in range(2):
        facts = {"company.domain": f"a{number}.example"}
        assert (await world.engine.enrich(question(lead_id=f"ld_{number}", facts=facts))).costs == {"USD": 10}
    third = question(lead_id="ld_3", facts={"company.domain": "c.example"})
    found = await world.engine.enrich(third)
    assert (found.marks, over(found.skipped)) == ({"v": "over_budget"}, {"v": "day"})
    world.time.moment += timedelta(days=1)
    assert (await world.engine.enrich(third)).marks == {"v": "match"}


async def test_a_vendors_day_is_its_own() -> None:
    """One vendor is over its budget, the other is asked; connectors of one vendor share it."""
    shared = {"rate": {"windows": [{"limit": 1000, "per": 60}], "scope": "one"}}
    world = World(
        {"one.example": [{"name": "A"}], "bulk.example": [{"name": "B"}], "two.example": [{"name": "C"}]},
        [[installed("one", **PAID)], [installed("bulk", **PAID, **shared)], [installed("two", **PAID)]],
        limits=Limits(vendor_day_micros={"one": 15}),
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "match", "bulk": "over_budget", "two": "match"}
    assert over(found.skipped) == {"bulk": "vendor"}


async def test_a_list_has_a_budget_for_all_its_leads() -> None:
    """It is spent over days; leads without a list, and other lists, are not held up."""
    world = World({"v.example": [{"name": "A"}]}, [[installed("v", cache=None, **PAID)]], limits=Limits(list_micros=10))

    async def asked(number: int, list_id: str | None) -> str:
        facts = {"company.domain": f"a{number}.example"}
        return (await world.engine.enrich(question(lead_id=f"ld_{number}", list_id=list_id, facts=facts))).marks["v"]

    assert [await asked(1, "ls_1"), await asked(2, "ls_1"), await asked(3, None)] == ["match", "over_budget", "match"]
    world.time.moment += timedelta(days=2)
    assert [await asked(4, "ls_1"), await asked(5, "ls_2")] == ["over_budget", "match"]


async def test_currencies_are_counted_apart() -> None:
    """Nothing is converted: dollars and euros each have the whole budget of the lead and of the day."""
    stages = [[installed("usd", **PAID)], [installed("eur", **EURO)], [installed("more", **EURO)]]
    script = {"usd.example": [{"name": "A"}], "eur.example": [{"name": "B"}], "more.example": [{"name": "C"}]}
    found = await World(dict(script), stages, budget_micros=15, limits=Limits(day_micros=15)).engine.enrich(question())
    assert found.marks == {"usd": "match", "eur": "match", "more": "over_budget"}
    assert (found.costs, over(found.skipped)) == ({"USD": 10, "EUR": 10}, {"more": "lead"})


async def test_what_is_not_charged_is_given_back() -> None:
    """A miss that is not billed leaves the day as it was; a call that timed out counts as spent."""
    world = World(
        {"miss.example": [404], "slow.example": [TimedOut("late", sent=True)], "last.example": [{"name": "A"}]},
        [[installed("miss", **PAID)], [installed("slow", **PAID)], [installed("last", **PAID)]],
        limits=Limits(day_micros=15),
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"miss": "no_match", "slow": "timeout", "last": "over_budget"}
    assert {key[0]: total.gone for key, total in world.calls.ledger.totals.items()}["day"] == 10


async def test_who_dies_in_a_call_has_spent_it() -> None:
    """The process ends while the vendor works: after the restart what was set aside is gone."""
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.sleep(60)

    world = World({"v.example": [hang]}, [[installed("v", **PAID)]], limits=Limits(day_micros=10))
    asking = asyncio.create_task(world.engine.enrich(question()))
    await reached.wait()
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    world.restart()
    other = question(lead_id="ld_2", facts={"company.domain": "b.example"})
    found = await world.engine.enrich(other)
    assert (found.marks, over(found.skipped)) == ({"v": "over_budget"}, {"v": "day"})


async def test_a_cached_or_shared_answer_takes_nothing() -> None:
    """Five leads of one company at the same time, and a sixth later, cost the day one call."""
    world = World({"v.example": [{"name": "A"}]}, [[installed("v", **PAID)]], limits=Limits(day_micros=10))
    found = await asyncio.gather(*(world.engine.enrich(question(lead_id=f"ld_{n}")) for n in range(5)))
    found = [*found, await world.engine.enrich(question(lead_id="ld_6"))]
    assert [each.marks["v"] for each in found] == ["match"] * 6


@pytest.mark.parametrize("limit", [0, 9])
async def test_free_connectors_need_no_budget(limit: int) -> None:
    """Without money the free ones are asked all the same."""
    world = World(
        {"free.example": [{"name": "A"}], "paid.example": [{"name": "B"}]},
        [[installed("free"), installed("paid", **PAID)]],
        budget_micros=limit,
        limits=Limits(day_micros=limit),
    )
    assert (await world.engine.enrich(question())).marks == {"free": "match", "paid": "over_budget"}


def test_pots_of_a_call() -> None:
    """Day and vendor in UTC, and the list, whether or not there is a limit."""
    late = NOW.replace(hour=23, minute=30)
    limits = Limits(day_micros=5, vendor_day_micros={"v": 7})
    assert limits.pots("v", "ls_1", late) == (
        Pot(scope="day", day="2026-03-02", limit_micros=5),
        Pot(scope="vendor:v", day="2026-03-02", limit_micros=7),
        Pot(scope="list:ls_1", day=""),
    )
    assert [pot.kind for pot in limits.pots("w", None, late)] == ["day", "vendor"]


STEPS = st.lists(st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 30))), max_size=20)


@given(st.integers(0, 100), STEPS)
def test_a_pot_is_never_overdrawn_by_what_is_set_aside(limit: int, steps: list[tuple[int, int | None]]) -> None:
    """Whatever is taken, settled for less, or never settled: what is gone stays within the limit."""
    ledger, pot = Ledger(), Pot(scope="day", day="2026-03-02", limit_micros=limit)
    for amount, cost in steps:
        reserve = Reserve(pots=(pot,), amount_micros=amount, currency="USD")
        before = ledger.totals[reserve.places()[0]].gone
        taken = ledger.take(reserve)
        assert (taken is None) is (before + amount <= limit)
        if taken is None and cost is not None:
            ledger.settle(reserve, min(cost, amount))
        assert ledger.totals[reserve.places()[0]].gone <= limit


async def test_a_lead_has_one_budget_for_all_its_look_ups() -> None:
    """What the first look-up spent is gone in the second; another currency has its own."""
    world = World({"v.example": [{"name": "A"}]}, [[installed("v", cache=None, **PAID)]], budget_micros=15)
    spent = question(spent={"USD": 10})
    assert (await world.engine.enrich(spent)).marks == {"v": "over_budget"}
    assert (await world.engine.enrich(question(spent={"EUR": 10}))).marks == {"v": "match"}


async def test_a_paid_call_is_not_begun_without_time_for_its_answer() -> None:
    """It would be charged, and its answer come too late: it is put off; a free one is tried."""
    paid = World({"v.example": [{"name": "A"}]}, [[installed("v", **PAID)]], seconds=0.4)
    (skipped,) = (await paid.engine.enrich(question())).skipped
    assert (skipped.reason, paid.vendors.asked("v.example"), paid.calls.spent_micros) == ("deadline", 0, 0)
    assert skipped.retry_at is not None
    free = World({"v.example": [{"name": "A"}]}, [[installed("v")]], seconds=0.4)
    assert (await free.engine.enrich(question())).marks == {"v": "match"}


async def test_who_is_cancelled_before_the_call_has_spent_nothing() -> None:
    """A question that is given up while it waits for a place leaves no money aside, and may be asked again."""
    gate, inside = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        inside.set()
        await gate.wait()

    rate = {"rate": {"windows": [{"limit": 100, "per": 60}], "concurrency": 1}}
    world = World({"v.example": [hold, {"name": "A"}]}, [[installed("v", cache=None, **PAID, **rate)]])
    first = asyncio.ensure_future(world.engine.enrich(question(facts={"company.domain": "a.example"})))
    await inside.wait()
    waits = question(lead_id="ld_2", facts={"company.domain": "b.example"})
    second = asyncio.ensure_future(world.engine.enrich(waits))
    for _ in range(5):
        await asyncio.sleep(0)
    second.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await second
    gate.set()
    await first
    assert (await world.engine.enrich(waits)).marks == {"v": "match"}
    assert world.calls.spent_micros == 20


async def test_an_objection_that_a_vendor_told_of_stands_in_later_look_ups() -> None:
    """Nobody else is asked then either."""
    world = World({"v.example": [{"name": "A"}]}, [[installed("v")]])
    assert (await world.engine.enrich(question(objected=True))).marks == {"v": "suppressed"}
