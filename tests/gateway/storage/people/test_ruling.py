"""The numbers that a lead is looked up by: every one that what was written may hold."""

from dataclasses import replace

import pytest

from gateway.lead import Lead, Personal
from gateway.storage.people.ruling import numbers_of
from gateway.verification.model import Validity
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from tests.gateway.release.values import NOW, lead, person

FIRST, SECOND = "+491715412345", "+491727654321"


def with_number(written: str, read: str) -> Lead:
    """A lead that came with one text, whose number was read from another, or from the same."""
    submission = replace(lead().submission, person=replace(person(), phone=Personal(written)))
    return lead(submission=submission, phone=judge(read, now=NOW))


@pytest.mark.parametrize(
    ("written", "read", "found"),
    [
        ("+49 171 5412345", "+49 171 5412345", (FIRST,)),
        ("+49 171 5412345 / +49 172 7654321", "+49 171 5412345 / +49 172 7654321", (FIRST, SECOND)),
        ("+49 171 5412345 +49 172 7654321", "+49 171 5412345 +49 172 7654321", (FIRST, SECOND)),
        ("+49 171 5412345\n+49 172 7654321", "+49 171 5412345\n+49 172 7654321", (FIRST, SECOND)),
        ("+49 171 5412345 or +49 172 7654321", "+49 172 7654321", (SECOND, FIRST)),
    ],
)
def test_a_second_number_is_asked_about_too(written: str, read: str, found: tuple[str, ...]) -> None:
    """Also where the first is valid, or one of the two was told: whoever has the other may have refused."""
    made = with_number(written, read)
    assert made.phone is not None
    assert made.phone.verdict is Validity.VALID
    assert numbers_of(made, "DE") == found


def test_a_number_that_lacks_its_plus_is_also_looked_up_as_it_stands() -> None:
    """It was read as the country's, and may be another's all the same."""
    written = "491715412345"
    submission = replace(lead().submission, person=replace(person(), phone=Personal(written)))
    made = lead(submission=submission, phone=judge(written, regions=region_hints(declared="DE"), now=NOW))
    assert numbers_of(made, "DE") == (FIRST, "+49491715412345")
