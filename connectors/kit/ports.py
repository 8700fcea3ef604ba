"""What a connector's surroundings must provide: Protocols that the gateway fills."""

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

RecordType = Literal["MX", "TXT", "CNAME", "NS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to a vendor; everything that may hold a question or a key stays out of the repr.

    Attributes:
        method: in upper case.
        url: absolute https URL without query.
        params: the query, encoded by the kit.
        headers: beside what the kit adds for authorisation.
        body: the bytes to send, if any.
        take: is given the body of a reply with status 200 piece by piece, decoded; the reply's own is empty then.
    """

    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    take: Callable[[bytes], Awaitable[None]] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A vendor's reply: status, headers with names in lower case, decoded body, and when it came (aware)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


class Http(Protocol):
    """Sends one request; follows no redirect, keeps no cookie, refuses addresses that are not public."""

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Sends and reads the whole reply.

        Args:
            request: with authorisation already added.
            seconds: the whole call ends within this.
            max_bytes: the most body bytes, decoded.

        Raises:
            HostRefused, Unreachable, TimedOut, CallBroken, Unreadable: of `connectors.errors`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a company's own site; what may hold people stays out of the repr.

    Attributes:
        status: of the last reply, after redirects.
        url: that gave it, without fragment; its host may be another one than was asked.
        hops: how many redirects led there.
        headers: every value of each, names in lower case; Set-Cookie is left out.
        cookies: names of the cookies that the site would set; the values are never kept.
        content_type: the media type in lower case, without parameters; empty when the site names none.
        body: decoded; empty unless the status is 200 and the type is that of a page.
        cut: whether the page goes on beyond `body`.
        received_at: when it came, aware.
    """

    status: int
    url: str = field(repr=False)
    hops: int = 0
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    cut: bool = False
    received_at: datetime

    @property
    def host(self) -> str:
        """The host that gave it, in lower case."""
        return urlsplit(self.url).hostname or ""

    @property
    def reply(self) -> Reply:
        """The page as a reply, for `classify`."""
        headers = {name: ", ".join(values) for name, values in self.headers.items()}
        return Reply(status=self.status, headers=headers, body=self.body, received_at=self.received_at)


class Site(Protocol):
    """Fetches a page of a site that came with a lead.

    It keeps to robots.txt, says who asks, sends no cookie and nothing of the lead but the URL; it follows redirects,
    each checked anew, and refuses every address that is not public.
    """

    async def fetch(self, url: str, *, seconds: float, max_bytes: int) -> Page:
        """Fetches one page.

        Args:
            url: absolute; an https URL is asked over http where https cannot be reached.
            seconds: the whole call ends within this, redirects and robots.txt included.
            max_bytes: of a longer body the first so many bytes are taken, decoded.

        Raises:
            HostRefused, Unreachable, TimedOut, CallBroken, Unreadable: of `connectors.errors`; the reason of what
                robots.txt forbids is `robots`.
        """
        ...


class Secrets(Protocol):
    """Holds a connector's secrets."""

    def read(self, name: str) -> str:
        """Returns one secret; KeyError when it is not set."""
        ...


class Deadline(Protocol):
    """How much time a question has left."""

    def remaining(self) -> float:
        """Seconds left; zero or less when the time is up."""
        ...


class DnsStatus(enum.Enum):
    """How a look-up ended; only the first three are answers (RFC 2308)."""

    FOUND = "found"
    NO_DATA = "no_data"
    NO_NAME = "no_name"
    FAILED = "failed"
    """SERVFAIL, REFUSED, a broken reply, no server."""
    TIMED_OUT = "timed_out"

    @property
    def answered(self) -> bool:
        """Whether the resolver answered; everything else says nothing about the name."""
        return self in (DnsStatus.FOUND, DnsStatus.NO_DATA, DnsStatus.NO_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsReply:
    """Records of one name and type, as text.

    Attributes:
        status: how the look-up ended.
        records: MX as `preference host`, TXT with its strings joined (RFC 7208 3.3), CNAME as the target, NS as the
            server; host names in lower case without the last dot (the root is `.`). Empty unless FOUND.
    """

    status: DnsStatus
    records: tuple[str, ...] = ()


class Dns(Protocol):
    """Asks the gateway's resolver."""

    async def look_up(self, name: str, kind: RecordType) -> DnsReply:
        """Looks up one name; failures are a status, never an exception."""
        ...
