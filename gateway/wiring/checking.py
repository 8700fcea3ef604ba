"""A verifier alone: DNS, lists and mailboxes, no store and no keys, for checking contact points by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.enrichment import MemoryWindows
from gateway.policies.loading import load_verification
from gateway.settings import Settings
from gateway.verification.probes.client import DnsClient, DnsOptions
from gateway.verification.probes.controls import Controls
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.verify import ContactVerifier
from gateway.wiring.mailboxes import Probing, Unkept, probing
from gateway.wiring.running import Sandbox


@asynccontextmanager
async def checking(settings: Settings) -> AsyncIterator[ContactVerifier]:
    """Give a verifier that judges as the gateway would with these settings; of mail servers it remembers nothing.

    Raises:
        SetupError: the DNS servers are no addresses.
    """
    async with probing_alone(settings) as (client, asked):
        options = dns_options(settings, Sandbox().dns_seconds)
        controls = Controls(options, names=settings.dns_control_names)
        resolver = MailResolver(client, controls, deadline=options.deadline)
        yield ContactVerifier(resolver, Lists.installed(), risky=load_verification().risky, mailbox=asked.sources)


@asynccontextmanager
async def probing_alone(settings: Settings) -> AsyncIterator[tuple[DnsClient, Probing]]:
    """Give a DNS client, and what checks mailboxes over it, with the memory of this process alone.

    Raises:
        SetupError: the DNS servers are no addresses.
    """
    client = DnsClient(dns_options(settings, Sandbox().dns_seconds))
    try:
        yield client, probing(settings, client, MemoryProbes(), MemoryWindows(Unkept()))
    finally:
        await client.close()


def dns_options(settings: Settings, seconds: float) -> DnsOptions:
    """How DNS is asked: the settings' servers, and the most seconds that one look-up may take."""
    return DnsOptions(servers=settings.dns_servers, deadline=seconds)
