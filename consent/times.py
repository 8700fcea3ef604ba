"""Times as the packs, the ledger and stored decisions write them: RFC 3339, aware, in UTC."""

from datetime import UTC, datetime

from consent.errors import FactsError


def parse_time(value: object) -> datetime:
    """Read an RFC 3339 time, or a date as its first moment in UTC.

    Raises:
        ValueError: neither of the two.
    """
    if not isinstance(value, str):
        raise ValueError("a time is written as text")  # noqa: TRY004 -- one error for every misfit
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        if len(value) != len("2026-01-01"):
            raise ValueError("a time needs its offset")
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def format_time(moment: datetime) -> str:
    """Write an aware time as RFC 3339 UTC with microseconds where there are any.

    Raises:
        FactsError: the time is not aware.
    """
    if moment.tzinfo is None:
        raise FactsError("a time is not aware; pass datetimes with a time zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
