"""Small pieces that fit one part's port onto another part."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.http import HttpClient
from gateway.release import Call, Reply, SendFailed
from gateway.wiring.adapters import DeliveryHttp
from tests.gateway.http.servers import Handler, http_reply, listening

pytestmark = pytest.mark.integration

HEAD = b"HTTP/1.1 200 OK\r\nX-Seen: yes\r\nConnection: close\r\n"
PLAIN_AS_GZIP = http_reply(b"ok", headers="X-Seen: yes\r\nContent-Encoding: gzip\r\n")


async def _wordy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a request, answer 200, and go on talking for two megabytes."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b"\r\n" + b"x" * (2 << 20))


async def _short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with less than was announced."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b"Content-Length: 99\r\n\r\nabc")


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer 200 at once, and never come to an end."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def answers(handler: Handler | bytes, *, seconds: float, body_seconds: float | None) -> AsyncIterator[Reply]:
    """The answer of a server that behaves like this."""
    async with listening(handler) as server, HttpClient() as client:
        call = Call(
            method="POST",
            url=f"http://127.0.0.1:{server.port}/",
            headers={},
            body=b"",
            seconds=seconds,
            body_seconds=body_seconds,
            allow_private=True,
        )
        yield await DeliveryHttp(client).send(call)


@pytest.mark.parametrize("handler", [_wordy, _short, _dripping, PLAIN_AS_GZIP])
async def test_a_status_is_an_answer_whatever_comes_behind_it(handler: Handler | bytes) -> None:
    """Too much, too little, too slow or not what it is called: it has arrived, and is not sent again."""
    async with answers(handler, seconds=10, body_seconds=0.2) as reply:
        assert (reply.status, reply.headers["x-seen"], reply.body) == (200, "yes", b"")


async def test_a_status_counts_also_where_the_whole_time_is_up() -> None:
    """The headers came in time."""
    async with answers(_dripping, seconds=0.2, body_seconds=5) as reply:
        assert reply.status == 200


async def test_a_body_that_comes_as_it_should_is_read() -> None:
    """It may hold the receiver's own id."""
    body = gzip.compress(b"an id")
    async with answers(http_reply(body, headers="Content-Encoding: gzip\r\n"), seconds=10, body_seconds=5) as reply:
        assert reply.body == b"an id"


@pytest.mark.parametrize(
    ("handler", "detail"), [(_short, "broken"), (_dripping, "deadline"), (PLAIN_AS_GZIP, "broken")]
)
async def test_where_the_body_decides_there_is_no_answer_without_it(handler: Handler | bytes, detail: str) -> None:
    """The message is sent again."""
    with pytest.raises(SendFailed) as failed:
        async with answers(handler, seconds=0.5, body_seconds=None):
            pass
    assert (failed.value.detail, failed.value.retryable) == (detail, True)


async def test_an_answer_that_talks_too_much_has_answered_all_the_same() -> None:
    """Also where its body would decide: the next one would talk as much."""
    async with answers(_wordy, seconds=10, body_seconds=None) as reply:
        assert (reply.status, reply.body) == (200, b"")


async def test_no_status_is_no_answer() -> None:
    """A server that hangs up has not taken the message, as far as anybody knows."""

    async def rude(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    with pytest.raises(SendFailed, match="broken"):
        async with answers(rude, seconds=10, body_seconds=1):
            pass
