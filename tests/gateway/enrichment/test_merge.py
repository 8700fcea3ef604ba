"""The golden record: what each strategy picks, why the others have lost, and what holds whatever was observed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Observation
from gateway.enrichment import HUMAN, Lost, merge
from gateway.enrichment.merge import Field
from gateway.policies.loading import load_merge
from gateway.policies.merge import FieldRule, MergePolicy, Strategy
from tests.gateway.enrichment.doubles import observation

COUNT, RANGE = "company.employees.count", "company.employees.range"
REVENUE = "company.revenue.range"


def merged(name: str, seen: Sequence[Observation], strategy: Strategy, **terms: Any) -> Field:  # noqa: ANN401 - of a rule
    """One field under one rule."""
    rule = FieldRule(strategy=strategy, **terms)
    return merge(seen, MergePolicy(fields={name: rule}))[name]


def losses(field: Field) -> dict[str, str]:
    """Why each loser has lost, by its connector."""
    return {each.observation.connector: each.why.value for each in field.losers}


@pytest.mark.parametrize(
    ("strategy", "terms", "value", "lost"),
    [
        (Strategy.HIGHEST_CONFIDENCE, {}, "sure", {"two": "less_sure", "first": "less_sure"}),
        (Strategy.MOST_RECENT, {}, "new", {"one": "older", "first": "older"}),
        (
            Strategy.PRIORITY,
            {"authority": (("first",), ("one",))},
            "own",
            {"one": "lower_priority", "two": "lower_priority"},
        ),
    ],
)
def test_strategies(strategy: Strategy, terms: dict[str, Any], value: str, lost: dict[str, str]) -> None:
    """Each strategy picks its winner, names the losers, and says why they have lost."""
    seen = [
        observation("sure", source="one@1.0.0", confidence=0.9, age=5),
        observation("new", source="two@1.0.0", confidence=0.4),
        observation("own", source="first@2.0.0", confidence=0.1, age=9),
    ]
    field = merged("company.name", seen, strategy, **terms)
    assert (field.value, field.conflict) == (value, True)
    assert losses(field) == lost


def test_ties_go_to_the_surer_then_newer_then_first_by_name() -> None:
    """Sources that are believed alike are told apart by what they say of themselves."""
    seen = [
        observation("c", name="company.industry", source="three@1.0.0", confidence=0.5, age=1),
        observation("b", name="company.industry", source="two@1.0.0", confidence=0.5),
        observation("d", name="company.industry", source="four@1.0.0", confidence=0.4),
        observation("a", name="company.industry", source="one@1.0.0", confidence=0.5),
    ]
    field = merged("company.industry", seen, Strategy.PRIORITY)
    assert field.value == "a"
    assert losses(field) == {"two": "later_by_name", "three": "older", "four": "less_sure"}


def test_equal_values_are_no_conflict() -> None:
    """Sources that say the same, but for case, blanks and legal form, do not disagree."""
    seen = [observation("Acme  GmbH"), observation("acme gmbh", source="two@1.0.0"), observation("ACME", source="x@1")]
    field = merge(seen, MergePolicy())["company.name"]
    assert (field.conflict, set(losses(field).values())) == (False, {"same_value"})


def test_the_shipped_order_of_authority() -> None:
    """Own records, then registers, the company's site, vendors, Wikidata, and last what is concluded."""
    order = ("dns_footprint", "wikidata", "some_vendor", "website", "companies_house", "static_csv")
    policy = load_merge()
    seen: list[Observation] = []
    for name in order:
        seen.append(observation(name, source=f"{name}@1.0.0", confidence=0.9 - 0.1 * len(seen)))
        assert merge(seen, policy)["company.name"].value == name
    human = observation("Said", source=HUMAN, confidence=0.0, age=99)
    assert merge([*seen, human], policy)["company.name"].value == "Said"


def test_consensus_counts_sources() -> None:
    """Two sources outvote a surer one; two versions of one connector are one source."""
    seen = [
        observation("a", name="company.industry", source="one@1.0.0", confidence=0.9),
        observation("B", name="company.industry", source="two@1.0.0"),
        observation("b", name="company.industry", source="three@1.0.0", confidence=0.6),
    ]
    field = merged("company.industry", seen, Strategy.CONSENSUS, sources=2)
    assert (field.value, field.conflict) == ("b", True)
    assert losses(field) == {"one": "fewer_sources", "two": "same_value"}
    same = [seen[1], replace(seen[1], source="two@2.0.0"), seen[0]]
    none = merged("company.industry", same, Strategy.CONSENSUS, sources=2)
    assert (none.value, none.winners, set(losses(none).values())) == (None, (), {"no_consensus"})


