"""A verifier alone: DNS, lists and mailboxes, no store and no keys, for checking contact points by hand."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from gateway.enrichment import ClientHttp, MemoryWindows
from gateway.enrichment.alone import OwnAnswers, OwnCalls
from gateway.enrichment.asker import Tools
from gateway.http import HttpClient
from gateway.policies.loading import load_verification
from gateway.policies.verification import VerificationPolicy
from gateway.settings import Settings
from gateway.verification.probes.client import DnsClient, DnsOptions
from gateway.verification.probes.controls import Controls
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.verify import ContactVerifier, Rules
from gateway.wiring.adapters import ConnectorDns
from gateway.wiring.mailboxes import Probing, Unkept, probing
from gateway.wiring.running import Sandbox
from gateway.wiring.system import SystemClock
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
        vendor = mailboxes_alone(settings, _tools(settings, client, http, windows))
        yield client, probing(settings, client, MemoryProbes(), windows, loopback_port=sandbox.mail_port, vendor=vendor)


def _tools(settings: Settings, client: DnsClient, http: HttpClient, windows: MemoryWindows) -> Tools:
    """What a vendor is asked with where there is no store: it remembers the calls and answers of this process."""
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


def rules_of(policy: VerificationPolicy) -> Rules:
    """How a policy has addresses read and weighed."""
    return Rules(weights=policy.weights, forms=policy.forms)


def dns_options(settings: Settings, seconds: float) -> DnsOptions:
    """How DNS is asked: the settings' servers, and the most seconds that one look-up may take."""
    return DnsOptions(servers=settings.dns_servers, deadline=seconds)
