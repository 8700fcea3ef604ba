"""The strict reading of YAML."""

import pytest

from consent.errors import PackSyntaxError
from consent.yaml_text import read_yaml


def test_plain_values_are_read() -> None:
    """Maps, lists, texts, numbers, true, false and null; quoted values stay text."""
    text = "a: [1, -2, true, false, null, ~, x, '1', \"true\"]\nb: {c: d e}\n"
    assert read_yaml("t", text) == {"a": [1, -2, True, False, None, None, "x", "1", "true"], "b": {"c": "d e"}}


def test_yaml_surprises_do_not_happen() -> None:
    """Norway stays Norway, and what looks like a time, an octal or a float stays text."""
    text = "[NO, on, yes, 2026-01-01, 1_000, 0x10, 010, 1.5, 1e3]"
    assert read_yaml("t", text) == ["NO", "on", "yes", "2026-01-01", "1_000", "0x10", "010", "1.5", "1e3"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x 1", "anchors"),
        ("a: [&x 1, *x]", "anchors"),
        ("a: !!python/object:os.system {}", "tags"),
        ("a: !secret b", "tags"),
        ("a: 1\na: 2", "line 2: the key a stands twice"),
        ("1: x", "a key is not text"),
        ("a: 1\n---\nb: 2", "exactly one document"),
        ("", "exactly one document"),
        ("a: [1", "not YAML"),
        ("a: \x00", "not YAML"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
    ],
)
def test_everything_else_is_refused_with_its_place(text: str, says: str) -> None:
    """Nothing is guessed: the error names the file, mostly the line, and the reason."""
    with pytest.raises(PackSyntaxError, match=says) as caught:
        read_yaml("mine.yaml", text)
    assert "mine.yaml" in str(caught.value)
