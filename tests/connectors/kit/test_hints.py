"""Waiting hints: every form that vendors use, and every form that must not be believed."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import classify
from connectors.kit.calling import LONGEST, Wait
from connectors.kit.fakes import NOW, reply
from connectors.kit.hints import after, retry_at, until
from tests.connectors.kit.test_manifest import manifest

IN_A_MINUTE = NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60", 60),
        (" 60 ", 60),
        ("0", 0),
        ("1.5", 1.5),
        (format_datetime(IN_A_MINUTE, usegmt=True), 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("1000000000", 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
    ],
)
def test_retry_after(text: str, seconds: float) -> None:
    """Seconds and HTTP dates are read; a past date is now, and nothing reaches beyond a day."""
    assert after(text, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "nan", "inf", "1e9", "0x10", "\u0663\u0664", "9" * 400, "2026-13-45", "1;2"]
)
def test_junk_is_no_hint(text: str) -> None:
    """What is not a number of ASCII digits or a date is no hint."""
    assert after(text, now=NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        str(int(IN_A_MINUTE.timestamp())),
        str(int(IN_A_MINUTE.timestamp() * 1000)),
        "2026-03-02T09:31:00Z",
        "2026-03-02T10:31:00+01:00",
        "2026-03-02T09:31:00",
        "60",
        format_datetime(IN_A_MINUTE, usegmt=True),
    ],
)
def test_reset_times(text: str) -> None:
    """Epoch seconds and milliseconds, ISO 8601 with and without zone, a few seconds and dates are all read."""
    assert until(text, now=NOW) == IN_A_MINUTE


def test_longest_hint_wins() -> None:
    """Of a header, a reset time and a number in the body the longest counts."""
    step = reply(429, b'{"error": {"retry": 90}}', headers={"retry-after": "5", "x-reset": "2026-03-02T09:31:00Z"})
    waits = (Wait(until_header="X-Reset"), Wait(after_body="error.retry"))
    assert retry_at(step) == NOW + timedelta(seconds=5)
    assert retry_at(step, waits[:1]) == IN_A_MINUTE
    assert retry_at(step, waits) == NOW + timedelta(seconds=90)


@pytest.mark.parametrize("body", [b"", b"{", b'{"retry": "7"}', b'{"retry": true}', b'{"retry": null}', b"[]"])
def test_body_without_a_number_is_no_hint(body: bytes) -> None:
    """A body that cannot be read, or holds something else there, says nothing."""
    assert retry_at(reply(429, body), (Wait(after_body="retry"),)) is None


@given(st.text(), st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - made aware below
def test_no_text_leads_out_of_bounds(text: str, moment: datetime) -> None:
    """Whatever a header holds, the hint lies between now and a day from now, or there is none."""
    now = moment.replace(tzinfo=UTC)
    for found in (after(text, now=now), until(text, now=now)):
        assert found is None or now <= found <= now + LONGEST


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [(429, None, 600), (429, "30", 600), (429, "soon", 600), (429, "900", 900), (503, "30", 30), (503, None, None)],
)
def test_a_rule_says_how_long_to_wait_at_least(status: int, told: str | None, seconds: int | None) -> None:
    """A vendor that shuts out whoever asks too fast is left alone as long, and longer where the reply says so."""
    used = manifest(outcomes=[{"status": [429], "outcome": "throttled", "at_least": "10min"}])
    answer = classify(used, reply(status, headers={} if told is None else {"retry-after": told}))
    assert answer is not None
    assert answer.retry_at == (None if seconds is None else NOW + timedelta(seconds=seconds))
