"""Facts as bytes and back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from consent.errors import FactsError
from consent.facts import FIELDS, Facts, name_type
from consent.terms import Channel, Purpose
from consent.times import format_time, parse_time
from tests.consent.worlds import NOW, facts


@given(known=facts())
def test_facts_survive_storage(known: Facts) -> None:
    """Reading gives back what was written, and equal facts give equal bytes."""
    data = known.to_json()
    assert Facts.from_json(data) == known
    assert Facts.from_json(data).to_json() == data


def test_the_bytes_are_canonical() -> None:
    """Known fields only, sorted, without spaces, times in UTC."""
    berlin = timezone(timedelta(hours=1))
    known = Facts(
        suppressed=False,
        purpose=Purpose.MARKETING,
        jurisdictions=("DE", "US"),
        lia_valid_until=datetime(2026, 1, 1, 1, tzinfo=berlin),
    )
    assert known.to_json() == (
        b'{"jurisdictions":["DE","US"],"lia_valid_until":"2026-01-01T00:00:00Z","purpose":"marketing","suppressed":false}'
    )


@given(known=facts())
def test_the_bytes_are_those_of_plain_json(known: Facts) -> None:
    """What is remembered of earlier facts changes no byte: the whole is written as the standard library would."""
    assert (
        known.to_json()
        == json.dumps(json.loads(known.to_json()), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )


def test_a_value_of_another_type_is_refused_though_it_equals_one_that_was_written() -> None:
    """1 equals True and 0 equals False; neither is a fact of this kind, whatever was written before."""
    assert Facts(suppressed=True, list_sample_unproved=1).to_json() == b'{"list_sample_unproved":1,"suppressed":true}'
    with pytest.raises(FactsError):
        Facts(suppressed=1).to_json()  # type: ignore[arg-type]  # the very fault that is tested
    with pytest.raises(FactsError):
        Facts(list_sample_unproved=True).to_json()
    with pytest.raises(FactsError):
        Facts(jurisdictions=(["DE"],)).to_json()  # type: ignore[arg-type]  # as above


def test_two_moments_of_one_repeated_hour_stay_two() -> None:
    """In the hour that the end of summer time repeats, two moments compare as equal; their bytes differ."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    again = first.replace(fold=1)
    assert first == again
    written = [json.loads(Facts(lia_valid_until=moment).to_json()) for moment in (first, again)]
    assert [each["lia_valid_until"] for each in written] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"mood":true}',
        b'{"lead_country":"DE"}',
        b'{"suppressed":"false"}',
        b'{"suppressed":0}',
        b'{"suppressed":null}',
        b'{"purpose":"spam"}',
        b'{"list_sample_unproved":true}',
        b'{"list_sample_unproved":1.5}',
        b'{"jurisdictions":"DE"}',
        b'{"jurisdictions":[1]}',
        b'{"lia_id":7}',
        b'{"lia_valid_until":"2026-01-01T00:00:00"}',
        b'{"lia_valid_until":1767225600}',
    ],
)
def test_what_is_not_facts_is_refused(data: bytes) -> None:
    """Unknown fields and values of another type are errors, never unknown facts."""
    with pytest.raises(FactsError):
        Facts.from_json(data)


def test_a_naive_time_is_refused() -> None:
    """A time without its zone cannot be written."""
    with pytest.raises(FactsError, match="not aware"):
        Facts(lia_valid_until=datetime(2026, 1, 1)).to_json()  # noqa: DTZ001 -- the fault under test


def test_the_list_is_closed_and_documented() -> None:
    """Every field stands in the docstring, and a name outside the list has no type."""
    for name in FIELDS:
        assert f"        {name}: " in (Facts.__doc__ or "")
    with pytest.raises(FactsError, match="no such field"):
        name_type("mood")


def test_times_are_read_and_written_in_utc() -> None:
    """A date is its first moment; an offset is turned into UTC."""
    assert parse_time("2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)
    assert format_time(parse_time("2026-01-02T03:00:00+01:00")) == "2026-01-02T02:00:00Z"


def test_a_question_is_part_of_the_facts() -> None:
    """Facts about another channel are other facts."""
    known = Facts(purpose=Purpose.MARKETING, channel=Channel.EMAIL, lia_valid_until=NOW)
    assert replace(known, channel=Channel.SMS).to_json() != known.to_json()
