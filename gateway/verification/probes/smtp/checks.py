"""The checks of the self-test, one function each: what is looked at, what follows, and what to do about it."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from gateway.verification.addresses import Address
from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.client import DnsAnswer
from gateway.verification.probes.smtp import spf
from gateway.verification.probes.smtp.hosts import Place, places
from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach
from gateway.verification.probes.smtp.ports import Dns
from gateway.verification.probes.smtp.talk import Ended, Talk


class Name(StrEnum):
    """The checks, in their order."""

    ADDRESS = "address"
    HELO = "helo"
    REVERSE = "reverse"
    SENDER = "sender"
    SPF = "spf"
    PORT = "port_25"
    STANDING = "standing"


class State(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "could_not_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: how it ended, and in `says` what was seen and what to do."""

    name: Name
    state: State
    says: str

    def to_json(self) -> dict[str, Any]:
        """The check as JSON types."""
        return {"name": self.name.value, "state": self.state.value, "says": self.says}


def address(own: Address | None, identity: Identity, reach: Reach) -> Check:
    """Which address the Internet sees: the one that is set, or the machine's own where that is public.

    `own` is the machine's address towards the Internet, None when it has none.
    """
    said = identity.address or own
    if said is None:
        return _check(Name.ADDRESS, State.FAILED, "This machine has no way to the Internet: mend its network.")
    if not reach.accept(said):
        return _check(
            Name.ADDRESS,
            State.FAILED,
            f"{said} is not public: set LEADGATE_SMTP__ADDRESS to the address that the Internet sees (behind NAT).",
        )
    if own is not None and reach.accept(own) and own.version == said.version and own != said:
        return _check(
            Name.ADDRESS, State.FAILED, f"This machine connects from {own}, and LEADGATE_SMTP__ADDRESS says {said}."
        )
    return _check(Name.ADDRESS, State.PASSED, f"Mail servers see {said}.")


async def helo(dns: Dns, identity: Identity, own: Address) -> Check:
    """HELO resolves to our address (RFC 5321, 4.1.4)."""
    answer = await dns.query(identity.helo, "A" if own.version == 4 else "AAAA")  # noqa: PLR2004 - IPv4
    if not answer.status.answered:
        return _unanswered(Name.HELO, identity.helo, answer)
    if own in {ip_address(each.value) for each in answer.records}:
        return _check(Name.HELO, State.PASSED, f"{identity.helo} resolves to {own}.")
    found = ", ".join(each.value for each in answer.records) or "nothing"
    return _check(
        Name.HELO, State.FAILED, f"{identity.helo} resolves to {found}: give it an address record with {own}."
    )


async def reverse(dns: Dns, identity: Identity, own: Address) -> Check:
    """Our address resolves back to HELO: forward-confirmed reverse DNS (RFC 8601, 2.7.3)."""
    answer = await dns.query(own.reverse_pointer, "PTR")
    if not answer.status.answered:
        return _unanswered(Name.REVERSE, str(own), answer)
    if identity.helo in {each.value for each in answer.records}:
        return _check(Name.REVERSE, State.PASSED, f"{own} resolves back to {identity.helo}.")
    found = ", ".join(each.value for each in answer.records) or "nothing"
    return _check(
        Name.REVERSE,
        State.FAILED,
        f"{own} resolves back to {found}: have the provider of the address set its reverse DNS to {identity.helo}.",
    )


async def sender(dns: Dns, identity: Identity) -> Check:
    """The domain of MAIL FROM can take a bounce."""
    domain = identity.sender_domain
    answer = await dns.query(domain, "MX")
    if not answer.status.answered:
        return _unanswered(Name.SENDER, domain, answer)
    if any(each.value for each in answer.records):
        return _check(Name.SENDER, State.PASSED, f"{domain} has an MX.")
    return _check(Name.SENDER, State.FAILED, f"{domain} has no MX: take a domain for MAIL FROM that receives mail.")


async def sender_policy(dns: Dns, identity: Identity, own: Address) -> Check:
    """The SPF record of that domain names our address."""
    domain = identity.sender_domain
    result = await spf.authorised(dns, domain, own)
    if result is spf.Spf.PASS:
        return _check(Name.SPF, State.PASSED, f"The SPF record of {domain} lets {own} send.")
    kind = "ip4" if own.version == 4 else "ip6"  # noqa: PLR2004 - IPv4
    what_to_do = f"add {kind}:{own} to the TXT record of {domain} that begins with v=spf1."
    if result in {spf.Spf.TEMPERROR, spf.Spf.UNKNOWN}:
        return _check(Name.SPF, State.UNKNOWN, f"SPF of {domain} could not be told ({result}): {what_to_do}")
    return _check(Name.SPF, State.FAILED, f"SPF of {domain} says {result} for {own}: {what_to_do}")


async def port(
    dns: Dns, identity: Identity, own: Address, host: str | None, *, limits: ProbeLimits, reach: Reach
) -> Check:
    """Connections to port 25 go out: a mail server greets us. It hears EHLO and QUIT, and nothing else."""
    names = (host,) if host is not None else await _exchangers(dns, identity.sender_domain)
    found = await places(dns, names, version=own.version, reach=reach)
    if not found.found:
        return _check(
            Name.PORT,
            State.UNKNOWN,
            f"No public address of {host or 'an MX of ' + identity.sender_domain} is known: set "
            "LEADGATE_SMTP__CHECK_HOST to a mail server elsewhere that you may connect to.",
        )
    for place in found.found:
        if await _connects(place, identity, limits, reach):
            return _check(Name.PORT, State.PASSED, f"{place.host} took a connection to port {reach.port}.")
    return _check(
        Name.PORT,
        State.FAILED,
        f"No connection to port {reach.port} of {found.found[0].host}: ask the hosting provider to open outgoing port "
        "25, or have a vendor check mailboxes.",
    )


async def _connects(place: Place, identity: Identity, limits: ProbeLimits, reach: Reach) -> bool:
    """Whether a mail server takes a connection; what it says then, or how slowly, does not count."""
    try:
        async with asyncio.timeout(limits.session):  # everybody who wants a probe waits for this
            talk = await Talk.begin(place, identity, limits, port=reach.port)
    except Ended as ended:
        return ended.outcome is not MailboxOutcome.UNREACHABLE
    except TimeoutError:  # in its replies: to connect has a deadline of its own, and a shorter one
        return True
    await talk.quit()
    return True


async def _exchangers(dns: Dns, domain: str) -> tuple[str, ...]:
    answer = await dns.query(domain, "MX")
    return tuple(each.value for each in sorted(answer.records, key=lambda each: each.preference) if each.value)


def _unanswered(name: Name, asked: str, answer: DnsAnswer) -> Check:
    return _check(name, State.UNKNOWN, f"DNS did not answer for {asked} ({answer.status}): look at DNS_SERVERS.")


def _check(name: Name, state: State, says: str) -> Check:
    return Check(name=name, state=state, says=says)
