"""Who says that they live in California is judged by Californian law, from the post to the decision."""

from pathlib import Path
from typing import Any

import pytest

from gateway.desk.office import LOCAL
from tests.support.gateway import SECRET, World, body_of, crm, running_gateway

pytestmark = pytest.mark.integration

CALIFORNIAN, FEDERAL = "USCA-disclosure-opt-out", "US-disclosure-business-contact"


async def told(world: World, lead_id: str) -> dict[str, Any]:
    """The decision on handing a lead on to the partner."""
    await world.lead(lead_id, until=["released", "held", "rejected"])
    answer = await world.client_of(world.keys["admin"]).get(f"/v1/leads/{lead_id}/explain")
    return next(dict(each) for each in body_of(answer)["items"] if each["purpose"] == "disclosure")


async def test_a_californian_is_judged_by_californian_law(tmp_path: Path) -> None:
    """By the API's `region` and by the state a form asks for; of whom only the country is known, by federal law."""
    async with running_gateway(tmp_path, destination=False, country="US") as world:
        partner = crm(world.inbox.url, name="partner", role="controller", purposes=["disclosure"], country="US")
        await world.gateway.desks.destinations.add(LOCAL, partner, [SECRET])
        web = world.client_of(world.keys["web"])
        for place, rule in (
            ({"region": "US-CA"}, CALIFORNIAN),
            ({"country": "US", "region": "us-ca"}, CALIFORNIAN),
            ({"country": "US"}, FEDERAL),
            ({"country": "US", "region": "US-NY"}, FEDERAL),
        ):
            made = body_of(await web.post("/v1/leads", json={"person": {"email": "ada@acme.example", **place}}))
            assert (await told(world, made["id"]))["rule"] == rule
        fields = {"email": "bob@acme.example", "Country": "United States", "State": "California"}
        await world.client.post("/f/contact", data=fields)
        answer = await world.client_of(world.keys["admin"]).get("/v1/leads", params={"source": "contact"})
        (row,) = body_of(answer)["items"]
        assert (await told(world, row["id"]))["rule"] == CALIFORNIAN
