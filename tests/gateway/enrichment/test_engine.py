"""The plan: what is asked, what is skipped and why, and what every ending means for the next question."""

import asyncio
from datetime import timedelta

import pytest

from connectors.errors import TimedOut, Unreachable
from connectors.kit import LookupOutcome
from gateway.enrichment import Goal, Skip
from tests.gateway.enrichment.doubles import NOW, PAID, World, installed, question


async def test_stages_run_in_order_and_everything_is_accounted_for() -> None:
    """Each connector stands under calls or skipped, observations come in the order of the plan."""
    world = World(
        {"free.example": [{"name": "Acme"}], "paid.example": [{"industry": "machinery"}]},
        [[installed("free")], [installed("paid", **PAID)]],
    )
    found = await world.engine.enrich(question())
    assert [(seen.field, seen.source) for seen in found.observations] == [
        ("company.name", "free@1.0.0"),
        ("company.industry", "paid@1.0.0"),
    ]
    assert found.marks == {"free": "match", "paid": "match"}
    assert (found.costs, found.calls[1].sent) == ({"USD": 10}, ("company.domain",))
    assert world.calls.spent_micros == 10


async def test_person_is_asked_about_only_when_it_is_allowed() -> None:
    """A connector about people is skipped without the ENRICH decision, and gets its fields with it."""
    person = installed("people", subject="person", sends=["company.domain", "person.email"])
    world = World({"people.example": [{"name": "Acme"}]}, [[person]])
    found = await world.engine.enrich(question())
    assert (found.marks, world.vendors.seen) == ({"people": "not_allowed"}, [])
    found = await world.engine.enrich(question(personal_allowed=True))
    assert found.calls[0].sent == ("company.domain", "person.email")


async def test_mail_provider_is_nobodys_employer() -> None:
    """A free-mail domain gets no company enrichment."""
    world = World({"free.example": [{"name": "Acme"}]}, [[installed("free")]])
    found = await world.engine.enrich(question(company_known=False))
    assert (found.marks, found.observations, world.vendors.seen) == ({"free": "no_company"}, (), [])


async def test_incomplete_question_makes_no_call() -> None:
    """Without the required field nobody is asked."""
    world = World({"free.example": [{"name": "Acme"}]}, [[installed("free")]])
    found = await world.engine.enrich(question(facts={"company.name": "Acme"}))
    assert (found.marks, world.vendors.seen) == ({"free": "not_applicable"}, [])


async def test_goal_met_saves_the_paid_call() -> None:
    """What a free source answered well enough is not bought."""
    script = {"free.example": [{"name": "Acme"}], "paid.example": [{"name": "Acme"}]}
    stages = [[installed("free")], [installed("paid", **PAID)]]
    world = World(dict(script), stages, goal=Goal(required=frozenset({"company.name"})))
    assert (await world.engine.enrich(question())).marks == {"free": "match", "paid": "goal_met"}
    more = World(dict(script), stages, goal=Goal(required=frozenset({"company.name", "company.industry"})))
    assert (await more.engine.enrich(question())).marks == {"free": "match", "paid": "match"}


async def test_budget_is_not_overspent_in_parallel() -> None:
    """Two calls in one stage cannot both spend the money that is there for one."""
    world = World(
        {"one.example": [{"name": "A"}], "two.example": [{"name": "B"}]},
        [[installed("one", **PAID), installed("two", **PAID)]],
        budget_micros=15,
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "match", "two": "over_budget"}
    assert world.vendors.seen == ["one.example"]


async def test_miss_that_is_not_billed_frees_the_budget() -> None:
    """A no match gives its reservation back to the next stage."""
    world = World(
        {"one.example": [404], "two.example": [{"name": "B"}]},
        [[installed("one", **PAID)], [installed("two", **PAID)]],
        budget_micros=10,
    )
    found = await world.engine.enrich(question())
    assert (found.marks, found.costs) == ({"one": "no_match", "two": "match"}, {"USD": 10})


