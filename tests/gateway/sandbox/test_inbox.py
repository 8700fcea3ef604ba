"""The inbox over loopback, written to by the standard library and signed by the public package."""

import asyncio
import http.client
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from gateway.errors import Invalid
from gateway.sandbox.inbox import ERROR, GONE, LARGEST_BODY, OK, Answer, Inbox, Received, busy, redirect, slow
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.integration

SECRET = "whsec_" + "QUJD" * 8
BODY = '{"type":"lead.created","data":{"name":"Änna"}}'.encode()


def signed(body: bytes = BODY, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """Sign as any sender does, with the public package."""
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", moment, body.decode()),
    }


def port(inbox: Inbox) -> int:
    """Read the port out of the URL."""
    return int(inbox.url.split(":")[2].split("/")[0])


def _post(inbox: Inbox, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port(inbox), timeout=PATIENCE)
    try:
        connection.request("POST", "/hooks/leads", body=body, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


async def post(
    inbox: Inbox, body: bytes = BODY, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Post with the standard library's client."""
    return await asyncio.to_thread(_post, inbox, body, signed(body) if headers is None else headers)


async def raw(inbox: Inbox, request: bytes) -> bytes:
    """Write bytes and read what comes until the inbox closes or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port(inbox))
    writer.write(request)
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read(65_536)
    finally:
        writer.close()


async def test_a_signed_message_is_verified() -> None:
    """Headers, body and the verdict on the signature are kept, and the callback is told."""
    seen: list[Received] = []
    async with Inbox(SECRET, on_receive=seen.append) as inbox:
        assert (await post(inbox))[0] == 200
        [received] = inbox.received
    assert seen == [received]
    assert (received.verified, received.problem, received.id) == (True, None, "msg_1")
    assert (received.method, received.path, received.body) == ("POST", "/hooks/leads", BODY)
    assert "Änna" not in repr(received)


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        (dict, "missing"),
        (lambda: signed(b"another body"), "no signature fits"),
        (lambda: signed(secret="whsec_" + "REVG" * 8), "no signature fits"),
        (lambda: signed(at=datetime.now(UTC) - timedelta(hours=1)), "five minutes"),
    ],
    ids=["unsigned", "another body", "another secret", "an hour old"],
)
async def test_a_bad_signature_is_kept_and_named(headers: Callable[[], dict[str, str]], problem: str) -> None:
    """An inbox for trying things answers all the same, and says what is wrong."""
    async with Inbox(SECRET) as inbox:
        # Signed now and not when tests are collected: a long run would find every signature too old.
        assert (await post(inbox, headers=headers()))[0] == 200
        [received] = inbox.received
    assert not received.verified
    assert problem in str(received.problem)


async def test_without_a_secret_nothing_is_verified() -> None:
    """Nobody looked, so nothing is called verified."""
    async with Inbox() as inbox:
        await post(inbox)
        assert (inbox.received[0].verified, inbox.received[0].problem) == (False, None)


async def test_answers_come_as_scripted_and_then_by_default() -> None:
    """500 and then 200; 410; 302; 429 with a wait; and the default after them."""
    async with Inbox(SECRET) as inbox:
        inbox.script(
            [ERROR, OK, GONE, redirect("https://elsewhere.example/"), busy("7"), Answer(status=299, body=b"x")]
        )
        got = [await post(inbox) for _ in range(7)]
    assert [status for status, _, _ in got] == [500, 200, 410, 302, 429, 299, 200]
    assert got[3][1]["location"] == "https://elsewhere.example/"
    assert got[4][1]["retry-after"] == "7"
    assert got[5][2] == b"x"


async def test_a_slow_answer_is_kept_before_it_is_given() -> None:
    """A sender that gives up has been heard: that is how a delivery is seen twice."""
    async with Inbox(SECRET) as inbox:
        inbox.script([slow(30)])
        sender = asyncio.create_task(raw(inbox, b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"))
        await inbox.wait(1)
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
        assert inbox.received[0].body == b"{}"
        with pytest.raises(TimeoutError):
            await inbox.wait(2, seconds=0.02)


async def test_one_connection_serves_many_requests() -> None:
    """Keep-alive: two requests written at once get two answers, in order."""
    async with Inbox() as inbox:
        inbox.script([Answer(status=201), Answer(status=202)])
        one = b"POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\n1"
        two = b"POST /b HTTP/1.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\n2"
        reader, writer = await asyncio.open_connection("127.0.0.1", port(inbox))
        writer.write(one + two)
        answer = await reader.read()
        writer.close()
    assert [line for line in answer.split(b"\r\n") if line.startswith(b"HTTP")] == [
        b"HTTP/1.1 201 Created", b"HTTP/1.1 202 Accepted",
    ]  # fmt: skip
    assert [received.path for received in inbox.received] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/9\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nX : y\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), 413),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", 431),
    ],
)
async def test_what_cannot_be_read_is_refused(request_: bytes, status: int) -> None:
    """Not HTTP, no length or too much: the answer says so, and nothing is kept."""
    async with Inbox() as inbox:
        assert (await raw(inbox, request_)).startswith(b"HTTP/1.1 %d " % status)
        assert not inbox.received


async def test_it_goes_on_when_a_caller_leaves_halfway() -> None:
    """Half a request harms nobody else; a request without a body is one too."""
    async with Inbox() as inbox:
        _, writer = await asyncio.open_connection("127.0.0.1", port(inbox))
        writer.write(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n123")
        writer.close()
        await writer.wait_closed()
        assert (await raw(inbox, b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert [received.method for received in inbox.received] == ["GET"]


async def test_it_keeps_no_more_than_told() -> None:
    """An inbox that runs for days does not fill the memory."""
    async with Inbox(keep=2) as inbox:
        for number in range(3):
            await post(inbox, str(number).encode())
        assert [received.body for received in inbox.received] == [b"1", b"2"]


async def test_its_port_is_free_again_afterwards() -> None:
    """Leaving the context closes the port and the open connections, at once."""
    async with Inbox() as inbox:
        number = port(inbox)
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
    assert await reader.read() == b""
    writer.close()
    async with Inbox(port=number) as again:
        assert again.url == f"http://127.0.0.1:{number}/hooks/leads"


def test_a_bad_secret_is_refused_at_once() -> None:
    """An inbox that could verify nothing does not start."""
    with pytest.raises(Invalid):
        Inbox("hunter2")
