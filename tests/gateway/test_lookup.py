"""Look-ups: what stands of them, what was superseded, and what has to go."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Observation
from gateway.lookup import Asked, Lookup, Rejection, standing, superseded
from tests.conformance.journal.examples import NOW, lookup, observation

DAY = timedelta(days=1)


def seen(value: str, *, source: str = "one", name: str = "company.name", **terms: object) -> Observation:
    """What a connector saw."""
    made = replace(observation(name, value), source=f"{source}@1.0.0")
    return replace(made, **terms)  # type: ignore[arg-type]  # the caller names fields of Observation


def test_a_later_answer_supersedes_the_earlier_one_of_the_same_connector() -> None:
    """The other connectors' answers stand, a newer version of one supersedes too, and both stay in what was seen."""
    first = lookup(
        seen("Acme"), seen("tools", name="company.industry"), seen("B", source="two"), one="match", two="match"
    )
    later = lookup(replace(seen("Acme GmbH"), source="one@2.0.0"), at=NOW + DAY, one="match")
    assert [each.value for each in standing([first, later])] == ["Acme GmbH", "B"]
    assert [each.value for each in superseded([first, later])] == ["Acme", "tools"]


def test_a_partial_answer_supersedes_what_it_holds() -> None:
    """A part of the source could not be asked: what was known of it before still stands."""
    first = lookup(seen("Acme"), seen("tools", name="company.industry"), one="match")
    later = lookup(seen("Acme GmbH"), at=NOW + DAY, one="partial")
    assert [each.value for each in standing([first, later])] == ["tools", "Acme GmbH"]


def test_what_found_nothing_supersedes_nothing() -> None:
    """A vendor that is down, has no record any more or was not asked takes nothing away."""
    first = lookup(seen("Acme"), one="match")
    for mark in ("timeout", "no_match", "goal_met", "mismatch"):
        assert standing([first, lookup(at=NOW + DAY, one=mark)]) == first.observations


def test_the_same_answer_again_is_not_superseded() -> None:
    """A kept answer that comes a second time is the one that stands."""
    first = lookup(seen("Acme"), one="match")
    assert superseded([first, replace(first, at=NOW + DAY)]) == ()


def test_what_expires_goes_and_who_was_asked_stays() -> None:
    """Each observation goes at its own time, rejected ones too; marks and costs are the lead's own record."""
    asked = (
        Asked(connector="one@1.0.0", mark="match", called=True, cost_micros=10, currency="USD"),
        Asked(connector="two@1.0.0", mark="mismatch", called=True, cost_micros=7, currency="EUR"),
        Asked(connector="three@1.0.0", mark="match", called=True, cost_micros=5, currency="USD"),
    )
    soon, late = seen("Acme", keep_until=NOW + DAY), seen("B", source="three", keep_until=NOW + 3 * DAY)
    other = Rejection(connector="two@1.0.0", why="other_domain", observations=(seen("C", keep_until=NOW + 2 * DAY),))
    whole = Lookup(at=NOW, asked=asked, observations=(soon, late, seen("D")), rejected=(other,))
    assert whole.keep_until == NOW + DAY
    left = whole.without_expired(NOW + 2 * DAY)
    assert ([each.value for each in left.observations], left.rejected) == (["B", "D"], ())
    assert (left.keep_until, left.costs, left.marks["two"]) == (NOW + 3 * DAY, {"USD": 15, "EUR": 7}, "mismatch")
    assert left.without_expired(NOW + 4 * DAY).keep_until is None


MARKS = st.sampled_from(["match", "partial", "no_match", "timeout"])
SEEN = st.lists(
    st.builds(
        seen,
        st.sampled_from(["a", "b"]),
        source=st.sampled_from(["one", "two"]),
        name=st.sampled_from(["company.name", "company.industry"]),
    ),
    max_size=5,
)
LOOKUPS = st.lists(st.builds(lambda found, one, two: lookup(*found, one=one, two=two), SEEN, MARKS, MARKS), max_size=4)


@given(LOOKUPS)
def test_laws_of_what_stands(lookups: list[Lookup]) -> None:
    """What stands was seen; what was seen stands or is superseded; asking nobody changes nothing."""
    stands, gone = standing(lookups), superseded(lookups)
    everything = [each for lookup_ in lookups for each in lookup_.observations]
    assert all(each in everything for each in (*stands, *gone))
    assert all((each in stands) is not (each in gone) for each in everything)
    nobody = lookup(one="goal_met", two="deadline")
    assert standing([*lookups, nobody]) == stands
    for connector in ("one", "two"):
        last = [each for each in lookups if any(each_.connector == connector for each_ in each.observations)][-1:]
        for lookup_ in last:
            told = [each for each in lookup_.observations if each.connector == connector]
            assert all(each in stands for each in told)
