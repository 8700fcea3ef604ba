"""Clients that are slow, or too many, keep nobody else out, and learn what became of their request."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.serving import Patience, WebServer
from tests.support.gateway import World, running_gateway

pytestmark = pytest.mark.integration

SOON = 20.0
"""Seconds in which what should happen within two does, also on a busy machine."""
FORM = (
    b"POST /f/contact HTTP/1.1\r\nhost: x\r\ncontent-length: 27\r\n"
    b"content-type: application/x-www-form-urlencoded\r\n\r\n"
)
BODY = b"email=ada%40acme.example&x="

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(folder: Path, patience: Patience, drain: int = 10) -> AsyncIterator[tuple[World, WebServer]]:
    """A gateway on a socket, for clients of a given patience."""
    async with (
        running_gateway(folder, worker=False) as world,
        WebServer(world.app, patience=patience, drain=drain) as web,
    ):
        yield world, web


async def knock(web: WebServer, data: bytes) -> Pipe:
    """Open a connection and send something."""
    pipe = await asyncio.open_connection("127.0.0.1", int(web.url.rpartition(":")[2]))
    pipe[1].write(data)
    await pipe[1].drain()
    return pipe


async def got_of(reader: asyncio.StreamReader) -> bytes:
    """Give what comes until the server closes, however it does."""
    got = b""
    with suppress(ConnectionResetError):
        while piece := await reader.read(65536):
            got += piece
    return got


async def hang_up(*pipes: Pipe) -> None:
    """Close connections."""
    for _, writer in pipes:
        writer.close()
    for _, writer in pipes:
        with suppress(OSError):
            await writer.wait_closed()


async def trickle(pipe: Pipe) -> bytes:
    """Send a byte now and then, and give what comes back until the server has closed."""

    async def send() -> None:
        while True:
            pipe[1].write(b"a")
            await pipe[1].drain()
            await asyncio.sleep(0.2)

    sending = asyncio.create_task(send())
    try:
        return await asyncio.wait_for(got_of(pipe[0]), SOON)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await hang_up(pipe)


async def test_headers_that_never_end_are_not_waited_for(tmp_path: Path) -> None:
    """A byte now and then keeps no connection open for ever."""
    async with served(tmp_path, Patience(head_seconds=0.5)) as (_, web):
        assert await trickle(await knock(web, b"GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ")) == b""


async def test_a_body_that_does_not_come_is_answered(tmp_path: Path) -> None:
    """A post to the public form that trickles gets 408 as a problem, and is counted as that."""
    async with served(tmp_path, Patience(body_seconds=0.5)) as (world, web):
        head, _, body = (await trickle(await knock(web, FORM.replace(b"27", b"9999")))).partition(b"\r\n\r\n")
        metrics = (await world.client.get("/metrics")).text
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close" in head
    assert b"\r\nx-content-type-options: nosniff" in head
    assert json.loads(body)["type"].endswith("/too-slow")
    assert 'leadgate_http_requests_total{method="POST",route="/f/{form_key}",status="408"} 1.0' in metrics


async def test_a_body_in_pieces_is_waited_for(tmp_path: Path) -> None:
    """A slow line is no attack: what comes within its time is taken."""
    async with served(tmp_path, Patience(body_seconds=8)) as (_, web):
        reader, writer = await knock(web, FORM + BODY[:10])
        await asyncio.sleep(2.5)
        writer.write(BODY[10:])
        answer = await asyncio.wait_for(reader.readline(), SOON)
        await hang_up((reader, writer))
    assert answer.split()[1] in {b"200", b"202", b"303"}


async def test_half_open_posts_lose_their_places_to_whoever_comes(tmp_path: Path) -> None:
    """However many connections are held open, no more are kept than there is room for, and others are served."""
    async with served(tmp_path, Patience(connections=10)) as (_, web):
        held = [await knock(web, FORM) for _ in range(40)]
        async with httpx.AsyncClient(base_url=web.url) as client:
            answer = await client.get("/health/live", timeout=SOON)
        assert answer.status_code == 200
        ends = await asyncio.wait([asyncio.create_task(reader.read()) for reader, _ in held], timeout=0.5)
        assert len(ends[1]) <= 10
        await hang_up(*held)
        await asyncio.gather(*ends[0], *ends[1], return_exceptions=True)


async def test_whoever_comes_when_all_are_being_served_is_told_to_come_back() -> None:
    """Requests that are being worked on keep their places; one more gets 503 with Retry-After."""
    go = asyncio.Event()
    at_work = asyncio.Semaphore(0)

    async def work(_: Request) -> PlainTextResponse:
        at_work.release()
        await go.wait()
        return PlainTextResponse("done")

    async with WebServer(Starlette(routes=[Route("/", work)]), patience=Patience(connections=2)) as web:
        asked = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        served = [await knock(web, asked) for _ in range(2)]
        for _ in served:
            await at_work.acquire()
        reader, writer = await knock(web, b"")
        refused = await asyncio.wait_for(reader.read(), SOON)
        go.set()
        answers = [await asyncio.wait_for(pipe[0].read(), SOON) for pipe in served]
        await hang_up((reader, writer), *served)
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: " in refused
    assert all(answer.endswith(b"done") for answer in answers)


async def _taken_late(reader: asyncio.StreamReader) -> bytes:
    """Read an answer after the server's patience has ended."""
    await asyncio.sleep(4)
    return await got_of(reader)


