"""The world around a measured gateway, in a process of its own: DNS, a vendor, a webhook inbox, all on loopback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from gateway.sandbox.dns import DnsServer
from gateway.sandbox.inbox import Inbox
from gateway.sandbox.vendors import PeopleDataLabs, Scripted, Vendors
from gateway.sandbox.vendors.people_data_labs import ACME
from gateway.sandbox.zone import Zone, parse_zone
from tests.bench.process import beside, until_stopped

LEADS_PER_COMPANY = 3
"""The first one of a company is asked about at the vendors; for the others the answer is known."""

DOMAINS = tuple(f"company{number}.example" for number in range(1_000))


def domain_of(number: int) -> str:
    """The domain of the company that a lead comes from."""
    return DOMAINS[number // LEADS_PER_COMPANY % len(DOMAINS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Where everything listens, and the inbox's signing secret."""

    dns: str
    vendor: tuple[str, int]
    inbox: str
    secret: str = field(repr=False)


@contextmanager
def outside(secret: str) -> Iterator[Outside]:
    """Run the world in a process of its own until the block ends."""
    with beside("the world", _serve, secret) as (dns, vendor, inbox):
        yield Outside(dns=dns, vendor=vendor, inbox=inbox, secret=secret)


def _serve(secret: str, pipe: Connection) -> None:
    asyncio.run(_run(secret, pipe))


async def _run(secret: str, pipe: Connection) -> None:
    script = {name: (Scripted(body={**ACME, "website": name, "id": name}),) for name in DOMAINS}
    async with (
        DnsServer(_zone()) as dns,
        Vendors(PeopleDataLabs(script=script)) as vendors,
        Inbox(secret, keep=1) as inbox,
    ):
        pipe.send((dns.address, vendors.address, inbox.url))
        await until_stopped(pipe)


def _zone() -> Zone:
    """The sandbox's own names, and a mail domain per company."""
    lines = ["version: 1", "names:", "  .: {NS: a.root-servers.net.}", "  iana.org: {A: 192.31.196.1}"]
    lines.append("  wikipedia.org: {A: 192.31.196.1}")
    lines += [f"  {name}: {{A: 192.31.196.1, MX: 10 aspmx.l.google.com.}}" for name in DOMAINS]
    return parse_zone("\n".join(lines))
