"""Connectors, destinations, packs; metrics, liveness, readiness; the headers and the log of every answer."""

import asyncio
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families as families
from sqlalchemy import func, select, update

from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import deliveries, leads
from gateway.storage.vendors.tables import vendor_calls
from tests.support.gateway import World, body_of, lead, running_gateway
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


async def test_what_is_installed_can_be_read(admin: httpx.AsyncClient) -> None:
    """Connectors with their law, destinations without secrets, packs with what is accepted."""
    connectors = body_of(await admin.get("/v1/connectors"))["items"]
    assert {"dns_footprint": True, "people_data_labs": False}.items() <= {
        each["id"]: each["configured"] for each in connectors
    }.items()
    answer = await admin.get("/v1/destinations")
    assert [each["name"] for each in body_of(answer)["items"]] == ["crm"]
    assert "whsec_" not in answer.text
    assert "hooks" not in answer.text
    packs = body_of(await admin.get("/v1/policies"))["items"]
    assert all(rule["accepted"] for pack in packs for rule in pack["rules"])


async def test_metrics_count_what_happened(world: World, web: httpx.AsyncClient) -> None:
    """Intake by kind of source, leads by status, dead letters, ages; without a key."""
    await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"})
    await web.post("/v1/leads", json=lead(person={"email": "nothing"}), headers={"Prefer": "wait=10"})
    await world.client.post("/f/contact", data={"email": "bob@brightpath.example"})
    waiting = select(func.count()).select_from(leads).where(leads.c.status == "received")
    await eventually(
        lambda: world.gateway.office.database.read(lambda connection: connection.execute(waiting).scalar_one()),
        lambda left: left == 0,
    )
    now = world.gateway.office.now()
    call = {"id": "vc_1", "call_key": b"k", "lead_id": "ld_1", "connector": "people_data_labs", "started_at": now}
    await world.gateway.office.database.write(
        Unit().insert(vendor_calls, {**call, "outcome": "match", "cost_micros": 1})
    )
    await world.gateway.desks.figures.verdicts.flush()
    answer = await world.client.get("/metrics")
    assert answer.status_code == 200
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families(answer.text)
        for sample in family.samples
    }
    assert samples["leadgate_intake_total", "accepted", "api"] == 2
    assert samples["leadgate_intake_total", "accepted", "form"] == 1
    assert samples["leadgate_leads", "", "released"] >= 1
    assert samples["leadgate_deliveries", "delivered"] >= 1
    assert samples["leadgate_dead_letters", "job"] == 0
    assert samples["leadgate_dead_letters", "delivery"] == 0
    assert ("leadgate_outbox_age_seconds",) in samples
    assert ("leadgate_checkpoint_age_seconds",) in samples
    given = {key[1:]: count for key, count in samples.items() if key[0] == "leadgate_verdicts_total"}
    assert given == {("", "deliverable", "email"): 2, ("at_sign_missing", "email", "undeliverable"): 1}
    assert samples["leadgate_vendor_calls", "match", "people_data_labs"] == 1
    assert samples["leadgate_http_requests_total", "/v1/leads", "200", "POST"] == 2
    assert not any("ld_" in part for name in samples for part in name)


async def test_deliveries_that_were_given_up_are_counted_beside_jobs(world: World, web: httpx.AsyncClient) -> None:
    """As `work dead` lists both, so that one alarm is enough."""
    await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"})
    given_up = update(deliveries).values(status="dead", ended_at=world.gateway.office.now(), reason="http_500")
    await world.gateway.office.database.transact(lambda tx: tx.connection.execute(given_up))
    answer = await world.client.get("/metrics")
    assert 'leadgate_dead_letters{kind="delivery"} 1.0' in answer.text
    assert len(await world.gateway.desks.stuck.list()) == 1


async def test_a_healthy_gateway_is_ready(world: World) -> None:
    """200, each check by name."""
    answer = await world.client.get("/health/ready")
    assert answer.status_code == 200
    told = body_of(answer)
    assert {each["name"] for each in told["checks"]} >= {"database", "keys", "sequencer", "resolver", "checkpoint"}
    assert told["status"] in {"ready", "warning"}


