"""The sandbox's Apollo: its windows, its plain texts, and ten companies in one call."""

from collections.abc import Mapping

import httpx
import pytest

from gateway.sandbox.vendors import KEY, Apollo, Vendors
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

HOST = "api.apollo.io"
KEYED = {"x-api-key": KEY}


async def one(vendors: Vendors, domain: str, headers: Mapping[str, str] = KEYED) -> httpx.Response:
    """One question."""
    params = {"domain": domain} if domain else {}
    return await call(vendors, "/api/v1/organizations/enrich", host=HOST, params=params, headers=headers)


async def several(vendors: Vendors, body: object) -> httpx.Response:
    """Several questions in one call."""
    return await call(vendors, "/api/v1/organizations/bulk_enrich", host=HOST, body=body, headers=KEYED)


async def test_windows_are_counted_and_the_fullest_says_how_long() -> None:
    """Each with headers of its own, an unlimited one with an empty one; a refused key sees none of them."""
    async with Vendors(Apollo(windows=(5, 2, None))) as vendors:
        refused = await one(vendors, "acme.example", {})
        assert (refused.status_code, refused.headers["content-type"].partition(";")[0]) == (401, "text/plain")
        assert not [name for name in refused.headers if name.startswith("x-rate-limit")]
        first, _, last = [await one(vendors, "nobody.example") for _ in range(3)]
        told = {name: first.headers[name] for name in first.headers if name.startswith("x-")}
        assert told == {
            "x-rate-limit-minute": "5",
            "x-minute-usage": "1",
            "x-minute-requests-left": "4",
            "x-rate-limit-hourly": "2",
            "x-hourly-usage": "1",
            "x-hourly-requests-left": "1",
            "x-rate-limit-24-hour": "",
        }
        assert (last.status_code, last.headers["x-hourly-requests-left"]) == (429, "0")
        assert 3590 <= int(last.headers["retry-after"]) <= 3600


async def test_a_question_without_a_company_is_none() -> None:
    """One has a status of its own, several a text."""
    async with Vendors() as vendors:
        sent = await one(vendors, "")
        assert (sent.status_code, sent.json()) == (422, {"error": "Required parameter 'domain' missing"})
        wrong: list[object] = [{}, {"details": []}, {"details": [{}]}, [], {"details": 3}]
        assert [(await several(vendors, each)).status_code for each in wrong] == [400] * 5
        many = await several(vendors, {"details": [{"domain": f"c{place}.example"} for place in range(11)]})
        assert (many.status_code, many.json()["error_code"]) == (400, "RECORD_LIMIT_EXCEEDED")
        assert vendors[Apollo].spent == 0


async def test_one_company_twice_is_one() -> None:
    """It is given, and charged, once."""
    async with Vendors() as vendors:
        sent = await several(
            vendors, {"details": [{"domain": "acme.example"}, {"domain": "ACME.example"}, {"domain": "x.example"}]}
        )
        body = sent.json()
        assert [each["primary_domain"] for each in body["organizations"]] == ["acme.example"]
        assert (body["unique_domains"], body["unique_enriched_records"], body["missing_records"]) == (2, 1, 1)
        assert vendors[Apollo].spent == 1


async def test_the_callers_account_comes_along() -> None:
    """As it does from the vendor, so that a connector can be seen to leave it."""
    async with Vendors() as vendors:
        found = (await one(vendors, "acme.example")).json()["organization"]
        assert found["account"]["owner_id"]
        profile = await call(vendors, "/api/v1/users/api_profile", host=HOST, headers=KEYED)
        assert (profile.status_code, profile.json()["id"]) == (200, "u1")
