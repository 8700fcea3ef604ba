"""A sheet says what the facts say that it was laid out from."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.engine import decide
from consent.errors import FactsError
from consent.facts import FIELDS, Facts
from consent.sheet import Sheet
from tests.consent.worlds import NOW, facts, policy


@given(known=facts(), other=facts(), names=st.sets(st.sampled_from(list(FIELDS))))
def test_a_changed_sheet_is_the_sheet_of_changed_facts(known: Facts, other: Facts, names: set[str]) -> None:
    """Whatever changes, bytes, values and facts are those of a changed copy, and the first sheet stays what it was."""
    news = {name: getattr(other, name) for name in names}
    expected = replace(known, **news)
    sheet = Sheet.of(known)
    changed = sheet.changed(**news)
    assert changed.facts() == expected
    assert changed.to_json() == expected.to_json()
    assert changed.view() == Sheet.of(expected).view()
    assert {name: changed[name] for name in FIELDS} == {name: getattr(expected, name) for name in FIELDS}
    assert (sheet.facts(), sheet.to_json()) == (known, known.to_json())


@given(known=facts())
def test_a_sheet_is_decided_as_its_facts_are(known: Facts) -> None:
    """It makes no difference to a decision, rule by rule, how its facts were put together."""
    assert decide(Sheet.of(known), policy(), NOW) == decide(known, policy(), NOW)


@pytest.mark.parametrize("changes", [{"lead_country": "DE"}, {"suppressed": 1}, {"jurisdictions": (["DE"],)}])
def test_what_is_no_fact_is_refused(changes: dict[str, object]) -> None:
    """A name that is no field, or a value of another type, is an error at once, and no fact."""
    with pytest.raises(FactsError):
        Sheet.of(Facts()).changed(**changes)
