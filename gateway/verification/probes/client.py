"""One DNS client for the whole process: c-ares under asyncio, with its errors told apart."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import aiodns
import pycares
from aiodns import error as ares

from gateway.errors import SetupError


class DnsStatus(StrEnum):
    """How one question ended. Only `ok`, `nxdomain` and `nodata` are answers; the rest says nothing."""

    OK = "ok"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    """The name exists, without a record of this type."""
    TIMEOUT = "timeout"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One record of the type asked for: `value` is an address, a lower-case host name, or a text.

    `preference` is that of an MX; `ttl` is in seconds. The empty host name is the root, as in a Null MX.
    """

    value: str
    preference: int = 0
    ttl: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """How a question ended, and the records if it ended well."""

    status: DnsStatus
    records: tuple[DnsRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsOptions:
    """How DNS is asked. Times are in seconds; `servers` are `address:port`, empty for the system's.

    `deadline` bounds one whole look-up, whatever c-ares is still trying; `attempt` and `tries` are c-ares'
    own.
    """

    servers: tuple[str, ...] = ()
    deadline: float = 5.0
    attempt: float = 2.0
    tries: int = 4
    renew_after: int = 50_000


_ALONE: Final = 4
"""How many questions are asked on channels of their own at once."""
_STATUSES: Final[Mapping[int, DnsStatus]] = MappingProxyType(
    {
        ares.ARES_ENOTFOUND: DnsStatus.NXDOMAIN,
        ares.ARES_ENODATA: DnsStatus.NODATA,
        ares.ARES_ETIMEOUT: DnsStatus.TIMEOUT,
        ares.ARES_ESERVFAIL: DnsStatus.SERVFAIL,
        ares.ARES_EREFUSED: DnsStatus.REFUSED,
        ares.ARES_ENOTIMP: DnsStatus.REFUSED,
        ares.ARES_ECONNREFUSED: DnsStatus.UNREACHABLE,
        ares.ARES_ECANCELLED: DnsStatus.UNREACHABLE,
        ares.ARES_EDESTRUCTION: DnsStatus.UNREACHABLE,
    }
)
_TYPES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "A": pycares.QUERY_TYPE_A,
        "AAAA": pycares.QUERY_TYPE_AAAA,
        "CNAME": pycares.QUERY_TYPE_CNAME,
        "MX": pycares.QUERY_TYPE_MX,
        "NS": pycares.QUERY_TYPE_NS,
        "PTR": pycares.QUERY_TYPE_PTR,
        "TXT": pycares.QUERY_TYPE_TXT,
    }
)


class _Line:
    """One c-ares channel and how many questions are under way on it."""

    __slots__ = ("asked", "pending", "resolver")

    def __init__(self, options: DnsOptions) -> None:
        flags = pycares.ARES_FLAG_EDNS
        if len(options.servers) == 1:
            # With one server, asking it again at once after SERVFAIL or REFUSED only doubles its load.
            flags |= pycares.ARES_FLAG_NOCHECKRESP
        try:
            self.resolver = aiodns.DNSResolver(
                nameservers=options.servers or None,
                loop=asyncio.get_running_loop(),
                timeout=options.attempt,
                tries=options.tries,
                flags=flags,
            )
        except pycares.AresError:
            raise SetupError(
                "DNS_SERVERS: each must be an IP address with a port, like 127.0.0.1:5353 or [::1]:53"
            ) from None
        self.asked = self.pending = 0

    async def ask(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question on this channel."""
        try:
            result = await self.resolver.query_dns(name, rtype)
        except ares.DNSError as error:
            return DnsAnswer(status=_STATUSES.get(error.args[0], DnsStatus.MALFORMED))
        except UnicodeError:  # a name out of an answer, as of a mail server, that cannot be written in a question
            return DnsAnswer(status=DnsStatus.MALFORMED)
        records = _records(result.answer, rtype)
        return DnsAnswer(status=DnsStatus.OK if records else DnsStatus.NODATA, records=records)


class DnsClient:
    """Asks DNS over one long-lived c-ares channel, made on first use in the running loop.

    c-ares keeps a cache of its own that has no bound and cannot be switched off from Python, so the channel
    is exchanged after `renew_after` questions, and by `renew`; questions under way end on the old one.
    """

    def __init__(self, options: DnsOptions) -> None:
        self._options = options
        self._line: _Line | None = None
        self._retired: set[_Line] = set()
        self._alone = asyncio.Semaphore(_ALONE)

    async def ask(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question without a deadline of its own; `rtype` is A, AAAA, CNAME, MX, NS, PTR or TXT.

        Raises:
            SetupError: the configured servers are no addresses.
        """
        line = await self._open()
        line.asked += 1
        line.pending += 1
        try:
            answer = await line.ask(name, rtype)
        finally:
            line.pending -= 1
            if line in self._retired and not line.pending:
                self._retired.discard(line)
                await line.resolver.close()
        return answer if answer.status is not DnsStatus.MALFORMED else await self._ask_alone(name, rtype)

    async def _ask_alone(self, name: str, rtype: str) -> DnsAnswer:
        """Ask on a channel of its own: on one unreadable reply c-ares fails all questions of the channel."""
        async with self._alone:
            line = _Line(replace(self._options, tries=1))
            try:
                return await line.ask(name, rtype)
            finally:
                await line.resolver.close()

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question within the deadline."""
        try:
            async with asyncio.timeout(self._options.deadline):
                return await self.ask(name, rtype)
        except TimeoutError:
            return DnsAnswer(status=DnsStatus.TIMEOUT)

    async def renew(self) -> None:
        """Forget what c-ares has cached: the next question opens a new channel."""
        line, self._line = self._line, None
        if line is not None:
            await self._retire(line)

    async def close(self) -> None:
        """Close every channel; questions under way end as unreachable."""
        lines = {*self._retired, self._line} - {None}
        self._line = None
        self._retired.clear()
        for line in lines:
            if line is not None:
                await line.resolver.close()

    async def _open(self) -> _Line:
        old = self._line
        if old is not None and old.asked < self._options.renew_after:
            return old
        made = self._line = _Line(self._options)
        if old is not None:
            await self._retire(old)
        return made

    async def _retire(self, line: _Line) -> None:
        """Close a channel, or have the last question that is under way on it close it."""
        if line.pending:
            self._retired.add(line)
        else:
            await line.resolver.close()


def _records(answer: list[pycares.DNSRecord], rtype: str) -> tuple[DnsRecord, ...]:
    wanted = _TYPES[rtype]
    return tuple(_record(each) for each in answer if each.type == wanted)


def _record(record: pycares.DNSRecord) -> DnsRecord:
    match record.data:
        case pycares.MXRecordData(priority=preference, exchange=host):
            return DnsRecord(value=_host(host), preference=preference, ttl=record.ttl)
        case pycares.ARecordData(addr=address) | pycares.AAAARecordData(addr=address):
            return DnsRecord(value=address, ttl=record.ttl)
        case pycares.TXTRecordData(data=data):
            return DnsRecord(value=data.decode("utf-8", "replace"), ttl=record.ttl)
        case (
            pycares.CNAMERecordData(cname=host) | pycares.NSRecordData(nsdname=host) | pycares.PTRRecordData(dname=host)
        ):
            return DnsRecord(value=_host(host), ttl=record.ttl)
        case other:
            raise AssertionError(f"a record of {type(other).__name__} was not asked for")


def _host(name: str | bytes) -> str:
    # pycares gives bytes for a name that is not ASCII.
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    return text.rstrip(".").lower()
