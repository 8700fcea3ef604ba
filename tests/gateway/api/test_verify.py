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
    for wrong in ({}, {"email": 3}, {"email": "a@b.example", "level": "numbering"}):
        assert (await admin.post("/v1/verify/email", json=wrong)).status_code == 422


async def test_whatever_is_wrong_with_a_value_is_its_verdict(admin: httpx.AsyncClient) -> None:
    """Nothing in a batch keeps the others from an answer; only what is too long to be anything is refused, by place."""
    odd = ["", " ", "a\x00b@acme.example", "\u202e@x", "x" * 1000, "ada@acme.example"]
    answer = body_of(await admin.post("/v1/verify/email:batch", json={"emails": odd}))
    assert [each["verdict"] for each in answer["items"]] == ["undeliverable"] * 5 + ["deliverable"]
    numbers = body_of(await admin.post("/v1/verify/phone:batch", json={"phones": odd}))["items"]
    assert {each["verdict"] for each in numbers} == {"invalid"}
    for path, name in (("email:batch", "emails"), ("phone:batch", "phones")):
        long = await admin.post(f"/v1/verify/{path}", json={name: ["ada@acme.example", "x" * 100_000]})
        assert (long.status_code, body_of(long)["errors"][0]["pointer"]) == (422, f"/{name}/1")
        assert "xxx" not in long.text
        many = await admin.post(f"/v1/verify/{path}", json={name: ["a"] * 1001})
        assert (many.status_code, body_of(many)["errors"][0]["pointer"]) == (422, f"/{name}")
        assert len(body_of(await admin.post(f"/v1/verify/{path}", json={name: ["a"] * 1000}))["items"]) == 1000


async def test_a_mailbox_check_that_is_not_set_up_says_so(admin: httpx.AsyncClient) -> None:
    """The levels beyond DNS are taken, and end as unknown with what to do."""
    for level, code in (("smtp", "smtp_probe_off"), ("vendor", "vendor_check_off")):
        told = body_of(await admin.post("/v1/verify/email", json={"email": "ada@acme.example", "level": level}))
        assert (told["verdict"], told["level"], told["reasons"][-1]["code"]) == ("unknown", "dns", code)


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


async def test_hints_are_asked_in_their_order(admin: httpx.AsyncClient) -> None:
    """The person's country, then the company's, then the locale's region; the verdict says which it was."""
    london = {"phone": "020 7946 0958"}
    for hints, source in (
        ({"country": "GB", "company_country": "DE"}, "declared_country"),
        ({"country": "US", "company_country": "GB", "locale": "de-DE"}, "company_country"),
        ({"locale": "en-GB"}, "form_locale"),
    ):
        told = body_of(await admin.post("/v1/verify/phone", json=london | hints))
        assert (told["evidence"]["region_source"], told["evidence"]["e164"]) == (source, "+442079460958")
    refused = await admin.post("/v1/verify/phone", json=london | {"locale": "no locale"})
    assert body_of(refused)["errors"][0]["pointer"] == "/locale"


async def test_details_come_when_asked_for(admin: httpx.AsyncClient) -> None:
    """Formats, operator of the first allocation and time zones, of valid numbers; null otherwise."""
    plain = body_of(await admin.post("/v1/verify/phone", json={"phone": "+4915123456789"}))
    assert plain["details"] is None
    asked = {"phones": ["+4915123456789", "no"], "details": True}
    good, bad = (each["details"] for each in body_of(await admin.post("/v1/verify/phone:batch", json=asked))["items"])
    assert (good["national"], good["time_zones"], good["original_allocation"]) == (
        "01512 3456789",
        ["Europe/Berlin"],
        True,
    )
    assert (bad["national"], bad["carrier"], bad["time_zones"]) == (None, None, [])


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
