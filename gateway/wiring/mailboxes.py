"""Builds who checks mailboxes, from the settings: our own probe, a vendor, or nobody."""

import hmac
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from gateway.settings import Settings
from gateway.smtp_settings import SmtpSettings
from gateway.verification.addresses import Address
from gateway.verification.probes.client import DnsClient
from gateway.verification.probes.mailboxes import MailboxSource, StandIn
from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach, reachable
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.pace import Pace
from gateway.verification.probes.smtp.ports import Invent, ProbeMemory, Windows
from gateway.verification.probes.smtp.prober import SmtpProber
from gateway.verification.probes.smtp.self_test import OwnAddress, SelfTest, own_address
from gateway.verification.reasons import Level

_INVENTED: Final = 18
"""Letters and digits of an invented local part: nobody has it."""
_LOOPBACK: Final = {4: "127.0.0.1", 6: "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """What came of the settings.

    Attributes:
        on: whether mail servers are asked, as long as the self-test passes.
        self_test: None where it is not set who we are.
        memory: what is remembered of mail servers.
        sources: who checks mailboxes, by level.
    """

    on: bool = False
    self_test: SelfTest | None = None
    memory: ProbeMemory
    sources: Mapping[Level, MailboxSource] = field(default_factory=dict)

    @property
    def wrong(self) -> str | None:
        """What readiness warns of: probing is on, and the last self-test did not pass."""
        last = self.self_test.last if self.on and self.self_test is not None else None
        return None if last is None else last.wrong


def probing(
    settings: Settings,
    dns: DnsClient,
    memory: ProbeMemory,
    windows: Windows,
    *,
    loopback_port: int | None = None,
    vendor: MailboxSource | None = None,
    key: bytes | None = None,
) -> Probing:
    """Build what checks mailboxes.

    Args:
        settings: the gateway's.
        dns: the process's client.
        memory: shared by all processes, or this one's.
        windows: as well.
        loopback_port: of a sandbox: mail servers are on loopback, at this port; only an argument leads here.
        vendor: a configured vendor's mailbox check.
        key: what invented addresses are drawn with, 32 bytes; None for one that this process alone knows.
    """
    smtp = settings.smtp
    invent = inventor(key or secrets.token_bytes(32))
    prober = _prober(smtp, dns, memory, windows, loopback_port, invent)
    return Probing(
        on=smtp.probe,
        self_test=None if prober is None else prober.self_test,
        memory=memory,
        sources=sources(prober if smtp.probe else None, vendor),
    )


def sources(probe: MailboxSource | None, vendor: MailboxSource | None) -> Mapping[Level, MailboxSource]:
    """Who is asked at which level: a vendor takes the probe's place where there is none, or where port 25 is shut."""
    if vendor is None:
        return {} if probe is None else {Level.SMTP: probe}
    return {Level.SMTP: vendor if probe is None else StandIn(probe, vendor), Level.VENDOR: vendor}


def _prober(
    smtp: SmtpSettings,
    dns: DnsClient,
    memory: ProbeMemory,
    windows: Windows,
    loopback_port: int | None,
    invent: Invent,
) -> SmtpProber | None:
    if smtp.helo is None or smtp.mail_from is None:
        return None
    own = own_address if loopback_port is None else _loopback
    reach = Reach() if loopback_port is None else Reach(accept=_on_loopback, port=loopback_port)
    limits = ProbeLimits(
        connect=smtp.connect_seconds,
        command=smtp.reply_seconds,
        session=smtp.session_seconds,
        per_minute=smtp.per_minute,
        per_day=smtp.per_day,
        per_day_in_all=smtp.per_day_in_all,
        recipients=smtp.per_connection,
    )
    identity = Identity(helo=smtp.helo, sender=smtp.mail_from, address=smtp.address or _seen(own, reach))
    means = Means(
        dns=dns,
        memory=memory,
        pace=Pace(windows, limits, memory.named),
        identity=identity,
        limits=limits,
        reach=reach,
        invent=invent,
    )
    test = SelfTest(dns, identity, memory, host=smtp.check_host, limits=limits, reach=reach, own=own)
    return SmtpProber(means, test)


def _seen(own: OwnAddress, reach: Reach) -> Address | None:
    """The machine's own address, where it is one that the Internet sees."""
    found = own(4)
    return found if found is not None and reach.accept(found) else None


def _loopback(version: int) -> Address:
    return ip_address(_LOOPBACK[version])


def _on_loopback(address: Address) -> bool:
    return address.is_loopback or reachable(address)


def inventor(key: bytes) -> Invent:
    """Invents local parts that nobody can foresee, under one key for a domain always the same one."""

    def invent(domain: str) -> str:
        drawn = hmac.digest(key, domain.encode(), "sha256")
        letters = string.ascii_lowercase + string.digits
        first = string.ascii_lowercase[drawn[0] % 26]
        return first + "".join(letters[each % len(letters)] for each in drawn[1:_INVENTED])

    return invent
