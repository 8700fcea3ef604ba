"""What vendors are asked with where there is no store: it remembers the calls and answers of this process alone."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from gateway.enrichment import ClientHttp, MemoryWindows
from gateway.enrichment.alone import OwnAnswers, OwnCalls, Unkept
from gateway.enrichment.tools import Tools
from gateway.http import HttpClient
from gateway.settings import Settings
from gateway.verification.probes.client import DnsClient, DnsOptions
from gateway.wiring.adapters import ConnectorDns
from gateway.wiring.running import Sandbox
from gateway.wiring.system import SystemClock


def tools_alone(settings: Settings, client: DnsClient, http: HttpClient, windows: MemoryWindows) -> Tools:
    """Put the tools together over what is there already."""
    clock = SystemClock()
    return Tools(
        http=ClientHttp(client=http, clock=clock, private=frozenset(settings.allow_private_vendors)),
        dns=ConnectorDns(client),
        windows=windows,
        cache=OwnAnswers(),
        calls=OwnCalls(),
        clock=clock,
        sleep=asyncio.sleep,
        random=random.SystemRandom(),
        index_key=secrets.token_bytes(32),
    )


@asynccontextmanager
async def asking(settings: Settings, sandbox: Sandbox) -> AsyncIterator[Tools]:
    """Give everything that connectors are asked with, for asking by hand.

    Raises:
        SetupError: the DNS servers are no addresses.
    """
    async with AsyncExitStack() as stack:
        client = DnsClient(dns_options(settings, sandbox.dns_seconds))
        stack.push_async_callback(client.close)
        http = await stack.enter_async_context(HttpClient(addresses=dict(sandbox.addresses)))
        yield tools_alone(settings, client, http, MemoryWindows(Unkept()))


def dns_options(settings: Settings, seconds: float) -> DnsOptions:
    """How DNS is asked: the settings' servers, and the most seconds that one look-up may take."""
    return DnsOptions(servers=settings.dns_servers, deadline=seconds)
