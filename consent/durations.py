"""Durations as the packs write them (`P28D`, `P1M`, `PT72H`) and calendar arithmetic on them.

A month ends on the same date number, or on the last day of a shorter month (Regulation (EEC, Euratom) 1182/71, Art. 3).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_PATTERN = re.compile(r"P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(\d{1,5})H)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Calendar months and a fixed span; never negative."""

    months: int
    span: timedelta

    def __str__(self) -> str:
        days, hours = self.span.days, self.span.seconds // 3600
        date = (f"{self.months}M" if self.months else "") + (f"{days}D" if days or not (self.months or hours) else "")
        return f"P{date}" + (f"T{hours}H" if hours else "")


def parse_duration(text: str) -> Duration:
    """Read years, months, days and hours of an ISO 8601 duration.

    Raises:
        ValueError: the text is no such duration, or names no span at all.
    """
    found = _PATTERN.fullmatch(text)
    if found is None or text.endswith("T"):
        raise ValueError(f"{text!r} is no duration; write P28D, P1M, P2Y or PT72H")
    years, months, days, hours = (int(part or 0) for part in found.groups())
    return Duration(months=12 * years + months, span=timedelta(days=days, hours=hours))


def add_duration(start: datetime, duration: Duration) -> datetime:
    """The moment `duration` after `start`: months first, by the calendar, then the fixed span."""
    if duration.months:
        index = start.year * 12 + start.month - 1 + duration.months
        year, month = divmod(index, 12)
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        start = start.replace(year=year, month=month + 1, day=day)
    return start + duration.span
