"""Durations and months by the calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from consent.durations import add_duration, parse_duration


@pytest.mark.parametrize(
    ("start", "text", "end"),
    [
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2026-12-15", "P1M", "2027-01-15"),
        ("2026-03-30", "P11M", "2027-02-28"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2026-05-01", "P28D", "2026-05-29"),
        ("2026-05-01", "PT72H", "2026-05-04"),
        ("2026-01-31", "P1M1D", "2026-03-01"),
    ],
)
def test_durations_are_added_by_the_calendar(start: str, text: str, end: str) -> None:
    """A month ends on the same date number or on the month's last day (Regulation 1182/71 Art. 3)."""
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert add_duration(begin, parse_duration(text)).date().isoformat() == end


@pytest.mark.parametrize("text", ["", "P", "PT", "28D", "P-1D", "P1.5D", "P1W", "p1d", "P1DT", "P1D "])
def test_other_writings_are_refused(text: str) -> None:
    """What is not years, months, days and hours is no duration here."""
    with pytest.raises(ValueError, match="no duration"):
        parse_duration(text)


def test_a_duration_keeps_its_parts() -> None:
    """Years are twelve months, days and hours a span."""
    found = parse_duration("P2Y3M4DT5H")
    assert (found.months, found.span) == (27, timedelta(days=4, hours=5))
