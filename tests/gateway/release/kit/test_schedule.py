"""The schedule: its waits, its end, its jitter, and what a receiver may ask for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.release.kit.schedule import DELAYS, JITTER, LONGEST, next_attempt, read_retry_after

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
RANDOM = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_waits_are_those_of_the_standard() -> None:
    """Without jitter the ten attempts span 75 hours, 35 minutes and 5 seconds."""
    waits = [next_attempt(number, 0.0) for number in range(10)]
    assert [wait.total_seconds() for wait in waits if wait is not None] == [
        0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400,
    ]  # fmt: skip


def test_after_ten_attempts_the_delivery_is_dead() -> None:
    """There is no eleventh attempt, whatever the receiver asks for."""
    assert next_attempt(10, 0.5) is None
    assert next_attempt(11, 0.5, timedelta(seconds=1)) is None


@given(number=st.integers(0, 9), chance=RANDOM)
def test_jitter_only_adds_and_at_most_a_tenth(number: int, chance: float) -> None:
    """A wait is never shorter than the schedule says."""
    wait = next_attempt(number, chance)
    assert wait is not None
    assert DELAYS[number] <= wait <= DELAYS[number] * (1 + JITTER)


@given(number=st.integers(0, 9), chance=RANDOM, asked=st.timedeltas())
def test_what_the_receiver_asks_for_is_a_minimum_within_bounds(number: int, chance: float, asked: timedelta) -> None:
    """Retry-After lengthens a wait, never shortens it, and never beyond a day (and the jitter on it)."""
    wait = next_attempt(number, chance, asked)
    assert wait is not None
    assert max(DELAYS[number], min(asked, LONGEST)) <= wait <= LONGEST * (1 + JITTER)


@pytest.mark.parametrize(("number", "chance"), [(-1, 0.0), (0, 1.0), (0, -0.1)])
def test_nonsense_is_refused(number: int, chance: float) -> None:
    """A number of attempts or a chance out of range is the caller's mistake."""
    with pytest.raises(ValueError, match="random01"):
        next_attempt(number, chance)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("1000000000", 86400),
        ("9" * 400, 86400),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(days=5), usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("Mon, 23 Nov 2026 09:31:00 -0000", 60),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(text: str, seconds: int) -> None:
    """Both forms of RFC 9110 give a wait between zero and a day."""
    assert read_retry_after({"retry-after": text}, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Nov 2026 09:31:00 GMT", "12 parsecs"])
def test_an_unreadable_retry_after_asks_for_nothing(text: str) -> None:
    """Junk is no wait at all, and no error."""
    assert read_retry_after({"retry-after": text}, NOW) is None
    assert read_retry_after({}, NOW) is None


@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    """Whatever a receiver sends, the answer is a wait within bounds or None."""
    wait = read_retry_after({"retry-after": text}, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST
