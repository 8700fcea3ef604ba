"""Verdicts by themselves: nothing is stored."""

import httpx
import pytest
from sqlalchemy import func, select

from gateway.storage.leads.tables import leads
from gateway.storage.people.tables import subjects
from tests.support.gateway import World, body_of

pytestmark = pytest.mark.integration


async def test_addresses_are_judged(world: World, admin: httpx.AsyncClient) -> None:
    """One by one or many at once, in order, up to the level wanted."""
    one = body_of(await admin.post("/v1/verify/email", json={"email": "ada@acme.example"}))
    assert (one["verdict"], one["level"]) == ("deliverable", "dns")
    syntax = body_of(await admin.post("/v1/verify/email", json={"email": "ada@acme.example", "level": "syntax"}))
    assert syntax["level"] == "syntax"
    emails = ["ada@acme.example", "no address", "x@does-not-exist.example"]
    many = body_of(await admin.post("/v1/verify/email:batch", json={"emails": emails}))["items"]
    assert [each["value"] for each in many] == emails
    assert [each["verdict"] for each in many] == ["deliverable", "undeliverable", "undeliverable"]
    for wrong in ({}, {"email": ""}, {"email": "a@b.example", "level": "smtp"}):
        assert (await admin.post("/v1/verify/email", json=wrong)).status_code == 422


async def test_numbers_are_judged(admin: httpx.AsyncClient) -> None:
    """A national number needs the country it is written in."""
    one = body_of(await admin.post("/v1/verify/phone", json={"phone": "+44 20 7946 0958"}))
    assert one["evidence"]["e164"] == "+442079460958"
    for country in ("ZZ", "DEU"):
        refused = await admin.post("/v1/verify/phone", json={"phone": "123", "country": country})
        assert (refused.status_code, body_of(refused)["errors"][0]["pointer"]) == (422, "/country")
    unsaid = await admin.post("/v1/verify/phone", json={"phone": "+44 20 7946 0958", "country": ""})
    assert body_of(unsaid)["verdict"] == "valid"
    phones = ["020 7946 0958", "12"]
    many = body_of(await admin.post("/v1/verify/phone:batch", json={"phones": phones, "country": "GB"}))["items"]
    assert many[0]["evidence"]["region_source"] == "declared_country"
    assert many[1]["verdict"] == "invalid"


async def test_nothing_is_stored(world: World, admin: httpx.AsyncClient) -> None:
    """No lead, no person."""
    await admin.post("/v1/verify/email", json={"email": "ada@acme.example"})
    count = select(
        select(func.count()).select_from(leads).scalar_subquery() + select(func.count(subjects.c.id)).scalar_subquery()
    )
    assert await world.gateway.office.database.read(lambda connection: connection.scalar(count)) == 0


async def test_a_source_may_verify_with_the_scope(world: World, web: httpx.AsyncClient) -> None:
    """The scope `verify` is its own."""
    assert (await web.post("/v1/verify/phone", json={"phone": "+442079460958"})).status_code == 403
    key = await world.add_key("web", "source", ["verify"])
    assert (await world.client_of(key).post("/v1/verify/phone", json={"phone": "+442079460958"})).status_code == 200
