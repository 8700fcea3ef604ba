"""The sandbox's BuiltWith: limits of two kinds, and what a question may leave out."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from gateway.sandbox.vendors import KEY, BuiltWith, Scripted, Vendors
from gateway.sandbox.vendors.builtwith import domain_record
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

HOST = "api.builtwith.com"


async def look_up(vendors: Vendors, domain: str, *flags: str, key: str = KEY) -> httpx.Response:
    """One look-up."""
    params = {"LOOKUP": domain, **dict.fromkeys(flags, "yes")}
    return await call(vendors, "/v22/api.json", host=HOST, params=params, headers={"Authorization": f"API {key}"})


async def test_people_and_texts_are_there_unless_left_out() -> None:
    """Names without NOPII, no company without NOMETA, nothing of what a product is for with HIDETEXT."""
    async with Vendors() as vendors:
        plain, private, bare, hidden, live = [
            (await look_up(vendors, "acme.example", *flags)).json()["Results"][0]
            for flags in ((), ("NOPII",), ("NOMETA",), ("HIDETEXT",), ("LIVEONLY",))
        ]
    assert plain["Meta"]["Names"][0]["Name"] == "Ada Lovelace"
    assert (private["Meta"]["Names"], private["Meta"]["CompanyName"]) == (None, "Acme")
    assert "Meta" not in bare
    assert not [each for path in hidden["Result"]["Paths"] for each in path["Technologies"] if "Tag" in each]
    names = {each["Name"] for path in live["Result"]["Paths"] for each in path["Technologies"]}
    assert "Drift" not in names
    assert "jQuery" in names


async def test_errors_stand_in_the_body_and_cost_nothing() -> None:
    """A wrong key, a domain that is none, and no credits left, each a 200."""
    async with Vendors(BuiltWith(credits_left=1)) as vendors:
        wrong = [await look_up(vendors, "acme.example", key="another"), await look_up(vendors, "localhost")]
        assert [(each.status_code, each.json()["Errors"][0]["Code"]) for each in wrong] == [(200, -2), (200, -8)]
        assert vendors[BuiltWith].spent == 0
        found = await look_up(vendors, "nobody.example")
        assert (found.json()["Results"][0]["Result"]["Paths"], found.headers["x-api-credits-used"]) == ([], "1")
        last = await look_up(vendors, "acme.example")
        assert (last.json()["Errors"][0]["Code"], last.headers["x-api-credits-remaining"]) == (-3, "0")
        usage = await call(vendors, "/usagev2/api.json", host=HOST, headers={"Authorization": f"API {KEY}"})
        assert usage.json() == {"used": 1.0}
        assert (await call(vendors, "/usagev2/api.json", host=HOST)).json()["Errors"][0]["Code"] == -2


async def test_too_many_a_second_are_told_so_in_the_body() -> None:
    """With the wait, and the limits in headers."""
    async with Vendors(BuiltWith(rate=1, throttle=timedelta(seconds=3))) as vendors:
        await look_up(vendors, "acme.example")
        sent = await look_up(vendors, "acme.example")
    assert (sent.status_code, sent.json()["retryAfterSeconds"], sent.json()["maxRequestsPerSecond"]) == (429, 3.0, 1)
    assert (sent.headers["x-ratelimit-limit-persecond"], "retry-after" in sent.headers) == ("1", False)


async def test_too_many_at_once_as_well() -> None:
    """Calls that are not answered yet count."""
    slow = {"slow.example": (Scripted(body=domain_record("slow.example"), wait=0.5),)}
    async with Vendors(BuiltWith(at_once=2, script=slow)) as vendors:
        sent = await asyncio.gather(*(look_up(vendors, "slow.example") for _ in range(4)))
    assert sorted(each.status_code for each in sent) == [200, 200, 429, 429]
