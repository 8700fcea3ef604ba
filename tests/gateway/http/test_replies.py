"""Replies over real loopback sockets: caps, deadlines, damage, the sandbox's map and TLS."""

import asyncio
import gzip
import hashlib
import ssl
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.http import (
    Broken,
    DeadlineExceeded,
    EgressRefused,
    HttpClient,
    Request,
    TooLarge,
    Unreachable,
)
from tests.gateway.http.servers import Names, certificate, http_reply, listening, private


@pytest.mark.integration
async def test_gzip_bomb_stops_at_the_cap() -> None:
    """64 MiB behind 64 KiB of gzip end as TooLarge, and at no time more than a few caps are in memory."""
    bomb = gzip.compress(b"\0" * (64 << 20), 9, mtime=0)
    async with (
        listening(http_reply(bomb, headers="Content-Encoding: gzip\r\n")) as server,
        HttpClient() as client,
    ):
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge) as large:
                await client.send(private(f"http://127.0.0.1:{server.port}/", max_bytes=1 << 20))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (large.value.reason, large.value.sent) == ("decoded_over_cap", True)
    assert peak < 8 << 20


@pytest.mark.integration
async def test_a_body_that_is_taken_piece_by_piece_is_never_held() -> None:
    """40 MiB behind gzip arrive whole and in order, and the reply's own body is empty; the cap counts all the same."""
    whole = bytes(range(256)) * (40 << 12)
    answer = http_reply(gzip.compress(whole, 1, mtime=0), headers="Content-Encoding: gzip\r\n")
    seen, size = hashlib.sha256(), 0

    async def take(piece: bytes) -> None:
        nonlocal size
        seen.update(piece)
        size += len(piece)

    async with listening(answer) as server, HttpClient() as client:
        url = f"http://127.0.0.1:{server.port}/"
        tracemalloc.start()
        try:
            reply = await client.send(replace(private(url, max_bytes=len(whole)), take=take))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (reply.body, size, seen.digest()) == (b"", len(whole), hashlib.sha256(whole).digest())
        with pytest.raises(TooLarge):
            await client.send(replace(private(url, max_bytes=len(whole) - 1), take=take))
    assert peak < len(whole) + (8 << 20), "what is taken is not kept as well"


@pytest.mark.integration
async def test_a_bomb_that_is_taken_piece_by_piece_holds_up_nobody() -> None:
    """128 MiB behind 128 KiB come in small pieces, between which others run; none is lost, in two members as well."""
    bomb = gzip.compress(b"\n" * (64 << 20), 9, mtime=0) * 2
    sizes, longest, running = [], 0.0, True

    async def take(piece: bytes) -> None:
        sizes.append(len(piece))

    async def beat() -> None:
        nonlocal longest
        while running:
            began = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - began)

    async with listening(http_reply(bomb, headers="Content-Encoding: gzip\r\n")) as server, HttpClient() as client:
        beating = asyncio.create_task(beat())
        wanted = private(f"http://127.0.0.1:{server.port}/", max_bytes=256 << 20)
        await client.send(replace(wanted, take=take, seconds=60.0))
        running = False
        await beating
    assert (sum(sizes), max(sizes)) == (128 << 20, 64 << 10)
    assert longest < 0.5


@pytest.mark.integration
async def test_of_a_bomb_its_beginning_may_be_wanted() -> None:
    """With `cut` the first bytes come, exactly so many, marked as cut, and no more than a few caps are in memory."""
    bomb = gzip.compress(b"ab" * (32 << 20), 9, mtime=0)
    async with (
        listening(http_reply(bomb, headers="Content-Encoding: gzip\r\n")) as server,
        HttpClient() as client,
    ):
        tracemalloc.start()
        try:
            reply = await client.send(private(f"http://127.0.0.1:{server.port}/", max_bytes=100_001, cut=True))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (reply.body, reply.cut) == (b"ab" * 50_000 + b"a", True)
    assert peak < 2 << 20


@pytest.mark.integration
@pytest.mark.parametrize("size", [0, 99, 100, 101, 300_000])
@pytest.mark.parametrize("coding", ["", "gzip"])
async def test_cutting_begins_beyond_the_cap(size: int, coding: str) -> None:
    """A body of the cap's length is whole, one byte more is cut; the next request finds a working connection."""
    body = b"x" * size if not coding else gzip.compress(b"x" * size, mtime=0)
    headers = f"Content-Encoding: {coding}\r\n" if coding else ""
    async with listening(http_reply(body, headers=headers)) as server, HttpClient() as client:
        for _ in range(2):
            reply = await client.send(private(f"http://127.0.0.1:{server.port}/", max_bytes=100, cut=True))
            assert (len(reply.body), reply.cut) == (min(size, 100), size > 100)


@pytest.mark.integration
async def test_body_that_is_not_wanted_is_not_read() -> None:
    """Told status and headers, the caller may leave the body unread; the call ends at once."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    told: list[tuple[int, str]] = []

    def reads(status: int, headers: Mapping[str, str]) -> bool:
        told.append((status, headers["location"]))
        return False

    async with listening(endless) as server, HttpClient() as client:
        reply = await client.send(replace(private(f"http://127.0.0.1:{server.port}/"), reads=reads))
    assert (reply.status, reply.body, reply.cut, told) == (302, b"", False, [(302, "/x")])


@pytest.mark.integration
async def test_headers_come_one_by_one() -> None:
    """Beside the joined ones, every value stands by itself and in order, under its name in lower case."""
    headers = "Set-Cookie: a=1, b\r\nX-One: 1\r\nset-cookie: c=2\r\n"
    async with listening(http_reply(b"", headers=headers)) as server, HttpClient() as client:
        reply = await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert reply.every()["set-cookie"] == ("a=1, b", "c=2")
    assert (reply.headers["set-cookie"], reply.every()["x-one"]) == ("a=1, b, c=2", ("1",))
    assert "a=1" not in repr(reply)


@pytest.mark.integration
async def test_connecting_may_have_less_time_than_the_call() -> None:
    """A server that takes the connection and never speaks TLS ends the call as not sent, well before its time."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as server, HttpClient() as client:
        request = replace(private(f"https://127.0.0.1:{server.port}/", seconds=20.0), connect_seconds=0.1)
        begun = time.monotonic()
        with pytest.raises(DeadlineExceeded) as late:
            await client.send(request)
    assert not late.value.sent
    assert time.monotonic() - begun < 10


