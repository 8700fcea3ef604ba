"""That leads go no further, for want of a worker or a sequencer, can be seen from outside."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from gateway.desk.office import LOCAL
from gateway.ports import ADVANCE, RECONSIDER
from gateway.storage.engine.tables import dead_letters
from gateway.storage.engine.unit import Unit
from tests.support.gateway import World, body_of, lead, running_gateway
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


def placed(store: Store) -> dict[str, Any]:
    """The settings of a gateway on a store."""
    if store.dialect == "sqlite":
        return {}
    return {"database_url": store.url, "database_schema": store.schema}


async def checks(client: httpx.AsyncClient) -> dict[str, str | None]:
    """What readiness says, by check: None where all is well."""
    answer = await client.get("/health/ready")
    assert answer.status_code == 200, answer.text
    told = body_of(answer)
    assert all(each["ok"] == (each["detail"] is None) for each in told["checks"])
    return {each["name"]: each["detail"] for each in told["checks"]}


async def gauges(world: World) -> dict[tuple[str, ...], float]:
    """Every sample of the metrics by name and labels."""
    text = (await world.client.get("/metrics")).text
    return {
        (each.name, *each.labels.values()): each.value
        for family in families(text)
        for each in family.samples
        if each.name.startswith("leadgate_")
    }


async def test_leads_that_no_worker_carries_on_are_seen(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server and no other process: readiness and metrics say that no worker runs, and that a lead waits for one."""
    monkeypatch.setattr("gateway.api.health.WORK_SECONDS", 0.01)
    async with running_gateway(tmp_path, worker=False, sequencer=False, **placed(store)) as world:
        answer = await world.client_of(world.keys["web"]).post("/v1/leads", json=lead())
        assert answer.status_code == 202
        told = await checks(world.client)
        assert "Start `leadgate worker`" in str(told["workers"])
        assert "Start `leadgate sequencer`" in str(told["sequencers"])
        waits = await eventually(lambda: checks(world.client), lambda told: told["work"] is not None)
        assert "for a worker" in str(waits["work"])
        samples = await gauges(world)
        assert samples["leadgate_work_age_seconds",] > 0
        assert samples["leadgate_processes", "worker"] == 0
        assert samples["leadgate_heartbeat_age_seconds", "worker"] == float("inf")
        assert samples["leadgate_processes", "serve"] == 1
        await world.gateway.start_worker()
        await world.gateway.start_sequencer()
        well = await eventually(lambda: checks(world.client), lambda told: told["workers"] is None)
        assert well["sequencers"] is None
        await world.lead(answer.json()["id"], until=["released"])
        assert (await checks(world.client))["work"] is None


async def test_a_lead_whose_job_was_given_up_waits_for_no_worker(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a dead letter, and hides no other lead that does wait; once it is tried again, it waits like any other."""
    monkeypatch.setattr("gateway.api.health.WORK_SECONDS", 0.01)
    async with running_gateway(tmp_path, worker=False, sequencer=False, **placed(store)) as world:
        caller, database = world.client_of(world.keys["web"]), world.gateway.office.database
        first = body_of(await caller.post("/v1/leads", json=lead()))["id"]
        await eventually(lambda: checks(world.client), lambda told: told["work"] is not None)
        row = {"ids": [first], "attempts": 5, "error": "ValueError at x:1", "at": world.gateway.office.now()}
        await database.write(Unit().insert(dead_letters, {"id": "dl_1", "name": RECONSIDER, **row}))
        assert (await checks(world.client))["work"] is not None
        await database.write(Unit().insert(dead_letters, {"id": "dl_2", "name": ADVANCE, **row}))
        assert (await checks(world.client))["work"] is None
        samples = await gauges(world)
        assert ("leadgate_work_age_seconds",) not in samples or not samples["leadgate_work_age_seconds",] > 0
        assert samples["leadgate_dead_letters", "job"] == 2
        assert samples["leadgate_dead_letters", "delivery"] == 0
        person = {"email": "bob@acme.example", "country": "GB"}
        second = body_of(await caller.post("/v1/leads", json=lead(person=person)))["id"]
        await eventually(lambda: checks(world.client), lambda told: told["work"] is not None)
        await database.write(Unit().insert(dead_letters, {"id": "dl_3", "name": ADVANCE, **row, "ids": [second]}))
        assert (await checks(world.client))["work"] is None
        await world.gateway.desks.stuck.replay(LOCAL, "dl_2")
        assert (await checks(world.client))["work"] is not None
