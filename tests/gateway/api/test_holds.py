"""Holds ended with evidence, and what sales made of a lead."""

import json
from pathlib import Path

import httpx
import pytest

from gateway.desk.office import LOCAL
from tests.support.gateway import body_of, lead, running_gateway
from tests.support.waiting import until

pytestmark = pytest.mark.integration

SOFT = ("soft_sale", "soft_similar_goods", "soft_refusal_at_collection", "soft_refusal_each_message")


async def test_a_hold_takes_the_evidence_that_it_asks_for_and_no_other(tmp_path: Path) -> None:
    """What another call ends says which; what needs facts is not ended by a note, nor by a fact it did not ask for."""
    async with running_gateway(tmp_path, accept=None) as world:
        web, admin = world.client_of(world.keys["web"]), world.client_of(world.keys["admin"])
        told = body_of(await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"}))
        assert told["status"] == "held"
        here = f"{told['links']['self']}/holds/{told['reason']}:resolve"
        assert (await web.post(here, json={"note": "I know"})).status_code == 403
        wrong = await admin.post(here, json={"note": "I know", "facts": {"suppressed": False}})
        assert wrong.status_code == 422
        assert body_of(wrong)["errors"][0]["pointer"] == "/facts/suppressed"
        other = await admin.post(f"{told['links']['self']}/holds/other_reason:resolve", json={"note": "I know"})
        assert other.status_code == 409
        silent = await admin.post(here, json={"note": "  "})
        assert silent.status_code == 422
        noted = await admin.post(here, json={"note": "Checked by hand"})
        assert noted.status_code == 422
        assert "leadgate policy accept" in body_of(noted)["errors"][0]["detail"]
        await world.gateway.desks.policies.accept(LOCAL, "base", "tests")
        await world.gateway.desks.policies.accept(LOCAL, "uk", "tests")
        await world.lead(told["id"], until=["released"])
        sold = f"{told['links']['self']}/holds/soft_opt_in_unmet:resolve"
        short = await admin.post(sold, json={"note": "she bought in May"})
        assert "relationship" in body_of(short)["errors"][0]["detail"]
        part = await admin.post(sold, json={"note": "she bought in May", "facts": {"relationship": "customer"}})
        assert part.status_code == 422
        assert "With this it is held as before" in body_of(part)["errors"][0]["detail"]
        assert "soft_sale" in body_of(part)["errors"][0]["detail"]
        facts = {"relationship": "customer", **dict.fromkeys(SOFT, True)}
        ended = await admin.post(sold, json={"note": "she bought in May", "facts": facts})
        assert ended.status_code == 200, ended.text
        assert body_of(ended)["status"] == "released"
        (mail,) = [each for each in body_of(ended)["changed"] if each["channel"] == "email"]
        assert (mail["recipient"], mail["purpose"]) == ("crm", "marketing")
        assert (mail["before"]["outcome"], mail["after"]["outcome"]) == ("HOLD", "ALLOW")
        await until(lambda: len(world.inbox.received) == 2)
        said = json.loads(world.inbox.received[1].body)
        assert (said["type"], said["data"]["permit"]["may_email"]["status"]) == ("lead.updated", "allowed")
        nobody = await admin.post("/v1/leads/ld_01k4z7m0q8e9x0v3f1n2b5c6d7/holds/x:resolve", json={"note": "x"})
        assert nobody.status_code == 404


async def test_sales_say_what_became_of_it(web: httpx.AsyncClient) -> None:
    """An outcome is noted; a rejection needs its reason."""
    told = body_of(await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"}))
    here = f"{told['links']['self']}/outcomes"
    won = await web.post(here, json={"outcome": "won", "value_minor": 120_000, "currency": "EUR"})
    assert won.status_code == 201, won.text
    assert (await web.post(here, json={"outcome": "rejected"})).status_code == 422
    assert (await web.post(here, json={"outcome": "rejected", "reason": "no_budget"})).status_code == 201
    free = await web.post(here, json={"outcome": "rejected", "reason": "Ada Lovelace hung up"})
    assert free.status_code == 422
    assert body_of(free)["errors"][0]["pointer"] == "/reason"
    assert (await web.post(here, json={"outcome": "maybe"})).status_code == 422


async def test_a_list_is_filtered_and_paged(web: httpx.AsyncClient) -> None:
    """Filters, pages and their limits; an unknown parameter is told."""
    for number in range(3):
        person = {"email": f"ada{number}@acme.example"}
        await web.post("/v1/leads", json=lead(person=person), headers={"Prefer": "wait=10"})
    first = body_of(await web.get("/v1/leads", params={"limit": 2, "status": "released", "stage": "inquiry"}))
    assert len(first["items"]) == 2
    rest = body_of(await web.get("/v1/leads", params={"limit": 2, "cursor": first["next_cursor"]}))
    assert len(rest["items"]) == 1
    assert rest["next_cursor"] is None
    assert body_of(await web.get("/v1/leads", params={"status": "held"}))["items"] == []
    for wrong in ({"limit": 0}, {"limit": 201}, {"status": "lost"}, {"colour": "x"}, {"reason": "No!"}):
        answer = await web.get("/v1/leads", params=wrong)
        assert answer.status_code == 422, wrong
        assert body_of(answer)["errors"][0]["parameter"] == next(iter(wrong))
    assert (await web.get("/v1/leads/nonsense")).status_code == 422
