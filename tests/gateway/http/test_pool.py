"""The pool of connections: kept, shared, bounded, let go."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from gateway.http import Broken, DeadlineExceeded, HttpClient, pool
from tests.gateway.http.servers import Names, certificate, http_reply, listening, private
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.integration


def all_at_once(count: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]:
    """Makes a server that answers so many requests together, once all of them have come."""
    barrier = asyncio.Barrier(count)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await barrier.wait()
            writer.write(http_reply())
            await writer.drain()

    return answer


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each request a moment after it came, and keeps the connection."""
    while True:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.02)
        writer.write(http_reply())
        await writer.drain()


async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request and closes, without having said so."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(http_reply())
    await writer.drain()


async def twice_then_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers two requests on one connection, and says with the second that it closes."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(http_reply())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(http_reply(headers="Connection: close\r\n"))
    await writer.drain()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Reads and never answers."""
    await reader.read()


def twice(size: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]:
    """Makes a server that sends a second reply in one breath with its first, which has so many bytes in all."""
    head = len(http_reply(b"." * size)) - size
    first = http_reply(b"." * (size - head))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first + http_reply(b"late", status="500 Too Much"))
            await writer.drain()

    return answer


async def test_connections_of_a_burst_serve_the_next_burst() -> None:
    """Forty requests at once open forty connections; the next forty open none."""
    async with listening(all_at_once(40)) as server, HttpClient() as client:
        for _ in range(3):
            await asyncio.gather(*(client.send(private(f"http://127.0.0.1:{server.port}/")) for _ in range(40)))
        assert server.connects == 40


async def test_no_more_than_the_most_are_open() -> None:
    """With room for three, thirty requests share three connections, and all of them are answered."""
    async with listening(slow) as server, HttpClient(max_connections=3) as client:
        sent = (client.send(private(f"http://127.0.0.1:{server.port}/")) for _ in range(30))
        replies = await asyncio.gather(*sent)
        assert ([reply.body for reply in replies], server.connects) == ([b"ok"] * 30, 3)


async def test_an_idle_connection_makes_room_for_another_origin() -> None:
    """With room for one, two origins in turn get a new connection each time."""
    async with listening(slow) as one, listening(slow) as two, HttpClient(max_connections=1) as client:
        for server in (one, two, one):
            await client.send(private(f"http://127.0.0.1:{server.port}/"))
        assert (one.connects, two.connects) == (2, 1)


async def test_a_connection_that_was_closed_is_not_used_again() -> None:
    """A server that closes after each answer is met on a new connection, not with an error."""
    async with listening(once) as server, HttpClient() as client:
        for _ in range(3):
            assert (await client.send(private(f"http://127.0.0.1:{server.port}/"))).status == 200
            await asyncio.sleep(0.02)
        assert server.connects == 3


async def test_nothing_is_kept_of_origins_that_closed_their_connections() -> None:
    """A crawl of a million sites that answer once, and then close, leaves nothing behind."""
    async with HttpClient() as client:
        for _ in range(3):
            async with listening(twice_then_close) as server:
                for _ in range(2):
                    await client.send(private(f"http://127.0.0.1:{server.port}/"))
        assert not client._inside._places
        assert not client._inside._idle


async def test_an_idle_connection_is_let_go_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the keeping time a connection is closed when the next request ends, whichever origin that is for."""
    monkeypatch.setattr(pool, "KEEP_SECONDS", 0.05)
    ended = asyncio.Event()

    async def watched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http_reply())
        await reader.read()
        ended.set()

    async with listening(watched) as old, listening(slow) as other, HttpClient() as client:
        await client.send(private(f"http://127.0.0.1:{old.port}/"))
        await asyncio.sleep(0.1)
        assert not ended.is_set()
        await client.send(private(f"http://127.0.0.1:{other.port}/"))
        await asyncio.wait_for(ended.wait(), PATIENCE)


async def test_a_request_that_ran_out_of_time_gives_its_room_back() -> None:
    """With room for one, an attempt that nobody answers does not stand in the way of the next one."""
    async with listening(silent) as dead, listening(slow) as live, HttpClient(max_connections=1) as client:
        for _ in range(2):
            with pytest.raises(DeadlineExceeded) as late:
                await client.send(private(f"http://127.0.0.1:{dead.port}/", seconds=0.5))
            assert late.value.sent
        assert (await client.send(private(f"http://127.0.0.1:{live.port}/"))).status == 200


async def test_waiting_for_a_connection_counts_and_sends_nothing() -> None:
    """A request that finds no connection in its time was certainly not sent."""
    async with listening(silent) as dead, HttpClient(max_connections=1) as client:
        url = f"http://127.0.0.1:{dead.port}/"
        first = asyncio.create_task(client.send(private(url)))
        await until(lambda: dead.connects == 1)
        with pytest.raises(DeadlineExceeded) as late:
            await client.send(private(url, seconds=0.1))
        assert not late.value.sent
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_a_broken_reply_costs_its_connection_alone() -> None:
    """After a reply that is no HTTP the next request gets a connection of its own."""
    async with listening(b"garbage\r\n\r\n") as bad, listening(slow) as good, HttpClient(max_connections=1) as client:
        with pytest.raises(Broken):
            await client.send(private(f"http://127.0.0.1:{bad.port}/"))
        assert (await client.send(private(f"http://127.0.0.1:{good.port}/"))).status == 200


@pytest.mark.parametrize("size", [200, 65536])
async def test_a_second_reply_in_one_breath_answers_nobody(size: int) -> None:
    """What came beyond a reply is not the reply to the next request, also where the first one fills a whole read."""
    async with listening(twice(size)) as server, HttpClient() as client:
        for connects in (1, 2, 3):
            reply = await client.send(private(f"http://127.0.0.1:{server.port}/"))
            assert (reply.status, server.connects) == (200, connects)


async def test_a_second_reply_in_a_record_of_its_own_answers_nobody(tmp_path: Path) -> None:
    """Under TLS it may be there and not yet read: the first reply fills a record of 16 KiB."""
    pem = certificate("shop.example", tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    trusting = ssl.create_default_context(cafile=pem)
    names = Names({"shop.example": [["127.0.0.1"]]})
    async with (
        listening(twice(16384), serving) as server,
        HttpClient(resolver=names, context=trusting) as client,
    ):
        for connects in (1, 2, 3):
            reply = await client.send(private(f"https://shop.example:{server.port}/"))
            assert (reply.status, server.connects) == (200, connects)
