"""From the mail servers of a domain to the addresses that are connected to."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from gateway.verification.addresses import Address
from gateway.verification.answers import DomainMail, MailboxOutcome
from gateway.verification.probes.smtp.identity import Reach
from gateway.verification.probes.smtp.ports import Dns

TRIED: Final = 2
"""Mail servers of a domain that are tried."""
_LOOKED_AT: Final = 5
"""Mail servers of a domain whose addresses are looked up."""
_FAMILIES: Final = ("A", "AAAA")


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
    ours, other = _FAMILIES if version == 4 else _FAMILIES[::-1]  # noqa: PLR2004 - IPv4
    found: list[Place] = []
    known: list[Address] | None = []
    for host in hosts[:_LOOKED_AT]:
        addresses = await _addresses(dns, host, ours)
        usable = [address for address in addresses or () if reach.accept(address)]
        found += [Place(host=host, address=address) for address in usable[:1]]
        if len(found) == TRIED:
            break
        known = None if known is None or addresses is None else known + addresses
    if found:
        return Places(found=tuple(found))
    private = known is not None and await _private(dns, hosts, other, known, reach)
    return Places(why=MailboxOutcome.NOT_PUBLIC if private else MailboxOutcome.UNREACHABLE)


async def _private(dns: Dns, hosts: tuple[str, ...], other: str, known: list[Address], reach: Reach) -> bool:
    """Whether mail servers have addresses, and none that is public, in the other family either.

    `known` are those of our family; a server that was not looked at, or a look-up that failed, proves nothing.
    """
    if len(hosts) > _LOOKED_AT:
        return False
    for host in hosts:
        addresses = await _addresses(dns, host, other)
        if addresses is None or any(reach.accept(address) for address in addresses):
            return False
        known = known + addresses
    return bool(known)


async def _addresses(dns: Dns, host: str, rtype: str) -> list[Address] | None:
    """The addresses of a host in one family; None where the look-up failed."""
    answer = await dns.query(host, rtype)
    if not answer.status.answered:
        return None
    return [ip_address(each.value) for each in answer.records]


def hosts_of(mail: DomainMail) -> tuple[str, ...]:
    """The names of a domain's mail servers, the preferred one first."""
    return tuple(each.host for each in mail.mx if each.host)
