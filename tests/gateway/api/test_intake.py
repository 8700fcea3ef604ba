"""What `POST /v1/leads` and its batch take, refuse and remember."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.gateway import World, body_of, lead, running_gateway

pytestmark = pytest.mark.integration


async def test_the_same_key_gives_the_same_lead(web: httpx.AsyncClient) -> None:
    """An Idempotency-Key, quoted or bare, stores once; with another payload it is refused."""
    first = await web.post("/v1/leads", json=lead(), headers={"Idempotency-Key": '"order-1"'})
    again = await web.post("/v1/leads", json=lead(), headers={"Idempotency-Key": "order-1"})
    assert first.status_code == again.status_code == 202
    assert body_of(first)["id"] == body_of(again)["id"]
    other = await web.post("/v1/leads", json=lead(external_id="x"), headers={"Idempotency-Key": "order-1"})
    assert other.status_code == 422
    assert body_of(other)["type"].endswith("/idempotency-key-reused")
    assert len(body_of(await web.get("/v1/leads"))["items"]) == 1


async def test_the_same_key_at_once_stores_once(web: httpx.AsyncClient) -> None:
    """Ten at the same time get one lead."""
    headers = {"Idempotency-Key": "racing"}
    answers = await asyncio.gather(*(web.post("/v1/leads", json=lead(), headers=headers) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({body_of(answer)["id"] for answer in answers}) == 1


async def test_a_new_api_key_of_a_source_knows_what_the_old_one_sent(world: World, web: httpx.AsyncClient) -> None:
    """While API keys are exchanged, a repetition with the new one makes no second lead."""
    new = world.client_of(await world.add_key("web", "source", ["leads:write"]))
    headers = {"Idempotency-Key": "mine"}
    one = body_of(await web.post("/v1/leads", json=lead(), headers=headers))
    two = body_of(await new.post("/v1/leads", json=lead(), headers=headers))
    assert one["id"] == two["id"]


async def test_a_key_of_one_source_is_not_anothers(world: World, web: httpx.AsyncClient) -> None:
    """Two sources may choose the same Idempotency-Key, and so may a key of no source that writes to one."""
    await world.add_source("shop")
    shop = world.client_of(await world.add_key("shop", "source", ["leads:write"]))
    admin = world.client_of(world.keys["admin"])
    headers = {"Idempotency-Key": "mine"}
    taken = [
        await web.post("/v1/leads", json=lead(), headers=headers),
        await shop.post("/v1/leads", json=lead(), headers=headers),
        await admin.post("/v1/leads", json=lead(source="web"), headers=headers),
    ]
    assert [answer.status_code for answer in taken] == [202] * 3
    assert len({body_of(answer)["id"] for answer in taken}) == 3


async def test_two_idempotency_keys_are_refused(web: httpx.AsyncClient) -> None:
    """Whoever sends two means one of them, and nobody knows which."""
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await web.post("/v1/leads", json=lead(), headers=headers)
    assert answer.status_code == 422
    assert "one Idempotency-Key" in body_of(answer)["detail"]


@pytest.mark.parametrize("key", ["", "x" * 256, 'a"b'])
async def test_an_impossible_key_is_refused(web: httpx.AsyncClient, key: str) -> None:
    """A key has 1 to 255 visible ASCII characters."""
    answer = await web.post("/v1/leads", json=lead(), headers={"Idempotency-Key": key})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "media", "status", "pointer"),
    [
        (b"{", "application/json", 400, ""),
        (b"[" * 5000, "application/json", 400, ""),
        (b"\xff\xfe", "application/json", 400, ""),
        (b"{}", "text/plain", 400, None),
        (b"{}", "", 400, None),
        (b"[]", "application/json", 422, ""),
        (b"{}", "application/json", 422, "/person"),
        (b'{"person": {"email": 1}}', "application/json", 422, "/person/email"),
        (b'{"person": {"email": "a@acme.example"}, "colour": 1}', "application/json", 422, "/colour"),
        (b'{"person": {"country": "ZZ", "email": "a@acme.example"}}', "application/json", 422, "/person/country"),
    ],
)
async def test_what_cannot_be_used_is_told_by_place(
    web: httpx.AsyncClient, admin: httpx.AsyncClient, body: bytes, media: str, status: int, pointer: str | None
) -> None:
    """400 or 422 with JSON pointers; the bytes of the authenticated source wait in quarantine."""
    answer = await web.post("/v1/leads", content=body, headers={"Content-Type": media} if media else {})
    assert answer.status_code == status, answer.text
    told = body_of(answer)
    if pointer is not None:
        assert pointer in [each["pointer"] for each in told["errors"]]
    kept = body_of(await admin.get("/v1/quarantine"))["items"]
    assert [row["source"] for row in kept] == ["web"]


async def test_a_bad_address_is_a_verdict_and_no_fault(web: httpx.AsyncClient) -> None:
    """A lead with an impossible address is accepted, and rejected by verification with its reason."""
    answer = await web.post("/v1/leads", json=lead(person={"email": "no address"}), headers={"Prefer": "wait=10"})
    assert answer.status_code == 200
    told = body_of(answer)
    assert told["status"] == "rejected"
    assert told["reason"]
    assert told["email"]["verdict"] == "undeliverable"


async def test_a_batch_answers_for_each(web: httpx.AsyncClient) -> None:
    """Good and bad leads side by side, in order; one bad lead alone too."""
    leads = [lead(), {"person": {}}, lead(person={"email": "bob@brightpath.example"})]
    answer = await web.post("/v1/leads:batch", json={"leads": leads})
    assert answer.status_code == 202, answer.text
    told = body_of(answer)
    assert (told["accepted"], told["refused"]) == (2, 1)
    assert [each["index"] for each in told["results"]] == [0, 1, 2]
    assert told["results"][1]["status"] == "refused"
    assert told["results"][1]["errors"][0]["pointer"] == "/person"
    alone = body_of(await web.post("/v1/leads:batch", json=[{"person": {}}]))
    assert (alone["accepted"], alone["refused"]) == (0, 1)


async def test_a_batch_is_idempotent_too(web: httpx.AsyncClient) -> None:
    """The same batch again gives the same ids."""
    leads = {"leads": [lead(), lead(person={"phone": "+44 20 7946 0958"})]}
    headers = {"Idempotency-Key": "b1"}
    first = body_of(await web.post("/v1/leads:batch", json=leads, headers=headers))
    again = body_of(await web.post("/v1/leads:batch", json=leads, headers=headers))
    assert [each["id"] for each in first["results"]] == [each["id"] for each in again["results"]]


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_leads(web: httpx.AsyncClient, count: int) -> None:
    """None is malformed; more than a thousand are too many."""
    answer = await web.post("/v1/leads:batch", json={"leads": [{"person": {"email": "a@b.example"}}] * count})
    assert answer.status_code == (400 if count == 0 else 413)


async def test_an_unsupported_form_of_json_is_named(web: httpx.AsyncClient) -> None:
    """Compressed, in another charset, in UTF-16: the answer says so instead of `no valid JSON`, on every call."""
    plain = {"Content-Type": "application/json"}
    for path, said in (("/v1/leads", lead()), ("/v1/leads:batch", [lead()]), ("/v1/withdrawals", {"email": "a@b.c"})):
        body = json.dumps(said)
        packed = await web.post(
            path, content=gzip.compress(body.encode()), headers={**plain, "Content-Encoding": "gzip"}
        )
        assert (packed.status_code, "Content-Encoding" in body_of(packed)["detail"]) == (415, True), path
        latin = await web.post(path, content=body, headers={"Content-Type": 'application/json; charset="latin1"'})
        assert (latin.status_code, "UTF-8" in body_of(latin)["detail"]) == (415, True), path
        wide = await web.post(path, content=body.encode("utf-16"), headers=plain)
        assert (wide.status_code, "UTF-16" in body_of(wide)["detail"]) == (400, True), path


async def test_a_byte_order_mark_is_no_fault(web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """Some programs write one before UTF-8; also where the key belongs to no source and the body names it."""
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    for client, path, said in (
        (web, "/v1/leads", lead()),
        (admin, "/v1/leads", {**lead(), "source": "web"}),
        (web, "/v1/leads:batch", [lead()]),
    ):
        body = json.dumps(said).encode("utf-8-sig")
        assert (await client.post(path, content=body, headers=headers)).status_code == 202
    body = json.dumps({"email": "ada@acme.example"}).encode("utf-8-sig")
    assert (await admin.post("/v1/subjects:lookup", content=body, headers=headers)).status_code == 200


async def test_what_is_wrong_is_said_for_the_call_that_it_is_wrong_in(
    web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """An unknown field goes under `attributes` only where there are any, and choices are listed."""
    ident = body_of(await web.post("/v1/leads", json=lead()))["id"]

    async def said(path: str, body: object) -> str:
        answer = await admin.post(path, json=body)
        assert answer.status_code == 422
        return str(body_of(answer)["errors"][0]["detail"])

    assert "attributes" in await said("/v1/leads", {**lead(), "source": "web", "x": 1})
    for path, body in (
        ("/v1/withdrawals", {"email": "ada@acme.example", "x": 1}),
        (f"/v1/leads/{ident}/outcomes", {"outcome": "won", "x": 1}),
    ):
        told = await said(path, body)
        assert "attributes" not in told
        assert ("lead_id" if path == "/v1/withdrawals" else "value_minor") in told
    wanted = await said(f"/v1/leads/{ident}/outcomes", {"outcome": "zz"})
    assert all(word in wanted for word in ("accepted", "rejected", "won", "lost"))


async def test_a_body_over_the_limit_is_cut_off(web: httpx.AsyncClient) -> None:
    """413 by the announced length, and for a body that does not announce one as soon as it is over."""
    big = json.dumps(lead(attributes={"x": "y" * 300_000})).encode()
    announced = await web.post("/v1/leads", content=big, headers={"Content-Type": "application/json"})
    assert announced.status_code == 413
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100_000_000:
            sent += 65_536
            yield b" " * 65_536

    streamed = await web.post("/v1/leads", content=endless(), headers={"Content-Type": "application/json"})
    assert streamed.status_code == 413
    assert body_of(streamed)["type"].endswith("/too-large")
    assert sent < 1_000_000
    for path in ("/v1/consents", "/f/contact"):
        answer = await web.post(path, content=big, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413, path


async def test_a_cap_of_the_source_is_told(world: World, web: httpx.AsyncClient) -> None:
    """Over its cap a source hears 429 and when to come back."""
    await world.add_source("web", per_minute=2)
    answers = [await web.post("/v1/leads", json=lead()) for _ in range(5)]
    over = [answer for answer in answers if answer.status_code == 429]
    assert over
    assert 1 <= int(over[0].headers["retry-after"]) <= 60


async def test_waiting_ends_in_time(tmp_path: Path) -> None:
    """Without a worker the journey does not end: 202 after the time, and never longer than the limit."""
    async with running_gateway(tmp_path, worker=False, limits={"wait_seconds": 0.1}) as world:
        web = world.client_of(world.keys["web"])
        answer = await asyncio.wait_for(web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=60"}), 30)
        assert answer.status_code == 202
        assert "preference-applied" not in answer.headers


async def test_a_smaller_batch_limit_holds(tmp_path: Path) -> None:
    """The settings may allow less than a thousand."""
    async with running_gateway(tmp_path, worker=False, limits={"batch_items": 2}) as world:
        web = world.client_of(world.keys["web"])
        assert (await web.post("/v1/leads:batch", json=[lead()] * 2)).status_code == 202
        assert (await web.post("/v1/leads:batch", json=[lead()] * 3)).status_code == 413


async def test_a_store_that_is_gone_is_503(world: World, web: httpx.AsyncClient) -> None:
    """Nothing is stored, and the answer says when to come back; readiness is red."""
    assert (await web.get("/v1/leads")).status_code == 200
    await world.gateway.office.database.close()
    answer = await web.post("/v1/leads", json=lead())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert (await world.client.get("/health/ready")).status_code == 503
    assert (await world.client.get("/health/live")).status_code == 200
