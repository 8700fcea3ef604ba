"""What every request shares: the gateway, and the small memories of the process that serves it."""

import time
from dataclasses import dataclass, field
from typing import Self, cast

from starlette.requests import ClientDisconnect, HTTPConnection, Request

from gateway.api.addresses import Network, client_address
from gateway.api.cursors import Cursors
from gateway.api.denials import Denials
from gateway.api.memo import Buckets, Memo
from gateway.api.meters import Meters
from gateway.api.strangers import Strangers
from gateway.api.waiting import Waiting
from gateway.desk.figures import Figures
from gateway.desk.office import Actor
from gateway.intake.kit.media import check_coding, without_bom
from gateway.intake.kit.settings import SourceSettings
from gateway.wiring import Gateway

MEMORY_SECONDS = 2.0
"""How long a key or a source is believed without asking the store: so late does another process's change count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The gateway as requests meet it."""

    gateway: Gateway
    keys: Memo[bytes, Actor] = field(repr=False)
    sources: Memo[str, SourceSettings]
    denials: Denials
    forms: Buckets
    cursors: Cursors
    meters: Meters
    strangers: Strangers
    figures: Memo[str, Figures]
    waiting: Waiting
    proxies: tuple[Network, ...]

    @classmethod
    def over(cls, gateway: Gateway) -> Self:
        """Put the front before a connected gateway."""
        meters = Meters()
        front = cls(
            gateway=gateway,
            keys=Memo(MEMORY_SECONDS, time.monotonic),
            sources=Memo(MEMORY_SECONDS, time.monotonic),
            denials=Denials(gateway.office),
            forms=Buckets(gateway.settings.limits.form_per_minute, time.monotonic),
            cursors=Cursors(gateway.office.vault.keyring),
            meters=meters,
            strangers=Strangers(meters, time.monotonic),
            figures=Memo(MEMORY_SECONDS, time.monotonic),
            waiting=Waiting(gateway.desks.leads.statuses, gateway.settings.limits.waiters),
            proxies=gateway.settings.proxies,
        )
        gateway.desks.keys.changes.watch(front.keys.clear)
        gateway.desks.sources.changes.watch(front.sources.clear)
        gateway.office.database.on_commit(front.waiting.wake)
        return front

    async def source(self, key: str) -> SourceSettings:
        """A source's settings, at most two seconds old.

        Raises:
            NotFound: there is no such source.
        """
        return self.sources.get(key) or await self.sources.learn(key, self.gateway.desks.sources.get(key))

    def client(self, connection: HTTPConnection) -> str | None:
        """The address of who is calling, trusted proxies taken off."""
        return client_address(connection, self.proxies)


def front_of(connection: HTTPConnection) -> Front:
    """The front that serves a request."""
    return cast("Front", connection.app.state.front)


def header_of(connection: HTTPConnection, name: bytes) -> str | None:
    """A header's first value; `name` is in lower case. Without the mapping that Starlette makes of all headers."""
    for key, value in connection.scope["headers"]:
        if key == name:
            return cast("bytes", value).decode("latin-1")
    return None


def headers_of(connection: HTTPConnection, name: bytes) -> list[str]:
    """Every value of a header that must not come twice."""
    return [value.decode("latin-1") for key, value in connection.scope["headers"] if key == name]


async def body_of(request: Request) -> bytes:
    """The whole body, as `Request.body` gives it but for a byte order mark, for a function that reads it once.

    Raises:
        Unsupported: it is compressed.
        ClientDisconnect: the client went away in the middle of it.
    """
    check_coding(header_of(request, b"content-encoding"))
    message = await request.receive()
    pieces: list[bytes] = []
    while message["type"] == "http.request":
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return without_bom(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        message = await request.receive()
    raise ClientDisconnect
