"""What was kept aside: listed, opened as a file, replayed once."""

import httpx
import pytest

from gateway.desk.office import LOCAL
from gateway.desk.reception import Post
from gateway.intake import RequestContext
from tests.support.gateway import World, body_of, lead

pytestmark = pytest.mark.integration

SPAM = {"email": "ada@acme.example", "message": "[url=http://a.example]a[/url]", "_gotcha": "x"}


def raw(world: World, body: bytes, content_type: str) -> Post:
    """A request to the API that came just now."""
    context = RequestContext(received_at=world.gateway.office.now())
    return Post(kind="api", body=body, content_type=content_type, context=context)


async def test_spam_is_replayed_as_one_lead(world: World, admin: httpx.AsyncClient) -> None:
    """Replay lets spam through with its marks; again, it gives the same lead."""
    await world.client.post("/f/contact", data=SPAM)
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    assert row["replayed_at"] is None
    first = await admin.post(f"/v1/quarantine/{row['id']}:replay")
    assert first.status_code == 200, first.text
    again = body_of(await admin.post(f"/v1/quarantine/{row['id']}:replay"))
    told = body_of(first)["results"][0]
    assert again["results"][0]["id"] == told["id"]
    await world.lead(told["id"], until=["released", "held"])
    taken = (await world.gateway.journal.load([told["id"]]))[0]
    assert set(taken.submission.signals.spam) == {"honeypot_filled", "markup_in_message"}
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    assert (row["lead_id"], row["replayed_at"] is not None) == (told["id"], True)
    assert len(body_of(await admin.get("/v1/leads"))["items"]) == 1


async def test_a_replay_keeps_what_proves_the_consent(world: World, admin: httpx.AsyncClient) -> None:
    """Page, browser, address, the browser's signal and the time are those of the request, not of the replay."""
    came = world.gateway.office.now()
    headers = {"User-Agent": "Marker/1.0", "Referer": "https://www.acme.example/demo", "Sec-GPC": "1"}
    await world.client.post("/f/contact", data={**SPAM, "newsletter": "yes"}, headers=headers)
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    gone = world.gateway.office.now()
    told = body_of(await admin.post(f"/v1/quarantine/{row['id']}:replay"))["results"][0]
    (taken,) = await world.gateway.journal.load([told["id"]])
    page = taken.submission.inquiry.page_url
    assert (page.reveal() if page else None) == "https://www.acme.example/demo"
    assert taken.submission.signals.gpc is True
    assert came <= taken.received_at <= gone
    kept = await world.gateway.desks.quarantine.open(LOCAL, row["id"])
    assert (kept.context.user_agent, kept.context.ip is not None) == ("Marker/1.0", True)
    assert "Marker/1.0" not in repr(kept)


async def test_what_cannot_be_used_stays_so(web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """Replay skips no validation; a form post without contact point can be replayed once its field is mapped."""
    await web.post("/v1/leads", json={"person": {}})
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    refused = await admin.post(f"/v1/quarantine/{row['id']}:replay")
    assert refused.status_code == 422
    assert body_of(refused)["errors"][0]["pointer"] == "/person"
    assert len(body_of(await admin.get("/v1/quarantine"))["items"]) == 1


async def test_a_field_mapped_later_makes_a_post_usable(world: World, admin: httpx.AsyncClient) -> None:
    """A post whose phone number stood in an odd field is replayed after the map was mended."""
    assert (await world.client.post("/f/contact", data={"input_7": "020 7946 0958"})).status_code == 202
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    assert row["reasons"] == ["no_contact_point"]
    assert (await admin.post(f"/v1/quarantine/{row['id']}:replay")).status_code == 422
    await world.add_source("contact", "form", fields={"input_7": "person.phone"})
    replayed = await admin.post(f"/v1/quarantine/{row['id']}:replay")
    assert replayed.status_code == 200, replayed.text
    await world.lead(body_of(replayed)["results"][0]["id"], until=["released", "held"])


async def test_the_bytes_come_as_a_file(web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """Opened bytes are what came, as an attachment that no browser shows."""
    raw = b'{"person": <script>'
    await web.post("/v1/leads", content=raw, headers={"Content-Type": "application/json"})
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    answer = await admin.get(f"/v1/quarantine/{row['id']}")
    assert answer.content == raw
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await web.get(f"/v1/quarantine/{row['id']}")).status_code == 403


async def test_what_a_program_repeats_is_kept_once(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """A client that sends the same again and again fills no quarantine; another body or source has its own place."""

    async def send(client: httpx.AsyncClient, body: bytes, media: str = "application/json") -> int:
        return (await client.post("/v1/leads", content=body, headers={"Content-Type": media})).status_code

    bad = b'{"person": {}}'
    assert [await send(web, b"{") for _ in range(3)] == [400] * 3
    assert [await send(web, bad) for _ in range(3)] == [422] * 3
    assert await send(web, bad, "text/plain") == 400  # kept as it was sent, it is another thing to replay
    await world.add_source("shop")
    assert await send(world.client_of(await world.add_key("shop", "source", ["leads:write"])), bad) == 422
    rows = body_of(await admin.get("/v1/quarantine"))["items"]
    assert [(row["source"], *row["reasons"]) for row in rows] == [
        ("web", "malformed"),
        ("web", "invalid"),
        ("web", "malformed"),
        ("shop", "invalid"),
    ]


async def test_a_bound_operator_sees_only_its_source(world: World, web: httpx.AsyncClient) -> None:
    """A key with the scope that is bound to another source finds nothing."""
    await web.post("/v1/leads", json={"person": {}})
    admin = world.client_of(world.keys["admin"])
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    await world.add_source("shop")
    shop = world.client_of(await world.add_key("shop", "operator", ["operate"]))
    assert body_of(await shop.get("/v1/quarantine"))["items"] == []
    assert (await shop.get(f"/v1/quarantine/{row['id']}")).status_code == 404
    assert (await shop.post(f"/v1/quarantine/{row['id']}:replay")).status_code == 404


async def test_a_batch_is_replayed_whole(world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """A batch whose content type was wrong is replayed as a batch."""
    source = await world.gateway.desks.sources.get("web")
    body = httpx.Request("POST", "http://x", json={"leads": [lead(), lead()]}).read()
    await world.gateway.desks.quarantine.keep(source, raw(world, body, "application/json"), ("malformed",))
    (row,) = body_of(await admin.get("/v1/quarantine"))["items"]
    results = body_of(await admin.post(f"/v1/quarantine/{row['id']}:replay"))["results"]
    assert len({each["id"] for each in results}) == 2


async def test_pages_follow_each_other(world: World, admin: httpx.AsyncClient) -> None:
    """The cursor goes on where the page ended; a forged or foreign one is refused."""
    source = await world.gateway.desks.sources.get("web")
    for number in range(5):
        await world.gateway.desks.quarantine.keep(source, raw(world, bytes([number]), "text/plain"), ("malformed",))
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = body_of(await admin.get("/v1/quarantine", params=query))
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == sorted(set(seen))
    assert len(seen) == 5
    first = body_of(await admin.get("/v1/quarantine", params={"limit": 1}))["next_cursor"]
    assert (await admin.get("/v1/leads", params={"cursor": first})).status_code == 422
    assert (await admin.get("/v1/quarantine", params={"cursor": "AAAA"})).status_code == 422
