"""A whole gateway for tests: connected, on SQLite in a folder of the test, with the sandbox's DNS and inbox.

`async with running_gateway(tmp_path) as world:` gives a `World`; its `client` calls the application in this process.
"""

import base64
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from gateway.api.app import create_app
from gateway.desk.office import LOCAL
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.inbox import Inbox
from gateway.settings import load
from gateway.wiring import Gateway, Sandbox, connect
from tests.support import zones
from tests.support.waiting import eventually

SECRET: Final = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
_USUAL: Final = Sandbox()
CRM: Final = ("inquiry_response", "marketing")
PERSON: Final[Mapping[str, Any]] = {"email": "ada@acme.example", "country": "GB"}


@dataclass(slots=True, kw_only=True)
class World:
    """A running gateway and everything around it.

    `client` sends requests as nobody; `client_of` gives one with a key. `keys` are the texts of the keys that were
    made, by name. `inbox` is the webhook of the destination `crm`.
    """

    gateway: Gateway
    app: FastAPI
    client: httpx.AsyncClient
    dns: DnsServer
    inbox: Inbox
    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def add_source(self, key: str, kind: str = "api", **settings: object) -> None:
        """Make a source."""
        await self.gateway.desks.sources.add(LOCAL, {"key": key, "kind": kind, **settings})

    async def add_key(self, source: str | None = None, role: str = "admin", scopes: Iterable[str] = ("admin",)) -> str:
        """Make a key and give its text."""
        made = await self.gateway.desks.keys.create(LOCAL, source=source, role=role, scopes=scopes)
        return made.text

    def client_of(self, key: str, peer: str = "127.0.0.1") -> httpx.AsyncClient:
        """A client that calls with a key, from an address."""
        client = client_of(self.app, key, peer=peer)
        self._clients.append(client)
        return client

    async def lead(self, lead_id: str, *, until: Iterable[str]) -> Mapping[str, Any]:
        """Wait until a lead has one of these statuses, and give its row."""
        wanted = frozenset(until)
        row = await eventually(
            lambda: self.gateway.desks.leads.standing(lead_id), lambda row: row is not None and row["status"] in wanted
        )
        return dict(row or {})


def client_of(app: FastAPI, key: str | None = None, *, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client of an application in this process."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway.example", headers=headers)


@asynccontextmanager
async def running_gateway(
    folder: Path,
    *,
    worker: bool = True,
    sequencer: bool = True,
    accept: str | None = "all",
    destination: bool = True,
    country: str | None = "DE",
    sandbox: Sandbox = _USUAL,
    **settings: object,
) -> AsyncIterator[World]:
    """Run a gateway with an API source `web` that hands a web form on, a form, a destination `crm`, and keys.

    Args:
        folder: where everything is kept; `folder / "data"` is the data directory.
        worker: take up work.
        sequencer: sign the log.
        accept: which policy rules are accepted; None accepts none.
        destination: make the destination `crm`, which is the inbox.
        country: the controller's.
        sandbox: what a loopback world replaces.
        settings: overrides of `gateway.settings.Settings`.
    """
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(zones.shipped()))
        inbox = await stack.enter_async_context(Inbox(SECRET))
        chosen = {"data_dir": folder / "data", "dns_servers": (dns.address,), "country": country, **settings}
        gateway = await connect(load(**chosen), sandbox)
        stack.push_async_callback(gateway.close, drain=2.0)
        if accept is not None:
            await gateway.desks.policies.accept(LOCAL, accept, "tests")
        if destination:
            await gateway.desks.destinations.add(LOCAL, crm(inbox.url), [SECRET])
        if worker:
            await gateway.start_worker()
        if sequencer:
            await gateway.start_sequencer()
        app = create_app(gateway)
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = await stack.enter_async_context(client_of(app))
        world = World(gateway=gateway, app=app, client=client, dns=dns, inbox=inbox, folder=folder)
        await world.add_source("web", provenance="web_form")
        await world.add_source("contact", "form")
        world.keys["web"] = await world.add_key("web", "source", ["leads:write", "leads:read", "consents:write"])
        world.keys["admin"] = await world.add_key()
        try:
            yield world
        finally:
            for each in world._clients:
                await each.aclose()


def crm(url: str, **changes: object) -> dict[str, Any]:
    """A webhook destination in the controller's own hands."""
    return {
        "name": "crm",
        "kind": "webhook",
        "url": url,
        "purposes": list(CRM),
        "country": "DE",
        "allow_private": True,
        **changes,
    }


def lead(**changes: object) -> dict[str, Any]:
    """A lead's JSON, good as it is."""
    return {"person": dict(PERSON), "inquiry": {"message": "Please call me."}, **changes}


def body_of(answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON types
    """An answer's JSON; a problem must call itself one."""
    media = answer.headers["content-type"].partition(";")[0]
    assert media == ("application/problem+json" if answer.status_code >= 400 else "application/json")
    return json.loads(answer.content)
