"""The sandbox's People Data Labs: what its batch does that one question does not."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import httpx
import pytest

from gateway.sandbox.vendors import KEY, PeopleDataLabs, Vendors
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

KEYED = {"x-api-key": KEY}


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The servers."""
    async with Vendors() as running:
        yield running


def item(domain: str, key: str) -> Mapping[str, object]:
    """One question of a batch."""
    return {"params": {"website": f"https://www.{domain}/"}, "metadata": {"key": key}}


async def bulk(vendors: Vendors, body: object, headers: Mapping[str, str] = KEYED) -> httpx.Response:
    """One batch."""
    return await call(vendors, "/v5/company/enrich/bulk", host="api.peopledatalabs.com", body=body, headers=headers)


async def test_each_item_has_its_own_status_and_gets_its_metadata_back(vendors: Vendors) -> None:
    """Found, unknown and unreadable stand side by side, and the credits are those of the whole call."""
    asked = [item("nobody.example", "a"), item("acme.example", "b"), {"params": {}}, item("broke.example", "d")]
    sent = await bulk(vendors, {"requests": asked})
    told = [(each["status"], each.get("metadata"), each.get("display_name")) for each in sent.json()]
    assert told == [
        (404, {"key": "a"}, None),
        (200, {"key": "b"}, "Acme Industries"),
        (400, None, None),
        (402, {"key": "d"}, None),
    ]
    assert (sent.status_code, sent.headers["x-call-credits-spent"]) == (200, "1")
    assert int(vendors[PeopleDataLabs].spent) == 1


async def test_a_limit_stops_the_whole_call(vendors: Vendors) -> None:
    """Nothing is found and nothing billed; the next call gets everything."""
    asked = {"requests": [item("acme.example", "a"), item("busy.example", "b")]}
    sent = await bulk(vendors, asked)
    assert (sent.status_code, sent.headers["x-call-credits-spent"]) == (429, "0")
    assert datetime.fromisoformat(sent.headers["x-ratelimit-reset"]) > datetime.now(tz=UTC)
    assert "retry-after" not in sent.headers
    assert [each["status"] for each in (await bulk(vendors, asked)).json()] == [200, 200]
    assert int(vendors[PeopleDataLabs].spent) == 2


@pytest.mark.parametrize(
    "body", [{}, {"requests": []}, {"requests": [{}] * 101}, {"requests": [1]}, [], {"requests": 3}]
)
async def test_what_is_no_batch_is_refused(vendors: Vendors, body: object) -> None:
    """None, too many, or something else."""
    sent = await bulk(vendors, body)
    assert (sent.status_code, sent.json()["error"]["type"]) == (400, "invalid_request_error")


async def test_a_batch_wants_the_key(vendors: Vendors) -> None:
    """As one question does."""
    assert (await bulk(vendors, {"requests": [item("acme.example", "a")]}, {})).status_code == 401
