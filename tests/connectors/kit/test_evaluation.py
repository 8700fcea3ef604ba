"""Evaluating expressions within a bound: the same values as without one, and an end to what would have none."""

import json
import time
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from connectors.errors import Unreadable
from connectors.kit import Manifest, Observer
from connectors.kit.declared import observe
from connectors.kit.evaluation import MOST_WORK, TOO_MUCH, Work
from connectors.kit.fakes import NOW
from connectors.kit.mapping import search
from tests.conformance.connectors.test_broken import GOOD

LARGE: dict[str, Any] = {"numbers": list(range(100_000)), "text": "x" * 500_000, "empty": [""] * 100_000}
"""A record as large as a reply may be."""
SECONDS = 2.0
"""Of work, for an expression that would take hours or all memory; it takes a tenth."""
TWICE = " | [@, @]"


@pytest.mark.parametrize(
    "path",
    [
        "numbers" + f"{TWICE}[]" * 60,
        f"text{TWICE * 60} | to_string(@)",
        f"(text{TWICE * 60}) == (text{TWICE * 60})",
        f"contains([text{TWICE * 60}], text{TWICE * 60})",
        "join(text, empty)",
        "text" + " | join('', [@, @])" * 60,
        f"[{', '.join(['text'] * 300)}][*].reverse(@)",
        f"[{', '.join(['numbers[:]'] * 200)}]",
        f"[{', '.join(['numbers'] * 200)}][]",
        f"[{', '.join(['contains(numbers, `-1`)'] * 80)}]",
        f"[{', '.join(['sort(numbers)'] * 100)}]",
        f"[{', '.join(['text < text'] * 200)}]",
        f"numbers[*].[{', '.join(['@'] * 50)}]",
        f"map(&[{', '.join(['@'] * 50)}], numbers)",
    ],
)
def test_what_makes_too_much_of_a_record_ends(path: str) -> None:
    """Doubling, separators, copies, comparisons and projections end before they cost seconds or memory."""
    begun = time.thread_time()
    with pytest.raises(Unreadable, match=TOO_MUCH):
        search(path, LARGE)
    assert time.thread_time() - begun < SECONDS


@pytest.mark.parametrize(
    "path", ["numbers[*].[@]", "numbers[:500]", "length(numbers)", "numbers[-1]", "join(', ', empty)", "sort(numbers)"]
)
def test_what_goes_through_a_large_record_once_is_evaluated(path: str) -> None:
    """A list of a hundred thousand is no reason to give up."""
    assert search(path, LARGE) == jmespath.search(path, LARGE)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-2, 2) | st.text("ab, ", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        *(
            "a",
            "a.b",
            "a[]",
            "a[][].b",
            "[]",
            "[*].a",
            "*.a",
            "*[]",
            "[0]",
            "[-1]",
            "[1:]",
            "[::-1]",
            "a[:2].b",
            "[?a]",
        ),
        *("[?@ == `1`]", "[?@ != 'a']", "[?a < b]", "[?a >= `0`].b", "a == b", "[0] == [1]", "[0] <= [1]", "a < `1`"),
        *("{a: a, b: b.c}", "[a, b][]", "a || b", "a && b", "!a", "[@, @] | [0]", "a | [0]"),
        *("length(@)", "join(', ', @)", "to_string(@)", "to_number(@)", "contains(@, 'a')", "sort(@)", "keys(@)"),
        *("sort_by(@, &a)", "map(&a, @)", "max(@)", "reverse(@)", "not_null(a, b)", "merge(a, b)", "type(@)", "sum(@)"),
        *("unknown(@)", "join(@)", "length(a, b)"),
    ]
)


@given(PATHS, VALUES)
def test_the_bound_changes_no_value(path: str, value: object) -> None:
    """Every kind of expression gives what the library gives, and what the library refuses is nothing."""
    try:
        expected = jmespath.search(path, value)
    except JMESPathError:
        expected = None
    assert json.dumps(search(path, value)) == json.dumps(expected)


def test_all_of_a_map_shares_what_a_record_may_take() -> None:
    """Many expressions, each of which is within the bound, are not a way round it."""
    fields = ["company.name", "company.other_names", "company.domains", "company.phone", "company.description"]
    manifest = Manifest.model_validate(
        {
            **GOOD,
            "provides": fields,
            "request": {"path": "/v1"},
            "reply": {"expect": "@"},
            "map": dict.fromkeys(fields, "numbers[*].[@] | [0]"),
        }
    )
    with pytest.raises(Unreadable, match=TOO_MUCH):
        observe(manifest, LARGE, Observer(manifest, now=NOW))


def test_work_is_spent_to_the_last_step() -> None:
    """As many steps as there are may be taken, and not one more."""
    work = Work()
    work.spend(MOST_WORK)
    with pytest.raises(Unreadable, match=TOO_MUCH):
        work.spend(1)


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("a[?b > `1`]", {"a": "text"}),
        ("floor(a)", {"a": float("inf")}),
        ("floor(a)", {"a": float("nan")}),
        ("a[::0]", {"a": [1, 2]}),
        ("max_by(a, &b)", {"a": [{"b": 1}, {"b": "x"}]}),
    ],
)
def test_what_an_expression_cannot_work_with_is_nothing(expression: str, body: object) -> None:
    """Whatever the library raises of values that a vendor sends: the reply is read on, and a 451 stays one."""
    assert search(expression, body) in (None, [], "text")
