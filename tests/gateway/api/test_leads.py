"""Leads in and out: accepted, waited for, listed, read, explained, resolved."""

import httpx
import pytest

from tests.support.gateway import World, body_of, lead

pytestmark = pytest.mark.integration


async def test_a_lead_is_taken_and_reaches_its_receiver(world: World, web: httpx.AsyncClient) -> None:
    """202 with id, status and links; then the journey delivers it once."""
    answer = await web.post("/v1/leads", json=lead())
    assert answer.status_code == 202, answer.text
    told = body_of(answer)
    assert told["status"] == "received"
    assert told["links"]["self"] == f"/v1/leads/{told['id']}"
    await world.lead(told["id"], until=["released"])
    assert len(world.inbox.received) == 1


async def test_waiting_gives_the_outcome(web: httpx.AsyncClient) -> None:
    """`Prefer: wait` answers 200 with the verdicts once the journey rests."""
    answer = await web.post("/v1/leads", json=lead(), headers={"Prefer": "respond-async, wait=10"})
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=10"
    told = body_of(answer)
    assert told["status"] == "released"
    assert told["email"]["verdict"] == "deliverable"
    assert told["phone"] is None


@pytest.mark.parametrize("query", ["status=released&status=held", "limit=5&limit=6", "limit=5&limit=5"])
async def test_a_parameter_that_comes_twice_is_refused(web: httpx.AsyncClient, query: str) -> None:
    """Only one of them would count; the problem names it."""
    answer = await web.get(f"/v1/leads?{query}")
    assert answer.status_code == 422
    assert [each["parameter"] for each in body_of(answer)["errors"]] == [query.partition("=")[0]]
    assert (await web.get("/v1/leads?status=held&limit=5")).status_code == 200


async def test_a_name_that_stands_twice_in_a_body_is_refused(web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """In a lead and in every other call."""
    headers = {"Content-Type": "application/json"}
    for client, path in ((web, "/v1/leads"), (admin, "/v1/leads"), (admin, "/v1/verify/email")):
        body = b'{"source": "web", "person": {"email": "a@b.example"}, "email": "a@b.example", "person": {}}'
        answer = await client.post(path, content=body, headers=headers)
        assert answer.status_code == 400
        assert [each["pointer"] for each in body_of(answer)["errors"]] == ["/person"]


async def test_everything_about_a_lead_can_be_read(world: World, web: httpx.AsyncClient) -> None:
    """State, verdicts, company with origin, decisions and deliveries; timeline and reasons."""
    company = {"name": "Acme Ltd", "domain": "acme.example"}
    made = body_of(await web.post("/v1/leads", json=lead(company=company), headers={"Prefer": "wait=10"}))
    read = await web.get(made["links"]["self"])
    assert read.status_code == 200, read.text
    told = body_of(read)
    assert told["status"] == "released"
    assert told["email"]["verdict"] == "deliverable"
    assert {"value": "Acme Ltd", "source": "lead"}.items() <= told["company"]["company.name"][0].items()
    assert {each["recipient"] for each in told["decisions"]} >= {"crm"}
    assert [each["status"] for each in told["deliveries"]] == ["delivered"]
    steps = body_of(await web.get(made["links"]["timeline"]))["items"]
    assert steps[0]["what"] == "received"
    (judged,) = [step for step in steps if step["verdicts"]]
    assert judged["what"] == "verified"
    email = judged["verdicts"]["email"]
    assert set(told["email"]["evidence"]) >= {"mailbox_by", "reply_code", "reply_text", "expires_at", "lists"}
    assert email["evidence"].items() <= told["email"]["evidence"].items()
    assert set(told["email"]["evidence"]) - set(email["evidence"]) >= {"normalised", "domain", "mx", "reply_text"}
    assert {name: email[name] for name in ("verdict", "score", "reasons", "facts")}.items() <= told["email"].items()
    company = judged["verdicts"]["company"]
    assert company.items() <= {**told["verdicts"]["company"], "evidence": company["evidence"]}.items()
    assert (company["verdict"], company["facts"]["mail_agrees"]) == ("known", True)
    assert not [
        name for name in company["evidence"] if name.endswith("domain") or name in {"name_servers", "vat_number"}
    ]
    assert "delivery.delivered" in [step["what"] for step in steps]
    assert all(step["entry"].startswith("ev_") for step in steps)
    explained = body_of(await web.get(made["links"]["explain"]))
    assert explained["status"] == "released"
    assert all(each["says"] for each in explained["items"])
