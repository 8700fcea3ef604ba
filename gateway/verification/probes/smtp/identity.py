"""Who we are to a mail server, and how much of its time we take."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from gateway.http.addresses import check_address
from gateway.http.errors import EgressRefused
from gateway.verification.addresses import Address, is_public

Accept = Callable[[Address], bool]

SMTP_PORT: Final = 25


def reachable(address: Address) -> bool:
    """Whether a mail server may be connected to: on the public Internet, and no cloud's inner address."""
    try:
        check_address(str(address))
    except EgressRefused:
        return False
    return is_public(address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How we show ourselves: the name in EHLO, the address in MAIL FROM, the IP address that the Internet sees.

    It is the same for every probe, so that a greylist (which keeps the client's address, the sender and the
    recipient) knows us when we come back. `address` None: the machine's own is the public one.
    """

    helo: str
    sender: str = field(repr=False)
    address: Address | None = None

    @property
    def sender_domain(self) -> str:
        """The domain of MAIL FROM, whose SPF record counts."""
        return self.sender.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLimits:
    """How long we wait, in seconds, and how much we ask.

    `connect` bounds the connection, `command` each reply, `session` a whole visit, `quit` the farewell; so many
    `groups` are visited at once.
    `per_minute` and `per_day` are addresses per group of mail servers, `per_day_in_all` those of all groups;
    `recipients` are those of one connection. `patience` is how long one waits for a turn before it gives up.
    The defaults of pace are what those who do it recommend: 5 to 6 a minute per mail server (EmailVerify.NET,
    outley.ai), 10,000 a day per IP address (Reacher).
    """

    connect: float = 10.0
    command: float = 30.0
    session: float = 90.0
    patience: float = 3.0
    quit: float = 2.0
    per_minute: int = 6
    per_day: int = 2000
    per_day_in_all: int = 10_000
    recipients: int = 10
    groups: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which addresses may be connected to, and at which port; a loopback world gives others, a setting never."""

    accept: Accept = reachable
    port: int = SMTP_PORT


def read_address(text: str) -> Address | None:
    """An IP address, or None where the text is none; IPv4 inside IPv6 counts as IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
