"""The SEC: the list of names that is kept, and figures that stand beside others."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import CallError, TimedOut
from connectors.firmographic import discover
from connectors.kit import LookupOutcome, Reply, Request
from connectors.kit.cases import Case
from connectors.kit.fakes import reply
from connectors.kit.fixtures import case_of
from tests.connectors.asking import Asking

Plugin = discover()["sec_edgar"]
NAMES = {"0": {"cik_str": 1999002, "ticker": "ACM", "title": "ACME CORP"}}
RECORD = {"cik": "1999002", "name": "ACME CORP", "addresses": {"business": {}}}
DAY = timedelta(days=1)


class Edgar:
    """The vendor: its list, which may fail, its one record, and its one tag."""

    def __init__(self, *, facts: object = None) -> None:
        self.names: object = NAMES
        self.failure: Reply | CallError | None = None
        self.facts = facts
        self.lists = 0

    def __call__(self, request: Request) -> Reply:
        if request.url.endswith("company_tickers.json"):
            self.lists += 1
            if isinstance(self.failure, CallError):
                raise self.failure
            return self.failure or reply(200, json.dumps(self.names).encode())
        if "/submissions/" in request.url:
            return reply(200, json.dumps(RECORD).encode())
        if self.facts is None or "Contract" in request.url:
            return reply(404, b"<Error/>", content_type="application/xml")
        return reply(200, json.dumps({"units": self.facts}).encode())


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """The connector with its certificate's settings."""
    return case_of(Plugin, tmp_path)


async def test_the_list_is_read_once_a_day(case: Case) -> None:
    """Questions share it; a day later it is read again, and who has been listed meanwhile is found."""
    vendor = Edgar()
    one = Asking(case, vendor)
    outcomes = [(await one(name=name)).outcome.value for name in ("Acme", "Nobody", "Beta")]
    assert outcomes == ["match", "no_match", "no_match"]
    assert vendor.lists == 1
    vendor.names = {**NAMES, "1": {"cik_str": 1999002, "ticker": "BET", "title": "BETA INC"}}
    assert (await one(DAY - timedelta(seconds=1), name="Beta")).outcome is LookupOutcome.NO_MATCH
    assert (await one(DAY, name="Beta")).outcome is LookupOutcome.MATCH
    assert vendor.lists == 2


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (TimedOut("time_is_up", sent=True), LookupOutcome.TIMEOUT),
        (reply(503, b""), LookupOutcome.VENDOR_ERROR),
        (reply(403, b"Request Rate Threshold Exceeded"), LookupOutcome.THROTTLED),
        (reply(200, b"{}"), LookupOutcome.VENDOR_ERROR),
    ],
)
async def test_an_old_list_never_says_no(case: Case, failure: Reply | CallError, outcome: LookupOutcome) -> None:
    """While it cannot be renewed, who is on it is found, and who is not may have been listed since."""
    vendor = Edgar()
    one = Asking(case, vendor)
    await one(name="Acme")
    vendor.failure = failure
    assert (await one(DAY, name="Nobody")).outcome is outcome
    assert (await one(DAY, name="Acme")).outcome is LookupOutcome.MATCH
    assert vendor.lists == 2, "the vendor is left alone for a minute"
    vendor.failure = None
    assert (await one(DAY + timedelta(minutes=1), name="Nobody")).outcome is LookupOutcome.NO_MATCH


FIVE = {"amount": 5, "currency": "USD", "year": 2025}


def year(**more: object) -> dict[str, object]:
    """A year's figure in an annual report."""
    return {"start": "2025-01-01", "end": "2025-12-31", "val": 5, "form": "10-K", "filed": "2026-02-01", **more}


@pytest.mark.parametrize(
    ("units", "amount"),
    [
        ({"USD": [year()]}, FIVE),
        ({"EUR": [year(form="20-F")]}, {"amount": 5, "currency": "EUR", "year": 2025}),
        ({"USD": [year(val=7, filed="2026-05-01"), year()]}, {"amount": 7, "currency": "USD", "year": 2025}),
        (
            {"USD": [year(start="2024-01-01", end="2024-12-30"), year(val=6)]},
            {"amount": 6, "currency": "USD", "year": 2025},
        ),
        ({"USD": [year(start="2025-10-01")]}, None),
        ({"USD": [year(form="10-Q")]}, None),
        ({"USD": [year(val=5.5)]}, None),
        ({"USD": [year(val=True)]}, None),
        ({"USD": [year(end="soon")]}, None),
        ({"USD": [year(start=None)], "EUR": "garbage"}, None),
        ({"USD": ["garbage", None, 3]}, None),
        (["garbage"], None),
        (None, None),
    ],
)
async def test_a_year_is_what_an_annual_report_says_of_twelve_months(case: Case, units: object, amount: object) -> None:
    """Quarters, halves and other reports stand in the same list; of one year the report filed last counts."""
    answer = await Asking(case, Edgar(facts=units))(name="Acme")
    assert answer.outcome is LookupOutcome.MATCH
    seen = [each.value for each in answer.observations if each.field == "company.revenue.amount"]
    assert seen == ([] if amount is None else [amount])