def test_consensus_over_several_values_keeps_what_enough_say() -> None:
    """Of tags those that two sources have; the others are named among the losers."""
    said = {"one": ("tools", "steel"), "two": ("Tools", "paint"), "three": ("paint",)}
    seen = [
        observation(tag, name="company.tags", source=f"{name}@1.0.0") for name, tags in said.items() for tag in tags
    ]
    field = merged("company.tags", seen, Strategy.CONSENSUS, sources=2)
    assert isinstance(field.value, tuple)
    assert {str(each).lower() for each in field.value} == {"paint", "tools"}
    assert "fewer_sources" in {each.why.value for each in field.losers if each.observation.value == "steel"}


def test_ranges_that_agree_are_intersected() -> None:
    """What overlaps narrows the range; what does not is a conflict with its reason."""
    seen = [
        observation({"min": 1001, "max": 5000}, name=RANGE, source="one@1.0.0", confidence=0.9),
        observation({"min": 1000, "max": 2000}, name=RANGE, source="two@1.0.0", confidence=0.8),
        observation({"min": 11, "max": 50}, name=RANGE, source="three@1.0.0", confidence=0.7),
        observation({"min": 1500}, name=RANGE, source="four@1.0.0", confidence=0.6),
    ]
    field = merged(RANGE, seen, Strategy.RANGE_INTERSECT)
    assert field.value == {"min": 1500, "max": 2000}
    assert [each.connector for each in field.winners] == ["one", "two", "four"]
    assert (losses(field), field.conflict) == ({"three": "outside_range"}, True)


def test_bands_that_only_touch_are_two() -> None:
    """1 to 10 million and 10 to 25 million share a number and are not the same band."""
    seen = [
        observation({"min": 1_000_000, "max": 10_000_000, "currency": "USD"}, name=REVENUE, confidence=0.9),
        observation({"min": 10_000_000, "max": 25_000_000, "currency": "USD"}, name=REVENUE, source="two@1.0.0"),
        observation({"min": 10_000_000, "max": 20_000_000, "currency": "EUR"}, name=REVENUE, source="three@1.0.0"),
    ]
    field = merged(REVENUE, seen, Strategy.RANGE_INTERSECT)
    assert field.value == seen[0].value
    assert losses(field) == {"two": "outside_range", "three": "other_currency"}
    other = merged(REVENUE, [seen[0], seen[2]], Strategy.RANGE_INTERSECT)
    assert not other.conflict  # what cannot be compared contradicts nothing


def test_a_number_and_a_range_are_compared() -> None:
    """1600 agrees with 1001 to 5000; 40 employees do not, and both fields say so."""
    band = observation({"min": 1001, "max": 5000}, name=RANGE, source="one@1.0.0")
    good = merge([band, observation(1600, name=COUNT, source="two@1.0.0")], load_merge())
    assert not good[RANGE].conflict
    assert not good[COUNT].conflict
    bad = merge([band, observation(40, name=COUNT, source="two@1.0.0")], load_merge())
    assert (bad[RANGE].conflict, losses(bad[RANGE])) == (True, {"two": "outside_range"})
    assert (bad[COUNT].conflict, losses(bad[COUNT])) == (True, {"one": "outside_range"})


def test_numbers_in_one_band_agree() -> None:
    """1600 and 1740 employees are a difference in counting; 1600 and 40 are not."""
    seen = [observation(1600, name=COUNT), observation(1740, name=COUNT, source="two@1.0.0")]
    assert not merge(seen, load_merge())[COUNT].conflict
    assert merge([*seen, observation(40, name=COUNT, source="three@1.0.0")], load_merge())[COUNT].conflict


def test_union_keeps_the_surest_of_each() -> None:
    """Technologies from several records and sources are one list, each with its best observation."""
    token = {"slug": "m365", "name": "Microsoft 365", "category": "mail", "rule": "txt:m365"}
    route = {**token, "rule": "mx:m365"}
    other = {"slug": "crm", "name": "CRM", "category": "crm"}
    seen = [
        observation(value, name="company.technologies", confidence=sure)
        for value, sure in ((token, 0.5), (route, 0.95), (other, 0.8))
    ]
    field = merge(seen, MergePolicy())["company.technologies"]
    assert field.value == (other, route)
    assert [each.confidence for each in field.winners] == [0.8, 0.95]
    assert not field.conflict


def test_many_values_of_one_source_stay_together() -> None:
    """With priority, a field of several values takes all of them from one source."""
    seen = [
        observation("11", name="company.tags"),
        observation("22", name="company.tags", source="two@1.0.0"),
        observation("33", name="company.tags", source="two@1.0.0"),
    ]
    assert merged("company.tags", seen, Strategy.PRIORITY, authority=(("two",), ("*",))).value == ("22", "33")


