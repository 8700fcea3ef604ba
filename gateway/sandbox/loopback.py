"""A whole gateway on loopback: names, a vendor, companies' sites, a receiver and its API, in this process."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.api.app import create_app
from gateway.release.kit.signing import write_secret
from gateway.sandbox.detour import detour
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.inbox import Inbox, Received
from gateway.sandbox.sites import Sites
from gateway.sandbox.vendors import KEY, Vendors
from gateway.sandbox.zone import load_zone
from gateway.serving import WebServer
from gateway.settings import Settings
from gateway.wiring import Gateway, Sandbox, connect

VENDOR: Final = "people_data_labs"
"""The connector that the sandbox's vendor answers."""

_DNS_SECONDS: Final = 1.5
_SECRET_BYTES: Final = 32


class SandboxSettings(Settings):
    """Settings from arguments alone: what stands in the environment or in `leadgate.toml` never reaches the sandbox."""

    model_config = SettingsConfigDict(toml_file=None)

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the other sources are named by nobody here
        cls, _settings: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_others: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the arguments and nothing else."""
        return (init_settings,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loopback:
    """Everything that runs: the gateway with worker and sequencer, its API at `url`, and what is around it."""

    gateway: Gateway
    url: str
    dns: DnsServer
    vendors: Vendors
    sites: Sites
    inbox: Inbox
    secret: str


@asynccontextmanager
async def loopback(folder: Path, *, on_receive: Callable[[Received], None] | None = None) -> AsyncIterator[Loopback]:
    """Start everything in a data directory, and stop it again.

    Args:
        folder: the data directory; it is made when missing.
        on_receive: is told of each message in the inbox.

    Raises:
        SetupError: something cannot be used.
    """
    secret = write_secret(os.urandom(_SECRET_BYTES))
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(load_zone()))
        vendors = await stack.enter_async_context(Vendors())
        sites = await stack.enter_async_context(Sites())
        inbox = await stack.enter_async_context(Inbox(secret, on_receive=on_receive))
        settings = SandboxSettings(
            data_dir=folder,
            dns_servers=(dns.address,),
            country="GB",
            controller="Example Machines Ltd",
            public_url="https://leads.example",
            log_level="error",
            connectors={VENDOR: {"api_key": KEY}},
        )
        addresses = {**detour(vendors.address).addresses, **sites.addresses}
        gateway = await connect(settings, Sandbox(addresses=addresses, dns_seconds=_DNS_SECONDS))
        stack.push_async_callback(gateway.close)
        server = await stack.enter_async_context(WebServer(create_app(gateway)))
        await gateway.start_worker()
        await gateway.start_sequencer()
        yield Loopback(
            gateway=gateway, url=server.url, dns=dns, vendors=vendors, sites=sites, inbox=inbox, secret=secret
        )
