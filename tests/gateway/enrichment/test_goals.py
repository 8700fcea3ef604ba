"""Goals: who is asked for what is still wanted, and who is not; each with its reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Observation
from connectors.kit.terms import Cost
from gateway.enrichment import Goal, Installed, Skip, Want
from gateway.enrichment.leads import question as question_of
from gateway.lead import Company, Person, Personal
from tests.gateway.enrichment.doubles import NOW, PAID, World, installed, manifest, observation, question
from tests.gateway.release.values import lead

NAME, TRADE = "company.name", "company.industry"
BOTH = {"name": "Acme", "industry": "tools"}
LOW = {"confidence": {"default": 0.4}}


def reasons(found: Any) -> dict[str, str]:  # noqa: ANN401 - of the engine
    """Why each connector was left out."""
    return {each.connector.partition("@")[0]: each.reason.value for each in found.skipped}


def world(goal: Goal, *stages: list[Installed], **script: dict[str, str]) -> World:
    """Vendors by name, each with its script, and a goal."""
    return World({f"{name}.example": [step] for name, step in script.items()}, list(stages), goal=goal)


async def test_without_a_goal_everybody_is_asked() -> None:
    """Nothing named means that all is wanted, as much as each knows."""
    made = world(Goal(), [installed("one")], [installed("two", **PAID)], one=BOTH, two=BOTH)
    found = await made.engine.enrich(question())
    assert (found.marks, [dict(call.sought) for call in found.calls]) == ({"one": "match", "two": "match"}, [{}, {}])


async def test_a_later_stage_is_asked_for_what_is_missing_alone() -> None:
    """The first stage finds the name; the second is asked for the trade, and the third for nothing."""
    goal = Goal(required=frozenset({NAME, TRADE}))
    stages = [[installed("one")], [installed("two", **PAID)], [installed("three", **PAID)]]
    made = world(goal, *stages, one={"name": "Acme"}, two=BOTH, three=BOTH)
    found = await made.engine.enrich(question())
    assert found.marks == {"one": "match", "two": "match", "three": "goal_met"}
    assert [dict(call.sought) for call in found.calls] == [{NAME: "missing", TRADE: "missing"}, {TRADE: "missing"}]
    assert (found.costs, made.vendors.asked("three.example")) == ({"USD": 10}, 0)


async def test_what_is_unsure_is_asked_again() -> None:
    """A value under the wanted confidence is no answer, and the reason says so."""
    goal = Goal(required=frozenset({NAME}), confidence=0.7)
    made = world(goal, [installed("one", **LOW)], [installed("two", **PAID)], one=BOTH, two=BOTH)
    found = await made.engine.enrich(question())
    assert [dict(call.sought) for call in found.calls] == [{NAME: "missing"}, {NAME: "unsure"}]
    enough = world(replace(goal, confidence=0.4), [installed("one", **LOW)], [installed("two")], one=BOTH, two=BOTH)
    assert reasons(await enough.engine.enrich(question())) == {"two": "goal_met"}


async def test_money_is_spent_on_what_is_required_alone() -> None:
    """A desired field is taken where it is free; a connector that costs is not asked for it."""
    goal = Goal(required=frozenset({NAME}), desired=frozenset({TRADE}))
    stages = [[installed("one")], [installed("dear", **PAID)], [installed("free")]]
    made = world(goal, *stages, one={"name": "Acme"}, dear=BOTH, free=BOTH)
    found = await made.engine.enrich(question())
    assert (found.marks["free"], reasons(found), found.costs) == ("match", {"dear": "not_worth_it"}, {})
    assert dict(found.calls[1].sought) == {TRADE: "missing"}


async def test_who_adds_nothing_that_is_wanted_is_not_asked() -> None:
    """Neither a free connector nor one that costs; the reason is another one than a goal that is met."""
    goal = Goal(required=frozenset({TRADE}))
    made = world(goal, [installed("one", provides=[NAME]), installed("two")], one=BOTH, two=BOTH)
    found = await made.engine.enrich(question())
    assert reasons(found) == {"one": Skip.NOTHING_WANTED.value}


async def test_what_the_lead_says_is_not_asked_for() -> None:
    """Its own word stands whatever a vendor says, so none is paid for it."""
    made = world(Goal(required=frozenset({NAME})), [installed("one", **PAID)], one=BOTH)
    found = await made.engine.enrich(question(given=frozenset({NAME})))
    assert (reasons(found), made.vendors.seen) == ({"one": "goal_met"}, [])


async def test_a_kept_answer_that_is_too_old_is_not_used() -> None:
    """With a greatest age the answer is got again once it is over; a day before it is as good as new."""
    made = world(Goal(required=frozenset({NAME}), max_age=timedelta(days=30)), [installed("one")], one=BOTH)
    await made.engine.enrich(question())
    made.time.moment += timedelta(days=29)
    again = await made.engine.enrich(question(lead_id="ld_2"))
    assert (again.calls[0].cached, made.vendors.asked("one.example")) == (True, 1)
    made.time.moment += timedelta(days=2)
    found = await made.engine.enrich(question(lead_id="ld_3"))
    assert (found.calls[0].cached, made.vendors.asked("one.example")) == (False, 2)


async def test_the_goal_is_looked_at_when_a_stage_begins() -> None:
    """Connectors of one stage are asked for the same, whichever of them answers first."""
    goal = Goal(required=frozenset({NAME}))
    made = world(goal, [installed("one"), installed("two")], one=BOTH, two=BOTH)
    assert (await made.engine.enrich(question())).marks == {"one": "match", "two": "match"}


def test_what_a_lead_gives_is_named_not_shown() -> None:
    """The question knows which fields the lead fills in, and of the domain that verification found; no values."""
    made = lead()
    submission = replace(
        made.submission, company=Company(name="Muster", website="n/a"), person=Person(full_name=Personal("Ada"))
    )
    asked = question_of(replace(made, submission=submission), personal=False)
    assert asked.given == {"company.name", "person.full_name"}
    named = replace(submission, company=Company(domain="muster.de"))
    assert "company.domain" in question_of(replace(made, submission=named), personal=False).given


AGES = st.integers(0, 60)
SEEN = st.lists(
    st.builds(
        observation,
        name=st.sampled_from([NAME, TRADE, "company.tags"]),
        confidence=st.sampled_from([0.1, 0.6, 0.7, 1.0]),
        age=AGES,
    ),
    max_size=8,
)
GOALS = st.builds(
    Goal,
    required=st.frozensets(st.sampled_from([NAME, TRADE])),
    desired=st.frozensets(st.sampled_from([TRADE, "company.tags"])),
    max_age=st.one_of(st.none(), st.builds(timedelta, days=AGES)),
)


@given(GOALS, SEEN, st.randoms())
def test_laws_of_what_is_open(goal: Goal, seen: list[Observation], random: Any) -> None:  # noqa: ANN401 - hypothesis
    """Order does not matter, more observations never open a field, and a fresh sure value closes it."""
    before = goal.open_fields(seen, frozenset(), NOW)
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert goal.open_fields(shuffled, frozenset(), NOW) == before
    assert set(before) <= goal.required | goal.desired
    for name in before:
        known = observation(name=name, confidence=goal.confidence)
        assert set(goal.open_fields([*seen, known], frozenset(), NOW)) == set(before) - {name}
        assert name not in goal.open_fields(seen, frozenset({name}), NOW)
        least = [each for each in seen if each.field == name]
        assert (before[name] is Want.MISSING) is (not least)


@given(GOALS, SEEN)
def test_who_costs_is_never_asked_for_more_than_who_is_free(goal: Goal, seen: list[Observation]) -> None:
    """What a connector is asked for lies in what it provides and what is open; a price leaves the required alone."""
    open_fields = goal.open_fields(seen, frozenset(), NOW)
    free = manifest("one")
    dear = free.model_copy(update={"cost": Cost.model_validate(PAID["cost"])})
    assert set(goal.sought(free, open_fields)) == set(open_fields) & set(free.provides)
    assert set(goal.sought(dear, open_fields)) == set(goal.sought(free, open_fields)) & goal.required


@pytest.mark.parametrize(
    ("seen", "want"),
    [
        ([], Want.MISSING),
        ([observation(confidence=0.2)], Want.UNSURE),
        ([observation(confidence=0.9, age=40)], Want.OLD),
        ([observation(confidence=0.9, age=40), observation(confidence=0.2)], Want.OLD),
        ([observation(confidence=0.9, age=30)], None),
    ],
)
def test_why_a_field_is_open(seen: list[Observation], want: Want | None) -> None:
    """Missing, too unsure, or too old; the best that is known decides."""
    goal = Goal(required=frozenset({NAME}), max_age=timedelta(days=30))
    assert goal.open_fields(seen, frozenset(), NOW).get(NAME) is want