def test_what_the_lead_says_is_never_overwritten() -> None:
    """A register that says otherwise is a conflict, and the lead's word stays."""
    said = observation("Acme", source=HUMAN, confidence=1.0)
    field = merge([observation("Bcme Ltd", source="companies_house@1.0.0"), said], load_merge())["company.name"]
    assert (field.value, field.winners, field.conflict) == ("Acme", (said,), True)
    assert losses(field) == {"companies_house": "human_value_stands"}


def test_what_the_schema_no_longer_has_is_left_out() -> None:
    """A field that is gone, and a value of an earlier shape, do not stop the record."""
    gone = observation("x", name="company.fax")
    earlier = observation("privately held", name="company.type")
    strange = observation({"a": 1}, name="company.type")
    assert list(merge([gone, earlier, strange, observation("Acme")], MergePolicy())) == ["company.name"]


def town(name: str, **more: Any) -> Observation:  # noqa: ANN401 - of an observation
    """A company's seat in a town."""
    return observation({"locality": name, "country": "DE"}, name="company.headquarters", **more)


@pytest.mark.parametrize("crude", ["bad homburg", "BAD HOMBURG"])
def test_a_town_is_written_as_the_source_that_writes_it_well(crude: str) -> None:
    """Whoever is believed first: small letters and capitals alone give way to the same name in both."""
    best, well = town(crude, confidence=0.9), town("Bad Homburg", source="two@1.0.0")
    other = town("Bad Nauheim", source="three@1.0.0", confidence=0.8)
    field = merge([best, well, other], MergePolicy())["company.headquarters"]
    assert (field.value, field.winners) == (well.value, (well,))
    assert losses(field) == {"one": "same_value", "three": "less_sure"}
    agreed = merged("company.headquarters", [best, well, other], Strategy.CONSENSUS, sources=2)
    assert (agreed.value, losses(agreed)) == (well.value, {"one": "same_value", "three": "fewer_sources"})


def test_good_writing_costs_nothing_else() -> None:
    """The lead's own word stays as it is, and what may be passed on is not given up for what may not."""
    well = replace(town("Berlin", source="two@1.0.0"), redistributable=False)
    for best in (town("berlin", source=HUMAN), town("berlin", confidence=0.9)):
        assert merge([best, well], MergePolicy())["company.headquarters"].winners == (best,)
    names = [observation("SAP", confidence=0.9), observation("Sap", source="two@1.0.0")]
    assert merge(names, MergePolicy())["company.name"].value == "SAP"


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "company.name": st.sampled_from(["Acme", "acme GmbH ", "Bcme", "Ccme"]),
    "company.tags": st.sampled_from(["a", "A ", "b", "c"]),
    "company.founded_on": st.sampled_from(["1998", "1998-03", "1998-04-01", "2001"]),
    COUNT: st.sampled_from([5, 40, 1600, 1700]),
    RANGE: st.builds(
        lambda low, size: {"min": low, "max": low + size}, st.sampled_from([1, 11, 1001]), st.integers(0, 90)
    ),
    "company.headquarters": st.sampled_from(
        [{"locality": "köln"}, {"locality": "Köln"}, {"locality": "Köln", "country": "DE"}]
    ),
}
SOURCES = ["one@1.0.0", "two@1.0.0", "two@2.0.0", "three@2.1.0"]


@st.composite
def seen_of(draw: st.DrawFn, sources: Sequence[str] = tuple(SOURCES)) -> Observation:
    """One observation of any field."""
    name = draw(st.sampled_from(sorted(VALUES)))
    return observation(
        draw(VALUES[name]),
        name=name,
        source=draw(st.sampled_from(sources)),
        confidence=draw(st.sampled_from([0.1, 0.5, 0.9])),
        age=draw(st.integers(0, 3)),
    )


observations = st.lists(seen_of(), max_size=12)
ORDERS = st.sampled_from([(), (("three",), ("*",)), (("*",), ("one", "two")), (("two",), ("one",))])
ONE = [each for each in Strategy if each not in {Strategy.UNION, Strategy.RANGE_INTERSECT}]
MANY = [each for each in Strategy if each is not Strategy.RANGE_INTERSECT]


def policy_of(strategy: Strategy, authority: Any, sources: int) -> MergePolicy:  # noqa: ANN401 - of a policy
    """A policy that uses one strategy wherever it fits."""
    rule = FieldRule(strategy=strategy, sources=sources)
    plain = FieldRule(strategy=Strategy.PRIORITY)
    return MergePolicy(
        authority=authority,
        one=rule if strategy in ONE else plain,
        many=rule if strategy in MANY else plain,
        fields={RANGE: rule} if strategy is Strategy.RANGE_INTERSECT else {},
    )


