"""A verifier alone: DNS, lists and mailboxes, no store and no keys, for checking contact points by hand."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from gateway.enrichment import MemoryWindows
from gateway.enrichment.alone import Unkept
from gateway.http import HttpClient
from gateway.policies.loading import load_verification
from gateway.policies.verification import VerificationPolicy
from gateway.settings import Settings
from gateway.verification.probes.client import DnsClient
from gateway.verification.probes.controls import Controls
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.verify import ContactVerifier, Rules
from gateway.wiring.alone import dns_options, tools_alone
from gateway.wiring.mailboxes import Probing, probing
from gateway.wiring.running import Sandbox
from gateway.wiring.vendors import mailboxes_alone

_REAL_LIFE: Final = Sandbox()


@asynccontextmanager
async def checking(settings: Settings, sandbox: Sandbox = _REAL_LIFE) -> AsyncIterator[ContactVerifier]:
    """Give a verifier that judges as the gateway would with these settings; of mail servers it remembers nothing.

    A vendor that checks mailboxes is asked without a decision: whoever checks by hand decides what it sees.

    Raises:
        SetupError: the DNS servers are no addresses, or the vendor is not set up.
        BadSettings: a connector's settings are wrong.
    """
    async with AsyncExitStack() as stack:
        client, asked = await stack.enter_async_context(probing_alone(settings, sandbox))
        options = dns_options(settings, sandbox.dns_seconds)
        controls = Controls(options, names=settings.dns_control_names)
        resolver = MailResolver(client, controls, deadline=options.deadline)
        policy = load_verification(settings.verification_policy)
        lists = Lists.installed(allowed=policy.allowed, denied=policy.denied)
        yield ContactVerifier(resolver, lists, rules=rules_of(policy), mailbox=asked.sources)


@asynccontextmanager
async def probing_alone(settings: Settings, sandbox: Sandbox = _REAL_LIFE) -> AsyncIterator[tuple[DnsClient, Probing]]:
    """Give a DNS client, and what checks mailboxes over it, with the memory of this process alone.

    Raises:
        SetupError: the DNS servers are no addresses.
    """
    async with AsyncExitStack() as stack:
        client = DnsClient(dns_options(settings, sandbox.dns_seconds))
        stack.push_async_callback(client.close)
        windows = MemoryWindows(Unkept())
        http = await stack.enter_async_context(HttpClient(addresses=dict(sandbox.addresses)))
        vendor = mailboxes_alone(settings, tools_alone(settings, client, http, windows))
        yield client, probing(settings, client, MemoryProbes(), windows, loopback_port=sandbox.mail_port, vendor=vendor)


def rules_of(policy: VerificationPolicy) -> Rules:
    """How a policy has addresses read and weighed."""
    return Rules(weights=policy.weights, forms=policy.forms)
