"""Numbers of all regions, in all forms, judged all ways: by the library, by the plans, and at once."""

import os
from collections import Counter

import pytest
from phonenumbers import SUPPORTED_REGIONS

from gateway.verification.model import PhoneType
from gateway.verification.phone import judge
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.phone_plain import alone_and_in_full, differences
from tests.gateway.verification.phone_rows import everywhere

COUNT = int(os.environ.get("LEADGATE_TEST_NUMBERS", "150000"))
"""A release judges a million, in four minutes: `LEADGATE_TEST_NUMBERS=1000000 pytest` and this file."""


ENOUGH = 150_000
"""So many hold a number of every region and type."""


@pytest.mark.integration
@pytest.mark.timeout(900)
def test_very_many_numbers_are_read_as_the_library_reads_them() -> None:
    """Every field of every reading is the same; and the numbers are of all kinds, or this would prove little."""
    seen: Counter[str] = Counter()
    for row in everywhere(seed=9_043, count=COUNT):
        assert differences(row.value, row.regions) == []
        assert alone_and_in_full(row.value, row.regions)
        verdict = judge(row.value, regions=row.regions, now=NOW)
        seen.update([verdict.verdict, *verdict.reasons, *verdict.types, verdict.evidence.region or "none"])
    assert min(seen[name] for name in ("valid", "possible", "invalid", "unknown")) > COUNT / 100
    if COUNT < ENOUGH:
        return
    # The library gives all numbers of Western Sahara to Morocco, with which it shares its code.
    assert {*SUPPORTED_REGIONS, "001", "none", *PhoneType} - set(seen) == {"EH"}