each_strategy = pytest.mark.parametrize("strategy", list(Strategy))


@each_strategy
@given(observations, ORDERS, st.integers(2, 3), st.randoms())
def test_the_record_is_a_function_of_the_set(
    strategy: Strategy,
    seen: list[Observation],
    authority: Any,  # noqa: ANN401 - of a policy
    sources: int,
    random: Any,  # noqa: ANN401 - hypothesis
) -> None:
    """Order and repeats do not matter, and every observation is a winner or a loser with its reason."""
    policy = policy_of(strategy, authority, sources)
    record = merge(seen, policy)
    shuffled = [*seen, *seen[:3]]
    random.shuffle(shuffled)
    assert merge(shuffled, policy) == record
    assert set(record) == {each.field for each in seen}
    for name, field in record.items():
        of_field = [each for each in seen if each.field == name]
        others = [each.observation for each in field.losers if each.observation.field == name]
        assert all(each in of_field for each in (*field.winners, *others))
        assert all(each in (*field.winners, *others) for each in of_field)
        assert not set(map(id, field.winners)) & set(map(id, others))


@each_strategy
@given(observations, ORDERS, st.integers(2, 3))
def test_merging_again_changes_nothing(
    strategy: Strategy,
    seen: list[Observation],
    authority: Any,  # noqa: ANN401 - of a policy
    sources: int,
) -> None:
    """All that a record keeps, winners and losers, makes the same record again."""
    policy = policy_of(strategy, authority, sources)
    record = merge(seen, policy)
    kept = [
        each for field in record.values() for each in (*field.winners, *(loser.observation for loser in field.losers))
    ]
    assert merge(kept, policy) == record


@each_strategy
@given(observations, ORDERS, st.integers(2, 3), st.sampled_from(["one", "two", "three"]))
def test_erasing_one_source_is_as_if_it_was_never_asked(
    strategy: Strategy,
    seen: list[Observation],
    authority: Any,  # noqa: ANN401 - of a policy
    sources: int,
    erased: str,
) -> None:
    """Nothing of the source is left, and a value that owes it nothing stays as it was."""
    policy = policy_of(strategy, authority, sources)
    before, after = merge(seen, policy), merge([each for each in seen if each.connector != erased], policy)
    assert erased not in {
        each.connector
        for field in after.values()
        for each in (*field.winners, *(loser.observation for loser in field.losers))
    }
    for name, field in before.items():
        owes = {each.connector for each in field.winners}
        owes |= {each.observation.connector for each in field.losers if each.why is Lost.SAME_VALUE}
        if erased not in owes:
            same = None if name not in after else after[name].value
            assert same == field.value


@each_strategy
@given(observations, ORDERS, st.integers(2, 3), st.sampled_from(sorted(set(VALUES) - {"company.tags"})), st.data())
def test_a_human_value_wins_under_every_rule(
    strategy: Strategy,
    seen: list[Observation],
    authority: Any,  # noqa: ANN401 - of a policy
    sources: int,
    name: str,
    data: st.DataObject,
) -> None:
    """Whoever says what, however sure: the lead's word is the value."""
    said = observation(data.draw(VALUES[name]), name=name, source=HUMAN, confidence=0.0, age=99)
    field = merge([*seen, said], policy_of(strategy, authority, max(sources, 2)))[name]
    assert (field.value, field.winners) == (said.value, (said,))


@given(observations, ORDERS)
def test_a_range_lies_in_every_range_that_it_is_made_of(seen: list[Observation], authority: Any) -> None:  # noqa: ANN401 - of a policy
    """The common range is in each winner."""
    field = merge(seen, policy_of(Strategy.RANGE_INTERSECT, authority, 2)).get(RANGE)
    if field is None:
        return
    value: Any = field.value
    for each in field.winners:
        whole: Any = each.value
        assert whole["min"] <= value["min"] <= value["max"] <= whole["max"]


@each_strategy
@given(observations, ORDERS, st.integers(2, 3))
def test_no_conflict_is_silent(
    strategy: Strategy,
    seen: list[Observation],
    authority: Any,  # noqa: ANN401 - of a policy
    sources: int,
) -> None:
    """Where a field has no conflict, each loser says the same, may be true as well, or lost nothing that counts."""
    for field in merge(seen, policy_of(strategy, authority, sources)).values():
        if any(each.why is Lost.OUTSIDE_RANGE for each in field.losers):
            assert field.conflict
        if all(each.why is Lost.SAME_VALUE for each in field.losers):
            assert not field.conflict
