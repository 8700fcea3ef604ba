"""A name that stands twice in a JSON object is found, however it is written; one that does not never is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Malformed
from gateway.intake.kit.twice import check_names

NAMES = st.text(max_size=3) | st.sampled_from(["a", ":", "\\", '"', "\\u003a", "é"])
TREES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def place(body: str) -> str | None:
    """The pointer of the name that is refused."""
    try:
        check_names(body.encode())
    except Malformed as error:
        return error.faults[0].pointer
    return None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"a": 1, "a": 1}', "/a"),
        ('{"a" : 1,"a"\n:2}', "/a"),
        ('{"a": {"b": 1, "c": [0, {"b": 1, "b": 2}]}}', "/a/c/1/b"),
        ('[{"a": 1}, {"a": 1, "\\u0061": 2}]', "/1/a"),
        ('{"a": "\\u003a", "a": 2}', "/a"),
        ('{"\\u003A": 1, ":": 2}', "/*"),
        ('{"a": {"x": 1}, "b": ":", "a": "1:"}', "/a"),
        ('{"ada@acme.example": 1, "ada@acme.example": 2}', "/*"),
        ('{"a": 1e999, "b": 123456789012345678901234567890, "a": 1}', "/a"),
        ('{"a": "\\ud800", "a": 1}', "/a"),
        ("[" * 300 + '{"a": 1, "a": 2}' + "]" * 300, "/0" * 300 + "/a"),
    ],
)
def test_it_is_found(body: str, pointer: str) -> None:
    """In any depth and spelling; a name that may be somebody's is not repeated."""
    assert place(body) == pointer


@pytest.mark.parametrize("body", ["", "{", '{"a": 1, "a": 2', "[" * 100_000, "nonsense", "\0"])
def test_what_is_no_json_is_left_to_others(body: str) -> None:
    """Whoever reads it says what is wrong with it."""
    assert place(body) is None


@given(TREES, st.booleans())
def test_what_is_well_passes(tree: object, ascii_only: bool) -> None:  # noqa: FBT001 - two ways to write it
    """Whatever stands in its texts."""
    assert place(json.dumps(tree, ensure_ascii=ascii_only)) is None


@given(NAMES, TREES, TREES, TREES, st.booleans())
def test_no_way_to_write_it_passes(name: str, one: object, between: object, two: object, ascii_only: bool) -> None:  # noqa: FBT001 - as above
    """Whatever stands around it."""
    key, *values = (json.dumps(each, ensure_ascii=ascii_only) for each in (name, one, between, two))
    assert place(f'{{{key}: {values[0]}, "between": {values[1]}, {key} : {values[2]}}}') is not None
