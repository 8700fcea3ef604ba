"""The guard over real loopback sockets: nothing inside is reached that was not allowed."""

import pytest

from gateway.http import EgressRefused, HttpClient, Request, Trust, Unreachable
from tests.gateway.http.servers import Names, http_reply, listening, private


@pytest.mark.integration
async def test_reply_comes_back_whole() -> None:
    """Status, headers in lower case and the body arrive; the request named its host and asked for gzip."""
    async with listening(http_reply(b"hello", headers="X-One: 1\r\n")) as server, HttpClient() as client:
        reply = await client.send(private(f"http://127.0.0.1:{server.port}/a?b=c"))
    assert (reply.status, reply.headers["x-one"], reply.body) == (200, "1", b"hello")
    assert server.requests[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in server.requests[0].lower()
    assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()


@pytest.mark.integration
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_redirect_is_a_reply_and_is_not_followed(status: str) -> None:
    """A redirect to an internal listener comes back as it is; the listener sees no connection."""
    async with listening(http_reply(b"secret")) as internal:
        location = f"Location: http://127.0.0.1:{internal.port}/\r\n"
        async with (
            listening(http_reply(b"", status=status, headers=location)) as server,
            HttpClient() as client,
        ):
            reply = await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert (str(reply.status), internal.connects) == (status[:3], 0)


@pytest.mark.integration
@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0", "017700000001"]
)
async def test_internal_listener_sees_no_connection(host: str) -> None:
    """Every spelling of loopback is refused for a configured target with no connect; a control arrives."""
    async with listening(http_reply()) as internal, HttpClient() as client:
        with pytest.raises((EgressRefused, Unreachable)):
            await client.send(Request(method="GET", url=f"http://{host}:{internal.port}/", trust=Trust.CONFIGURED))
        assert internal.connects == 0
        await client.send(private(f"http://127.0.0.1:{internal.port}/"))
        assert internal.connects == 1


@pytest.mark.integration
async def test_name_that_resolves_inside_is_refused_without_a_connection() -> None:
    """A public-looking name whose answer is loopback, alone or mixed, reaches nobody."""
    async with listening(http_reply()) as internal:
        names = Names({"a.com": [["127.0.0.1"]], "b.com": [["93.184.216.34", "127.0.0.1"]]})
        async with HttpClient(resolver=names) as client:
            for host in ("a.com", "b.com"):
                with pytest.raises(EgressRefused):
                    await client.send(
                        Request(method="GET", url=f"http://{host}:{internal.port}/", trust=Trust.CONFIGURED)
                    )
    assert internal.connects == 0


@pytest.mark.integration
async def test_private_connection_is_never_reused_for_a_public_target() -> None:
    """A kept-alive private connection does not serve the same URL when private is not allowed."""
    names = Names({"crm.corp-a.com": [["127.0.0.1"]]})
    async with listening(http_reply()) as server, HttpClient(resolver=names) as client:
        url = f"http://crm.corp-a.com:{server.port}/"
        await client.send(private(url))
        await client.send(private(url))
        with pytest.raises(EgressRefused):
            await client.send(Request(method="GET", url=url, trust=Trust.CONFIGURED))
    assert (server.connects, len(server.requests)) == (1, 2)


@pytest.mark.integration
async def test_kept_alive_connection_stays_on_its_address() -> None:
    """When the name moves between two requests, the open connection serves both."""
    names = Names({"crm.corp-a.com": [["127.0.0.1"], ["169.254.169.254"]]})
    async with listening(http_reply()) as server, HttpClient(resolver=names) as client:
        for _ in range(2):
            await client.send(private(f"http://crm.corp-a.com:{server.port}/"))
    assert (server.connects, names.asked) == (1, ["crm.corp-a.com"])


@pytest.mark.integration
async def test_no_cookie_is_kept() -> None:
    """A cookie that one reply sets is not sent with the next request."""
    async with listening(http_reply(headers="Set-Cookie: a=b; Path=/\r\n")) as server, HttpClient() as client:
        for _ in range(2):
            await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.integration
async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY cannot put another server between the check and the target."""
    async with listening(http_reply(b"proxy")) as proxy, listening(http_reply(b"target")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with HttpClient() as client:
            reply = await client.send(private(f"http://127.0.0.1:{server.port}/"))
    assert (reply.body, proxy.connects) == (b"target", 0)
