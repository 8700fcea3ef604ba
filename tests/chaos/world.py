"""A gateway on loopback: its own names, a receiver, and a clock that can be moved."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import RowMapping

from connectors.kit import Connector
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.reception import Post
from gateway.intake import RequestContext
from gateway.lead import ConsentClaim, Lead
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.inbox import Inbox, Received
from gateway.sandbox.zone import Zone
from gateway.settings import load
from gateway.wiring import Gateway, Sandbox, connect
from tests.chaos.proof import prove
from tests.chaos.stillness import left_to_do
from tests.support import zones
from tests.support.stores import Store
from tests.support.waiting import eventually, until

SECRET = "whsec_" + base64.b64encode(b"a receiver's secret, 32 bytes ok").decode()


Addresses = Mapping[tuple[str, int], tuple[str, int]]
"""Where hosts and ports of the outside listen on loopback."""


class SteeredClock:
    """The machine's time, and as much more as it was told to be ahead (or behind)."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.set_back = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(slots=True, kw_only=True)
class World:
    """A gateway with what is around it; `personal` collects every personal value that was sent in."""

    gateway: Gateway
    dns: DnsServer
    inbox: Inbox
    clock: SteeredClock
    personal: set[str] = field(default_factory=set)

    async def post(self, email: str | None, *, source: str = "web", key: str | None = None, **more: Any) -> Lead:  # noqa: ANN401 - JSON types
        """Send one inquiry through the API's way in; sections of the body are given by name."""
        person = {"email": email, **more.pop("person", {})}
        body = {"person": {name: value for name, value in person.items() if value is not None}, **more}
        self.personal |= {str(value) for name, value in person.items() if value and name not in {"country", "locale"}}
        self.personal |= {str(more.get("inquiry", {}).get("message") or "no message was sent")}
        (lead,) = await self._send(source, json.dumps(body).encode(), RequestContext(received_at=self.clock.now()), key)
        return lead

    async def post_many(self, emails: Sequence[str], *, source: str = "web") -> list[Lead]:
        """Send many inquiries in one request."""
        self.personal |= set(emails)
        body = json.dumps([{"person": {"email": email}} for email in emails]).encode()
        return await self._send(source, body, RequestContext(received_at=self.clock.now(), batch=True), None)

    async def agrees(self, lead: Lead) -> None:
        """Record that the person of a lead agreed to being looked up."""
        said = ConsentClaim(
            purpose="enrichment",
            channel="enrichment",
            status="granted",
            mechanism="signed_document",
            occurred_at=self.clock.now(),
            notice_id="news",
        )
        await self.gateway.desks.preferences.record_consents(LOCAL, Who(lead_id=lead.id), [said])

    async def _send(self, source: str, body: bytes, context: RequestContext, key: str | None) -> list[Lead]:
        settings = await self.gateway.desks.sources.get(source)
        post = Post(kind="api", body=body, content_type="application/json", context=context, idempotency_key=key)
        taken = await self.gateway.desks.reception.accept(LOCAL, settings, post)
        return [lead for lead in taken.leads if isinstance(lead, Lead)]

    async def rests(self, lead_id: str, *statuses: str) -> RowMapping:
        """Wait until a lead rests at one of the statuses; return its clear row."""
        row = await eventually(
            lambda: self.gateway.desks.leads.standing(lead_id),
            lambda row: row is not None and row["status"] in statuses,
        )
        assert row is not None
        return row

    async def hears(self, kind: str, lead_id: str, *, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the receiver has so many messages of a kind about a lead; return them, oldest first."""
        await until(lambda: len(self.heard(lead_id, kind)) >= count)
        return [json.loads(each.body) for each in self.heard(lead_id, kind)]

    def heard(self, lead_id: str, kind: str | None = None) -> list[Received]:
        """What the receiver got about a lead."""
        return [each for each in self.inbox.received if lead_of(each) == lead_id and kind in {None, kind_of(each)}]

    def kinds(self, lead_id: str) -> list[str]:
        """The kinds of messages about a lead, in the order they came."""
        return [kind_of(each) for each in self.heard(lead_id)]

    async def deliveries(self, lead_id: str) -> Sequence[RowMapping]:
        """A lead's deliveries, oldest first."""
        return await self.gateway.desks.leads.deliveries(lead_id)

    async def quiet(self, seconds: float = 1.5) -> None:
        """Let a while pass in which nothing may happen, where something is left to do that must not be done."""
        await asyncio.sleep(seconds)

    async def settled(self) -> None:
        """Wait until there is nothing left to do: what has not happened by then does not happen."""
        read = self.gateway.office.database.read
        await eventually(lambda: read(lambda c: left_to_do(c, self.clock.now())), lambda left: not left)


def lead_of(message: Received) -> str:
    """The lead that a message is about."""
    data: Mapping[str, Any] = json.loads(message.body)["data"]
    found: str = data["lead"]["id"] if "lead" in data else data["lead_id"]
    return found


def kind_of(message: Received) -> str:
    """The event of a message."""
    found: str = json.loads(message.body)["type"]
    return found


def overrides(store: Store, folder: Path, dns: str) -> dict[str, Any]:
    """The settings of a gateway on a store, as JSON."""
    where: dict[str, Any] = {"data_dir": str(folder), "dns_servers": [dns], "country": "DE", "log_level": "warning"}
    if store.dialect == "postgresql":
        where |= {"database_url": store.url, "database_schema": store.schema}
    return where


async def furnish(gateway: Gateway, url: str | None, **destination: object) -> None:
    """Accept the packs and set up a source, a form, and a destination where a URL is given."""
    await gateway.desks.policies.accept(LOCAL, "all", "the test")
    await gateway.desks.sources.add(LOCAL, {"key": "web", "kind": "api", "provenance": "web_form"})
    await gateway.desks.sources.add(LOCAL, {"key": "shop", "kind": "api", "provenance": "web_form"})
    await gateway.desks.notices.add(LOCAL, notice_id="news", lang="en", text="We write once a month, until you say no.")
    if url is not None:
        await add_destination(gateway, url, **destination)


async def add_destination(gateway: Gateway, url: str, **fields: object) -> None:
    """Set up a webhook; `crm` in Germany for answers and marketing unless told otherwise."""
    document = {
        "name": "crm",
        "kind": "webhook",
        "url": url,
        "purposes": ["inquiry_response", "marketing"],
        "country": "DE",
        "allow_private": True,
        **fields,
    }
    await gateway.desks.destinations.add(LOCAL, document, [SECRET])


@asynccontextmanager
async def running(  # noqa: PLR0913 - a test names what is different in its world
    store: Store,
    folder: Path,
    *,
    furnished: bool = True,
    sequencing: bool = True,
    zone: Zone | None = None,
    mail_port: int | None = None,
    addresses: Addresses = MappingProxyType({}),
    plugins: Mapping[str, type[Connector]] = MappingProxyType({}),
    **more: object,
) -> AsyncIterator[World]:
    """Run a whole gateway in this process; in the end, drain it, and prove the log and the invariants.

    Args:
        store: where it keeps what it knows.
        folder: its data directory.
        furnished: accept the packs and set up sources, a notice and a destination.
        sequencing: sign the log.
        zone: the names there are; None: the sandbox's.
        mail_port: where mail servers listen.
        addresses: where vendors' hosts listen.
        plugins: connectors that are there beside the installed ones, by id.
        more: settings beside those of `overrides`.
    """
    clock = SteeredClock()
    async with DnsServer(zone or zones.shipped()) as dns, Inbox(SECRET, clock=clock.now) as inbox:
        settings = load(**overrides(store, folder, dns.address) | more)
        replaced = Sandbox(clock=clock, mail_port=mail_port, addresses=addresses, connectors=plugins)
        gateway = await connect(settings, replaced)
        world = World(gateway=gateway, dns=dns, inbox=inbox, clock=clock)
        try:
            if furnished:
                await furnish(gateway, inbox.url)
            await gateway.start_worker()
            if sequencing:
                await gateway.start_sequencer()
            yield world
            assert [each.problem for each in inbox.received if not each.verified] == []
            await prove(gateway, store, world.personal, set_back=clock.set_back)
        finally:
            await gateway.close(2.0)
