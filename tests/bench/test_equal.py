"""Every row gets the verdict that the libraries give, whatever way ours was found."""

import os
from itertools import islice

import pytest

from tests.bench.contacts import MIXES
from tests.bench.equal import differences

ROWS = int(os.environ.get("LEADGATE_TEST_EQUAL_ROWS", "50000"))
"""Rows per mix; the million of a release takes minutes: `python -m tests.bench.equal` does the same."""


@pytest.mark.integration
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mix", MIXES)
def test_the_verdicts_are_those_of_the_libraries(mix: str) -> None:
    """Addresses are accepted and written the same, numbers have the same validity, type, region and E.164."""
    assert list(islice(differences(mix, count=ROWS), 10)) == []
