"""Calls over HTTP to a gateway that runs in this process, with the keys that they ask for."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from gateway.api.app import create_app
from gateway.desk.office import LOCAL
from gateway.wiring import Gateway
from tests.support.gateway import client_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Who calls: the operator, and the source `web`."""

    admin: httpx.AsyncClient
    web: httpx.AsyncClient


@asynccontextmanager
async def callers(gateway: Gateway) -> AsyncIterator[Callers]:
    """Serve a gateway's HTTP interface and give clients with keys; the gateway has a source `web`."""
    app = create_app(gateway)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        admin = await gateway.desks.keys.create(LOCAL, source=None, role="admin", scopes=["admin"])
        scopes = ["leads:write", "leads:read", "consents:write"]
        web = await gateway.desks.keys.create(LOCAL, source="web", role="source", scopes=scopes)
        yield Callers(
            admin=await stack.enter_async_context(client_of(app, admin.text)),
            web=await stack.enter_async_context(client_of(app, web.text)),
        )
