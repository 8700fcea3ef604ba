"""People Data Labs: records, misses, limits and the traps of its replies."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.firmographic import discover
from connectors.kit import LookupOutcome, Reply
from connectors.kit.cases import CANARY, Case, run
from connectors.kit.fakes import NOW, reply
from connectors.kit.fixtures import case_of
from connectors.kit.schema import Value

Plugin = discover()["people_data_labs"]
LIVE = "api.peopledatalabs.com"
SANDBOX = "sandbox.api.peopledatalabs.com"
FACTS = {"company.domain": "acme.example", "company.name": "Acme", "company.country": "DE"}
RECORD: dict[str, Any] = {
    "status": 200,
    "id": "pdl-1",
    "name": "acme industries",
    "display_name": "Acme Industries",
    "website": "acme.example",
    "size": "201-500",
    "employee_count": 312,
    "founded": 1987,
    "industry": "machinery",
    "type": "private",
    "inferred_revenue": "$50M-$100M",
    "location": {"locality": "berlin", "country": "germany", "region": None, "geo": "1,2"},
    "naics": [{"naics_code": "333249"}, {"sector": "no code"}, "garbage"],
    "sic": None,
    "tags": ["machines", 7, "  "],
    "linkedin_url": True,
    "ticker": None,
    "summary": "",
    "likelihood": 9,
}
VALUES: dict[str, tuple[Value, ...]] = {
    "company.name": ("Acme Industries",),
    "company.website": ("acme.example",),
    "company.type": ("private",),
    "company.industry": ("machinery",),
    "company.founded_year": (1987,),
    "company.employees.count": (312,),
    "company.employees.range": ({"min": 201, "max": 500},),
    "company.revenue.range": ({"min": 50_000_000, "max": 100_000_000, "currency": "USD"},),
    "company.headquarters": ({"locality": "berlin", "country": "DE"},),
    "company.industry_codes": ({"system": "naics", "code": "333249"},),
    "company.tags": ("machines",),
}


def body(**changes: object) -> bytes:
    """The record with some fields changed."""
    return json.dumps({**RECORD, **changes}).encode()


def error(status: int, kind: str) -> bytes:
    """The vendor's error form."""
    return json.dumps({"status": status, "error": {"type": kind, "message": "…"}}).encode()


async def test_question_carries_domain_and_asks_for_no_more_than_it_uses(tmp_path: Path) -> None:
    """The call names the domain, restricts the fields at the source, and carries the key in its header only."""
    ended = await run(case_of(Plugin, tmp_path), FACTS, steps=(reply(200, body()),))
    sent = ended.http.sent[0]
    url = urlsplit(sent.url)
    params = parse_qs(url.query)
    assert (sent.method, url.hostname, url.path) == ("GET", LIVE, "/v5/company/enrich")
    assert params["website"] == ["acme.example"]
    assert {"id", "display_name", "employee_count", "location"} <= set(params["data_include"][0].split(","))
    assert params["min_likelihood"] == ["6"]
    assert sent.headers["X-Api-Key"] == CANARY
    assert CANARY not in sent.url


async def test_likelihood_is_the_confidence(tmp_path: Path) -> None:
    """The vendor's 0 to 10 becomes 0 to 1 on every field, and its record id and credits are kept."""
    step = reply(200, body(likelihood=7), headers={"x-call-credits-spent": "2"})
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(step,))).answer
    assert {seen.confidence for seen in answer.observations} == {0.7}
    assert (answer.record, answer.units) == ("pdl-1", Decimal(2))


@pytest.mark.parametrize("trap", [True, False, None, 7.5, [], {}])
async def test_placeholder_is_no_value(trap: object, tmp_path: Path) -> None:
    """`true` in place of a field says that a value exists; it never becomes one."""
    changed = dict.fromkeys(("website", "industry", "display_name", "name", "size", "inferred_revenue"), trap)
    changed |= dict.fromkeys(("employee_count", "founded", "location", "tags"), True)
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(reply(200, body(**changed)),))).answer
    assert {seen.field for seen in answer.observations} == {"company.type", "company.industry_codes"}


@pytest.mark.parametrize(
    "step",
    [
        reply(404, b"<html>Not Found</html>", content_type="text/html"),
        reply(404, b'{"message": "no Route matched"}'),
        reply(404, b'{"error": {"type": "not_fo'),
    ],
)
async def test_strange_404_is_no_negative(step: Reply, tmp_path: Path) -> None:
    """A 404 that is not the vendor's own says nothing about the company and is not kept."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(step,))).answer
    assert answer.outcome is LookupOutcome.INVALID_REQUEST


async def test_limit_waits_until_the_reset_the_vendor_names(tmp_path: Path) -> None:
    """429 has no Retry-After; the reset time of its own header is the hint."""
    reset = (NOW + timedelta(seconds=42)).strftime("%Y-%m-%dT%H:%M:%SZ")
    step = reply(429, error(429, "rate_limit_error"), headers={"x-ratelimit-reset": reset})
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(step,))).answer
    assert (answer.outcome, answer.retry_at) == (LookupOutcome.THROTTLED, NOW + timedelta(seconds=42))


async def test_reply_without_likelihood_is_unreadable(tmp_path: Path) -> None:
    """A 200 that is not a company record is a vendor error which may have been charged, never a miss."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(reply(200, b"{}"),))).answer
    assert (answer.outcome, answer.reason, answer.units) == (LookupOutcome.VENDOR_ERROR, "not_as_expected", None)


async def test_sandbox_setting_changes_the_host(tmp_path: Path) -> None:
    """With its host in the settings the vendor's own test host is asked, which costs nothing."""
    case = Case(plugin=Plugin, settings={"host": SANDBOX}, fixtures=case_of(Plugin, tmp_path).fixtures)
    ended = await run(case, FACTS, steps=(reply(200, body()),))
    assert urlsplit(ended.http.sent[0].url).hostname == SANDBOX


async def test_name_needs_a_country(tmp_path: Path) -> None:
    """A name alone would match half the world: it is not asked."""
    ended = await run(case_of(Plugin, tmp_path), {"company.name": "Acme"})
    assert (ended.answer.outcome, ended.http.sent) == (LookupOutcome.NOT_APPLICABLE, [])