@pytest.mark.integration
async def test_gzip_body_is_decoded() -> None:
    """A gzip body, also one of several members, arrives decoded."""
    body = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two")
    async with (
        listening(http_reply(body, headers="Content-Encoding: gzip\r\n")) as server,
        HttpClient() as client,
    ):
        reply = await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert reply.body == b"one two"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (gzip.compress(b"x" * 999, mtime=0)[:-9], "gzip", "gzip_cut_short"),
        (b"not gzip at all", "gzip", "gzip_damaged"),
        (b"x", "br", "content_coding_unknown"),
        (b"x", "gzip, gzip", "content_coding_unknown"),
    ],
)
async def test_damaged_coding_is_broken(body: bytes, coding: str, reason: str) -> None:
    """A body that cannot be decoded whole is Broken, never a shorter body."""
    reply = http_reply(body, headers=f"Content-Encoding: {coding}\r\n")
    async with listening(reply) as server, HttpClient() as client:
        with pytest.raises(Broken) as broken:
            await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert broken.value.reason == reason


@pytest.mark.integration
@pytest.mark.parametrize("announced", [True, False])
async def test_plain_body_over_the_cap_is_too_large(announced: bool) -> None:  # noqa: FBT001 - a parameter
    """A body over the cap is refused when its length says so, and while it streams when none does."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        length = b"Content-Length: 99999999\r\n" if announced else b""
        writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with listening(endless) as server, HttpClient() as client:
        with pytest.raises(TooLarge) as large:
            await client.send(private(f"http://127.0.0.1:{server.port}/", max_bytes=200_000))
    assert large.value.reason == ("announced_over_cap" if announced else "body_over_cap")


@pytest.mark.integration
async def test_deadline_covers_the_whole_call() -> None:
    """A server that drips one byte at a time cannot stretch the call beyond its deadline."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listening(drip) as server, HttpClient() as client:
        begun = time.monotonic()
        with pytest.raises(DeadlineExceeded) as late:
            await client.send(private(f"http://127.0.0.1:{server.port}/", seconds=0.2))
    assert late.value.sent
    assert time.monotonic() - begun < 10  # the whole reply takes twenty


@pytest.mark.integration
async def test_deadline_covers_the_look_up() -> None:
    """A resolver that hangs is part of the call's time, and nothing was sent."""

    async def hang(host: str) -> Sequence[str]:
        await asyncio.sleep(30)
        return ()

    async with HttpClient(resolver=hang) as client:
        with pytest.raises(DeadlineExceeded) as late:
            await client.send(Request(method="GET", url="https://slow.com/", seconds=0.05))
    assert not late.value.sent


@pytest.mark.integration
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"garbage\r\n\r\n"])
async def test_reset_and_garbage_are_broken(head: bytes) -> None:
    """A server that hangs up early or answers nonsense ends in Broken, with the request sent."""

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        await writer.drain()

    async with listening(rude) as server, HttpClient() as client:
        with pytest.raises(Broken) as broken:
            await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert broken.value.sent


@pytest.mark.integration
async def test_closed_port_is_unreachable() -> None:
    """A port nobody listens on is Unreachable with nothing sent."""
    async with listening(b"") as server:
        port = server.port
    async with HttpClient() as client:
        with pytest.raises(Unreachable) as gone:
            await client.send(private(f"http://127.0.0.1:{port}/"))
    assert not gone.value.sent


@pytest.mark.integration
async def test_address_map_stands_in_for_the_world() -> None:
    """A mapped https URL reaches the sandbox in plain text; an unmapped one follows the rules."""
    async with listening(http_reply(b"sandbox")) as sandbox:
        addresses = {("api.vendor.example", 443): ("127.0.0.1", sandbox.port)}
        async with HttpClient(resolver=Names({}), addresses=addresses) as client:
            reply = await client.send(Request(method="GET", url="https://api.vendor.example/v1"))
            with pytest.raises(EgressRefused):
                await client.send(Request(method="GET", url="https://other.vendor.example/v1"))
    assert reply.body == b"sandbox"
    assert b"host: api.vendor.example\r\n" in sandbox.requests[0].lower()


@pytest.mark.integration
async def test_tls_is_checked_against_the_name_of_the_url(tmp_path: Path) -> None:
    """The pinned address gets SNI and certificate check for the URL's host; another name fails."""
    pem = certificate("api.vendor.com", tmp_path)
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(pem)
    asked: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: asked.append(name)
    client_side = ssl.create_default_context(cafile=str(pem))
    names = Names({"api.vendor.com": [["127.0.0.1"]], "evil.vendor.com": [["127.0.0.1"]]})
    async with (
        listening(http_reply(b"tls"), server_side) as server,
        HttpClient(resolver=names, context=client_side) as client,
    ):
        reply = await client.send(private(f"https://api.vendor.com:{server.port}/"))
        with pytest.raises(Unreachable):
            await client.send(private(f"https://evil.vendor.com:{server.port}/"))
    assert reply.body == b"tls"
    assert asked == ["api.vendor.com", "evil.vendor.com"]
