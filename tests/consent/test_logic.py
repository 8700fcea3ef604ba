"""Kleene's three values."""

import pytest

from consent.logic import FALSE, TRUE, UNKNOWN, negate


def test_negation_leaves_the_unknown_unknown() -> None:
    """True and false change places; what is not known stays so."""
    assert [negate(value) for value in (TRUE, FALSE, UNKNOWN)] == [FALSE, TRUE, UNKNOWN]


def test_a_truth_is_no_bool() -> None:
    """`if truth:` is a mistake that raises at once."""
    with pytest.raises(TypeError, match="three values"):
        bool(UNKNOWN)
