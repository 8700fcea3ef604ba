"""The rows that are measured: what they hold, and that a seed gives the same ones again."""

from collections import Counter
from itertools import chain, islice

import pytest

from tests.bench.contacts import B2B, CHUNK, EVERYWHERE, chunks, sample


def test_a_list_of_companies_has_its_shares() -> None:
    """A third of the numbers is American; a twentieth of the addresses cannot be one, a hundredth is international."""
    rows = list(chain.from_iterable(chunks("b2b", count=20_000, seed=1)))
    countries = Counter(row.country for row in rows)
    assert set(countries) == set(B2B)
    assert countries["US"] / len(rows) == pytest.approx(0.35, abs=0.02)
    assert countries["DE"] / len(rows) == pytest.approx(0.08, abs=0.01)
    assert sum(row.phone.startswith("+") for row in rows) / len(rows) == pytest.approx(0.57, abs=0.03)
    assert sum(not row.email.isascii() for row in rows) / len(rows) == pytest.approx(0.014, abs=0.004)
    assert sum("@gmail.com" in row.email.lower() for row in rows) / len(rows) == pytest.approx(0.23, abs=0.03)
    assert len({row.email for row in rows}) > 0.8 * len(rows)
    assert len({row.phone for row in rows}) > 0.95 * len(rows)


def test_everywhere_is_everywhere() -> None:
    """Each region of the library comes about as often as the others."""
    countries = Counter(row.country for rows in chunks("everywhere", count=20_000, seed=1) for row in rows)
    assert set(countries) == set(EVERYWHERE)
    assert max(countries.values()) < 2 * len(EVERYWHERE)


def test_a_seed_gives_the_same_rows_again_and_another_one_others() -> None:
    """So a sample is one of the same rows in every process, and a million rows need no memory."""
    first, again, other = (next(chunks("b2b", count=CHUNK, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert sample(first, 100, seed=1) == sample(again, 100, seed=1)
    assert set(sample(first, 100, seed=1)) <= set(first)


def test_rows_are_made_as_they_are_asked_for() -> None:
    """The first chunk of a million rows is there at once."""
    assert [len(rows) for rows in islice(chunks("b2b", count=10**12, seed=1), 2)] == [CHUNK, CHUNK]
    assert [len(rows) for rows in chunks("b2b", count=CHUNK + 1, seed=1)] == [CHUNK, 1]
