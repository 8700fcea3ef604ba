"""Keys, scopes, isolation of sources, and the record of denials."""

import httpx
import pytest
from sqlalchemy import select

from audit.types import by_name
from gateway.desk.office import LOCAL
from gateway.storage.log.tables import audit_entries
from tests.support.gateway import World, body_of, lead

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer lg_x_y", "Basic bGc6eA==", "Bearer lg_", "Bearer " + "x" * 500, "Bearer lg_é_x"],
)
async def test_without_a_good_key_nothing_is_told(world: World, header: str) -> None:
    """Every bad key gets the same 401, whether what it asks for exists or not."""
    raw = [(b"Authorization", header.encode("latin-1"))] if header else []
    answers = [
        await world.client.get(path, headers=raw) for path in ("/v1/leads", "/v1/leads/ld_01k4z7m0q8e9x0v3f1n2b5c6d7")
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert body_of(answer)["type"].endswith("/unauthenticated")


async def test_two_keys_at_once_are_refused(world: World) -> None:
    """What stands before the gateway may have looked at the other one."""
    good = f"Bearer {world.keys['admin']}"
    for second in (good, "Bearer lg_x_y"):
        answer = await world.client.get("/v1/leads", headers=[("Authorization", good), ("Authorization", second)])
        assert answer.status_code == 401
        assert "one Authorization" in body_of(answer)["detail"]


async def test_a_wrong_secret_looks_like_an_unknown_key(world: World) -> None:
    """A key with another secret and a key that never was answer alike, but for the place asked for."""
    wrong = world.keys["web"][:-1] + ("0" if world.keys["web"][-1] != "0" else "1")
    known = await world.client_of(wrong).get("/v1/leads")
    unknown = await world.client_of("lg_nobody_" + "0" * 64).get("/v1/leads")
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content


async def test_a_key_does_what_its_scopes_say(world: World, web: httpx.AsyncClient) -> None:
    """A source's key is refused what an operator may do, before its body is looked at."""
    for method, path in [
        ("GET", "/v1/quarantine"),
        ("GET", "/v1/audit/checkpoint"),
        ("POST", "/v1/suppressions"),
        ("POST", "/v1/notices"),
        ("GET", "/v1/policies"),
    ]:
        answer = await web.request(method, path)
        assert answer.status_code == 403, path
        assert body_of(answer)["type"].endswith("/forbidden")


async def test_a_revoked_key_is_refused_at_once(world: World, web: httpx.AsyncClient) -> None:
    """The process that revokes forgets what it remembered of its keys."""
    assert (await web.get("/v1/leads")).status_code == 200
    await world.gateway.desks.keys.revoke(LOCAL, world.keys["web"].split("_")[1])
    assert (await web.get("/v1/leads")).status_code == 401


async def test_a_source_sees_nothing_of_another(world: World, web: httpx.AsyncClient) -> None:
    """Another source's lead is not found, by id, list, look-up, timeline, explanation or outcome."""
    await world.add_source("shop")
    shop = world.client_of(await world.add_key("shop", "source", ["leads:write", "leads:read"]))
    made = body_of(await shop.post("/v1/leads", json=lead()))
    here = made["links"]["self"]
    for answer in [
        await web.get(here),
        await web.get(f"{here}/timeline"),
        await web.get(f"{here}/explain"),
        await web.post(f"{here}/outcomes", json={"outcome": "won"}),
    ]:
        assert answer.status_code == 404
    assert body_of(await web.get("/v1/leads"))["items"] == []
    assert body_of(await web.get("/v1/leads", params={"source": "shop"}))["items"] == []
    found = await web.post("/v1/subjects:lookup", json={"email": "ada@acme.example"})
    assert body_of(found) == {"subject_ids": [], "leads": []}
    assert [row["id"] for row in body_of(await shop.get("/v1/leads"))["items"]] == [made["id"]]


async def test_a_key_of_no_source_names_one(admin: httpx.AsyncClient) -> None:
    """An unbound key writes where the body says; without a source the place is named."""
    refused = await admin.post("/v1/leads", json=lead())
    assert refused.status_code == 422
    assert body_of(refused)["errors"][0]["pointer"] == "/source"
    unknown = await admin.post("/v1/leads", json=lead(source="nowhere"))
    assert unknown.status_code == 422
    taken = await admin.post("/v1/leads", json=lead(source="web"))
    assert taken.status_code == 202
    mixed = {"leads": [lead(source="web"), lead(source="contact"), lead()]}
    batch = await admin.post("/v1/leads:batch", json=mixed)
    assert batch.status_code == 422
    assert body_of(batch)["errors"] == [
        {"pointer": "/leads/2/source", "detail": "This key belongs to no source: name one."}
    ]


async def test_a_bound_key_writes_to_no_other_source(web: httpx.AsyncClient) -> None:
    """Naming another source is a fault at its place."""
    answer = await web.post("/v1/leads", json=lead(source="contact"))
    assert answer.status_code == 422
    assert body_of(answer)["errors"][0]["pointer"] == "/source"


async def test_denials_become_one_entry_per_caller(world: World, web: httpx.AsyncClient) -> None:
    """Denials are counted per key or network, and written as one entry each."""
    for _ in range(3):
        await web.get("/v1/quarantine")
        await world.client.get("/v1/leads")
    front = world.app.state.front
    await front.denials.flush()
    await front.denials.flush()
    number = by_name("access.refused").number
    query = select(audit_entries.c.event_id).where(audit_entries.c.type == number)
    rows = await world.gateway.office.database.read(lambda connection: connection.execute(query).all())
    assert len(rows) == 2