async def test_a_resolver_that_lies_is_a_warning(world: World) -> None:
    """Leads can still be taken: 200, and the check says what is wrong."""
    world.dns.lying = True
    await world.gateway.resolver.check_controls(world.gateway.office.now())
    told = body_of(await world.client.get("/health/ready"))
    assert told["status"] == "warning"
    (check,) = [each for each in told["checks"] if each["name"] == "resolver"]
    assert check["ok"] is False


async def test_keys_that_are_gone_and_a_refusing_sequencer_are_red(tmp_path: Path) -> None:
    """503 with the check that is red, and when to ask again."""
    async with running_gateway(tmp_path, sequencer=False) as world:  # a running one would take its refusal back
        keyring = world.gateway.settings.keys / "keyring.json"
        kept = keyring.read_bytes()
        keyring.unlink()
        answer = await world.client.get("/health/ready")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        keyring.write_bytes(kept)
        assert (await world.client.get("/health/ready")).status_code == 200
        world.gateway.refused = "the tree contradicts what was signed"
        assert (await world.client.get("/health/ready")).status_code == 503


async def test_an_unsigned_entry_that_waits_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sequencer nothing leaves: readiness says so."""
    monkeypatch.setattr("gateway.api.health.BEHIND_SECONDS", 0.05)
    async with running_gateway(tmp_path, worker=False, sequencer=False) as world:
        await asyncio.sleep(0.1)
        told = body_of(await world.client.get("/health/ready"))
    assert told["status"] == "warning"
    assert [each["ok"] for each in told["checks"] if each["name"] == "checkpoint"] == [False]


async def test_global_privacy_control_is_stated(world: World) -> None:
    """The support resource, as the specification has it."""
    told = body_of(await world.client.get("/.well-known/gpc.json"))
    assert told["gpc"] is True
    assert len(told["lastUpdate"]) == 10


async def test_every_answer_is_dressed(world: World, web: httpx.AsyncClient) -> None:
    """Headers of safety on good and bad answers, an id, and no server's name."""
    for answer in [
        await web.get("/v1/leads"),
        await world.client.get("/v1/leads"),
        await world.client.get("/nowhere"),
        await world.client.put("/v1/leads"),
    ]:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers["x-request-id"]) == 16
        assert "server" not in answer.headers
    assert (await world.client.put("/v1/leads")).status_code == 405
    assert (await world.client.get("/nowhere")).headers["content-type"] == "application/problem+json"


async def test_a_request_is_one_line_with_nothing_personal(world: World, web: httpx.AsyncClient) -> None:
    """Event, method, route template, status, time and id; no path, query, address or body."""
    with structlog.testing.capture_logs() as logs:
        answer = await web.get("/v1/leads/ld_01k4z7m0q8e9x0v3f1n2b5c6d7?email=ada@acme.example")
    (line,) = [each for each in logs if each["event"] == "http.request"]
    assert line.keys() == {"event", "log_level", "method", "route", "status", "ms", "request_id"}
    assert (line["route"], line["status"]) == ("/v1/leads/{lead_id}", answer.status_code)
    assert line["request_id"] == answer.headers["x-request-id"]


async def test_an_unexpected_error_shows_nothing(world: World, web: httpx.AsyncClient) -> None:
    """A row that somebody damaged is a 500 problem; the log has the error's class and place, never its text."""
    ident = body_of(await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"}))["id"]
    damage = update(leads).where(leads.c.id == ident).values(status="ada@acme.example")
    await world.gateway.office.database.transact(lambda tx: tx.connection.execute(damage))
    with structlog.testing.capture_logs() as logs:
        answer = await web.get(f"/v1/leads/{ident}")
    assert answer.status_code == 500
    assert body_of(answer)["type"].endswith("/internal")
    assert "ada@" not in answer.text
    assert "ada@" not in str(logs)
    assert any(each.get("error") == "ValueError" for each in logs)
