"""From the mail servers of a domain to the addresses that are connected to."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from gateway.verification.answers import DomainMail, MailboxOutcome
from gateway.verification.probes.addresses import Address
from gateway.verification.probes.client import DnsStatus
from gateway.verification.probes.smtp.identity import Reach
from gateway.verification.probes.smtp.ports import Dns

TRIED: Final = 2
"""Mail servers of a domain that are tried."""
_LOOKED_AT: Final = 5
"""Mail servers of a domain whose addresses are looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One mail server: its name, and the address that is connected to."""

    host: str = field(repr=False)
    address: Address = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places to try in order; when there is none, why."""

    found: tuple[Place, ...] = ()
    why: MailboxOutcome = MailboxOutcome.UNREACHABLE


async def places(dns: Dns, hosts: tuple[str, ...], *, version: int, reach: Reach) -> Places:
    """Look up the addresses of mail servers, those that DNS prefers first, and keep what may be connected to.

    Args:
        dns: asked for A or AAAA.
        hosts: names, the preferred one first.
        version: 4 or 6, the family of our own public address: from the other one nobody would know us.
        reach: which addresses may be connected to.
    """
    rtype = "A" if version == 4 else "AAAA"  # noqa: PLR2004 - IPv4
    found: list[Place] = []
    private = failed = False
    for host in hosts[:_LOOKED_AT]:
        answer = await dns.query(host, rtype)
        failed = failed or answer.status not in {DnsStatus.OK, DnsStatus.NXDOMAIN, DnsStatus.NODATA}
        addresses = [ip_address(each.value) for each in answer.records]
        usable = [address for address in addresses if reach.accept(address)]
        private = private or len(usable) < len(addresses)
        found += [Place(host=host, address=address) for address in usable[:1]]
        if len(found) == TRIED:
            break
    alone = private and not found and not failed
    return Places(found=tuple(found), why=MailboxOutcome.NOT_PUBLIC if alone else MailboxOutcome.UNREACHABLE)


def hosts_of(mail: DomainMail) -> tuple[str, ...]:
    """The names of a domain's mail servers, the preferred one first."""
    return tuple(each.host for each in mail.mx if each.host)
