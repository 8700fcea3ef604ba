"""What is known of a company, over HTTP: from a file of one's own and DNS to the explanation and the released lead."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.types import ACCESS_READ
from gateway.storage.log.tables import audit_entries
from tests.support.gateway import World, body_of, lead, running_gateway

pytestmark = pytest.mark.integration

ROWS = "domain,name,country,staff,site\nacme.example,Acme Holding SE,DE,1001-5000,https://www.acme.example\n"
COLUMNS = {
    "name": "company.name",
    "country": "company.country",
    "staff": "company.employees.range",
    "site": "company.website",
}


async def seen(world: World) -> int:
    """How many looks at personal data the log has noted."""
    query = select(func.count()).select_from(audit_entries).where(audit_entries.c.type == ACCESS_READ.number)
    return await world.gateway.office.database.read(lambda connection: connection.execute(query).scalar_one())


async def test_a_company_is_explained_and_released(tmp_path: Path) -> None:
    """The lead's name stays, the gaps are filled, and the explanation names winner, loser and each connector."""
    file = tmp_path / "companies.csv"
    file.write_text(ROWS, encoding="utf-8")
    section = {"static_csv": {"path": str(file), "columns": COLUMNS}}
    async with running_gateway(tmp_path, connectors=section) as world:
        web = world.client_of(world.keys["web"])
        made = body_of(await web.post("/v1/leads", json=lead(company={"name": "Acme"})))
        await world.lead(made["id"], until=["released"])
        told = body_of(await web.get(made["links"]["explain"]))["company"]
        (released,) = [json.loads(each.body)["data"]["company"] for each in world.inbox.received]
        answer = await web.get(f"/v1/leads/{made['id']}/organization")
    assert answer.headers["content-type"] == "application/ld+json"
    found = json.loads(answer.content)
    assert (found["@type"], found["name"], found["url"]) == ("Organization", "Acme", "https://www.acme.example")
    assert found["numberOfEmployees"] == {"@type": "QuantitativeValue", "minValue": 1001, "maxValue": 5000}
    fields = {each["field"]: each for each in told["fields"]}
    assert (fields["company.name"]["value"], fields["company.name"]["conflict"]) == ("Acme", True)
    assert [each["why"] for each in fields["company.name"]["losers"]] == ["human_value_stands"]
    assert fields["company.employees.range"]["winners"][0]["source"] == "static_csv@1.0.0"
    assert fields["company.employees.range"]["winners"][0]["keep_until"] is not None
    marks = {each["connector"].partition("@")[0]: each["mark"] for each in told["connectors"]}
    assert (marks["static_csv"], marks["dns_footprint"], told["costs"]) == ("match", "match", {})
    assert (released["name"], released["country"]) == ("Acme", "DE")
    assert released["employees"]["range"] == {"min": 1001, "max": 5000}


async def test_only_its_own_source_sees_a_company(tmp_path: Path) -> None:
    """The explanation of another source's lead is not found, and each look at one is noted."""
    async with running_gateway(tmp_path) as world:
        await world.add_source("other", provenance="web_form")
        other = world.client_of(await world.add_key("other", "source", ["leads:read"]))
        web = world.client_of(world.keys["web"])
        made = body_of(await web.post("/v1/leads", json=lead()))
        looks = await seen(world)
        for path in (made["links"]["explain"], f"/v1/leads/{made['id']}/organization"):
            assert (await other.get(path)).status_code == 404
            assert (await world.client.get(path)).status_code == 401
            assert (await web.get(path)).status_code == 200
        assert await seen(world) == looks + 2
