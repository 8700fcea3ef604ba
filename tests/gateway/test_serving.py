"""The web server believes nobody's forwarding headers by itself."""

import asyncio
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway.serving import WebServer


@pytest.mark.integration
async def test_a_peer_on_this_host_is_not_believed() -> None:
    """X-Forwarded-For changes nothing in what the application sees of its peer; TRUSTED_PROXIES alone decides."""

    async def peer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.client.host if request.client else "nobody")

    async with WebServer(Starlette(routes=[Route("/", peer)])) as server:
        asked = urllib.request.Request(server.url, headers={"X-Forwarded-For": "7.7.7.7"})  # noqa: S310 - loopback
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(asked, timeout=30).read())  # noqa: S310
    assert answer == b"127.0.0.1"