async def test_who_reads_slowly_gets_everything_and_who_does_not_read_is_ended() -> None:
    """A long answer over a slow line arrives whole; one that nobody takes is not kept."""
    size = 30_000_000

    async def long(_: Request) -> PlainTextResponse:
        return PlainTextResponse("x" * size)

    patience = Patience(head_seconds=1.5, body_seconds=1.5)
    asked = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    async with WebServer(Starlette(routes=[Route("/", long)]), patience=patience) as web:
        slow, stuck = await knock(web, asked), await knock(web, asked)
        got = 0
        while piece := await asyncio.wait_for(slow[0].read(1_000_000), SOON):
            got += len(piece)
            await asyncio.sleep(0.01)
        left = await asyncio.wait_for(_taken_late(stuck[0]), SOON)
        await hang_up(slow, stuck)
    assert got > size
    assert len(left) < size


async def test_a_post_that_is_half_here_at_the_end_is_answered_soon(tmp_path: Path) -> None:
    """At a stop it gets 503 as a problem, without waiting for the drain and without an error in the log."""
    with structlog.testing.capture_logs() as logs:
        async with served(tmp_path, Patience(), drain=60) as (_, web):
            half = await knock(web, FORM + BODY[:10])
            await asyncio.sleep(0.2)
        head, _, body = (await asyncio.wait_for(half[0].read(), SOON)).partition(b"\r\n\r\n")
        await hang_up(half)
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: " in head
    assert json.loads(body)["type"].endswith("/unavailable")
    assert not [each for each in logs if each["log_level"] in {"error", "critical"}]


async def test_who_waits_for_an_outcome_at_the_end_is_told_that_the_lead_is_taken(tmp_path: Path) -> None:
    """It is durable, so the answer to `Prefer: wait` is the plain one, and the end waits for no journey."""
    async with running_gateway(tmp_path, worker=False) as world:
        async with WebServer(world.app, drain=60, leaving=world.app.state.front.waiting.end) as web:
            client = httpx.AsyncClient(base_url=web.url, headers={"Authorization": f"Bearer {world.keys['web']}"})
            lead = {"person": {"email": "ada@acme.example"}}
            asked = asyncio.create_task(client.post("/v1/leads", json=lead, headers={"Prefer": "wait=30"}, timeout=60))
            await asyncio.sleep(1)
        answer = await asyncio.wait_for(asked, SOON)
        await client.aclose()
    assert (answer.status_code, answer.json()["status"]) == (202, "received")


async def test_a_request_that_outlasts_the_drain_is_answered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is still under way when the drain is over gets 503, and no "Exception in ASGI application" is logged."""
    async with served(tmp_path, Patience(), drain=3) as (world, web):
        client = httpx.AsyncClient(base_url=web.url, headers={"Authorization": f"Bearer {world.keys['web']}"})
        lead = {"person": {"email": "ada@acme.example"}}
        # Nobody ends this wait, as `serve` would, so that it stands for anything that takes its time.
        asked = asyncio.create_task(client.post("/v1/leads", json=lead, headers={"Prefer": "wait=30"}, timeout=60))
        await asyncio.sleep(1)
    answer = await asked
    await client.aclose()
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/unavailable")
    assert "Exception in ASGI" not in caplog.text
