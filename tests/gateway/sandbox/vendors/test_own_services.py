"""The sandbox's services of an operator: in the shape of Clearbit, and in our own field names."""

import base64
from datetime import UTC, datetime

import pytest

from gateway.sandbox.vendors import KEY, Clearbit, Hunter, OwnService, Vendors
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

BEARER = {"Authorization": f"Bearer {KEY}"}
OWN = "companies.operator.example"


async def test_a_key_may_be_a_token_or_a_user_name() -> None:
    """As it could be at Clearbit; a name that is nobody else's reaches it, and not the vendor with the same path."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
    async with Vendors() as vendors:
        for headers, status in ((BEARER, 200), (basic, 200), ({}, 401), ({"Authorization": KEY}, 401)):
            sent = await call(
                vendors, "/v2/companies/find", host=OWN, params={"domain": "acme.example"}, headers=headers
            )
            assert sent.status_code == status
        assert (int(vendors[Clearbit].spent), vendors[Hunter].statuses.total()) == (2, 0)


async def test_its_limit_says_until_when() -> None:
    """In epoch seconds, with what is left of the minute before."""
    async with Vendors(Clearbit(limit=1)) as vendors:
        first, second = [
            await call(vendors, "/v2/companies/find", params={"domain": "acme.example"}, headers=BEARER)
            for _ in range(2)
        ]
    assert (first.headers["x-ratelimit-remaining"], second.status_code) == ("0", 429)
    assert 50 < int(second.headers["x-ratelimit-reset"]) - datetime.now(tz=UTC).timestamp() <= 62


async def test_what_is_no_domain_is_wrong() -> None:
    """And counts for nothing."""
    async with Vendors() as vendors:
        sent = await call(vendors, "/v2/companies/find", params={"domain": "acme"}, headers=BEARER)
        assert (sent.status_code, int(vendors[Clearbit].spent)) == (422, 0)


async def test_the_own_service_answers_in_our_field_names() -> None:
    """To its token, for the domain in the path."""
    async with Vendors() as vendors:
        path = "/v1/companies/acme.example"
        found, refused = [await call(vendors, path, host=OWN, headers=headers) for headers in (BEARER, {})]
        assert (found.json()["domain"], found.json()["employees"]["count"]) == ("acme.example", 312)
        assert (refused.status_code, int(vendors[OwnService].spent)) == (401, 0)