@pytest.mark.parametrize(("step", "outcome"), [({"name": "Acme"}, LookupOutcome.MATCH), (404, LookupOutcome.NO_MATCH)])
async def test_positive_answers_are_kept(step: object, outcome: LookupOutcome) -> None:
    """A match and a miss are answered from the cache until their time is over, after a restart too."""
    world = World({"v.example": [step]}, [[installed("v")]])  # type: ignore[list-item] # parametrised
    first = await world.engine.enrich(question())
    world.restart()
    second = await world.engine.enrich(question(lead_id="ld_2"))
    assert world.vendors.asked("v.example") == 1
    assert [(call.outcome, call.cached, call.attempts) for call in second.calls] == [(outcome, True, 0)]
    assert second.observations == first.observations
    world.time.moment += timedelta(days=91)
    await world.engine.enrich(question())
    assert world.vendors.asked("v.example") == 2


@pytest.mark.parametrize("step", [500, 503, 429, 401, 402, 403, 202, 400, TimedOut("late", sent=True)])
async def test_disturbance_is_never_kept(step: object) -> None:
    """Nothing but match and no match is answered from the cache."""
    world = World({"v.example": [step, step, step, {"name": "Acme"}]}, [[installed("v")]])  # type: ignore[list-item] # parametrised
    await world.engine.enrich(question())
    world.time.moment += timedelta(hours=1)
    found = await world.engine.enrich(question())
    assert not found.calls[0].cached


async def test_connector_without_cache_is_always_asked() -> None:
    """A vendor whose terms forbid keeping is asked again."""
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", cache=None)]])
    for _ in range(2):
        await world.engine.enrich(question())
    assert world.vendors.asked("v.example") == 2


async def test_same_question_at_the_same_time_is_one_call() -> None:
    """Leads of one company that come together share one paid call, and only one of them pays."""
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **PAID)]])
    found = await asyncio.gather(*(world.engine.enrich(question(lead_id=f"ld_{n}")) for n in range(5)))
    assert world.vendors.asked("v.example") == 1
    assert sorted(each.costs.get("USD", 0) for each in found) == [0, 0, 0, 0, 10]
    assert all(each.observations == found[0].observations for each in found)
    assert sum(each.calls[0].shared for each in found) == 4


async def test_objection_at_a_vendor_stops_the_rest() -> None:
    """After a 451 no other vendor is asked about the person."""
    world = World({"one.example": [451], "two.example": [{"name": "B"}]}, [[installed("one")], [installed("two")]])
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "suppressed_by_vendor", "two": "suppressed"}
    assert world.vendors.asked("two.example") == 0


async def test_dead_vendor_does_not_stop_the_others() -> None:
    """An unreachable vendor is a mark; the rest goes on."""
    world = World(
        {"one.example": [Unreachable("connection_failed")], "two.example": [{"name": "B"}]},
        [[installed("one"), installed("two")]],
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "unreachable", "two": "match"}


async def test_deadline_covers_all_stages() -> None:
    """When the time is used up by one stage, the next is skipped for it."""
    world = World(
        {"one.example": [503], "two.example": [{"name": "B"}]},
        [[installed("one")], [installed("two")]],
        seconds=4.0,
    )

    async def slow() -> None:
        world.time.moment += timedelta(seconds=5)

    world.script["one.example"] = [slow]
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "match", "two": "deadline"}


async def test_real_time_out_ends_a_connector_that_hangs() -> None:
    """A connector that never returns is ended at the deadline, by the clock on the wall."""

    async def hang() -> None:
        await asyncio.sleep(60)

    world = World({"one.example": [hang]}, [[installed("one")]], seconds=0.05)
    found = await world.engine.enrich(question())
    assert (found.marks, found.calls[0].reason) == ({"one": "timeout"}, "deadline")


async def test_store_that_fails_is_raised_and_the_rest_is_ended() -> None:
    """Without its stores nothing is known for certain: the error comes out, and no call goes on behind it."""

    class Gone(Exception):
        pass

    world = World({"one.example": [{"name": "A"}], "two.example": [{"name": "B"}]}, [[installed("one")]])
    world.cache.faults.next("get", Gone())
    with pytest.raises(Gone):
        await world.engine.enrich(question())
    assert world.vendors.flying == 0


async def test_retry_time_is_the_earliest_of_all() -> None:
    """The result says when asking again may bring more."""
    world = World({"one.example": [503]}, [[installed("one")]])
    world.script["one.example"] = [world.vendors.throttled(600)]
    found = await world.engine.enrich(question())
    assert found.retry_at == NOW + timedelta(seconds=600)
    again = await world.engine.enrich(question())
    assert again.skipped[0].reason is Skip.RATE_WINDOW
    assert again.retry_at == NOW + timedelta(seconds=600)
    assert world.vendors.asked("one.example") == 1
