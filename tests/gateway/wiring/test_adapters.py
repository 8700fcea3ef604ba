"""Small pieces that fit one part's port onto another part."""

import asyncio

import pytest

from gateway.http import HttpClient
from gateway.release import Call
from gateway.wiring.adapters import DeliveryHttp

pytestmark = pytest.mark.integration


async def _wordy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a request, answer 200, and go on talking for two megabytes."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nX-Seen: yes\r\nConnection: close\r\n\r\n" + b"x" * (2 << 20))
    writer.close()


async def test_an_answer_that_talks_too_much_has_answered_all_the_same() -> None:
    """200 with a body over the limit: the message has arrived and is not sent again for what came behind it."""
    server = await asyncio.start_server(_wordy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    call = Call(
        method="POST",
        url=f"http://127.0.0.1:{port}/",
        headers={},
        body=b"",
        seconds=10,
        allow_private=True,
    )
    async with server, HttpClient() as client:
        reply = await DeliveryHttp(client).send(call)
    assert (reply.status, reply.headers["x-seen"], reply.body) == (200, "yes", b"")
