"""One DNS client for the whole process: c-ares under asyncio, with its errors told apart."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final

import pycares
from aiodns import error as ares

from gateway.errors import SetupError
from gateway.verification.probes.line import Line


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

    @property
    def denies(self) -> bool:
        """Whether it is an answer, and there is no such record."""
        return self in {DnsStatus.NXDOMAIN, DnsStatus.NODATA}

    @property
    def answered(self) -> bool:
        """Whether it is an answer at all."""
        return self is DnsStatus.OK or self.denies


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One record of the type asked for: `value` is an address, a lower-case host name, or a text.

    `preference` is that of an MX; `ttl` is in seconds. The empty host name is the root, as in a Null MX.
    """

    value: str
    preference: int = 0
    ttl: int = 0


MxRow = tuple[int, str, int]
"""One MX record: preference, host as in `DnsRecord`, and TTL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """How a question ended, and the records if it ended well."""

    status: DnsStatus
    records: tuple[DnsRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsOptions:
    """How DNS is asked. Times are in seconds; `servers` are `address:port`, empty for the system's.

    `deadline` bounds one whole look-up, whatever c-ares is still trying; `attempt` and `tries` are c-ares'
    own. A channel is exchanged after `renew_after` questions or `renew_every` seconds.
    """

    servers: tuple[str, ...] = ()
    deadline: float = 5.0
    attempt: float = 2.0
    tries: int = 4
    renew_after: int = 50_000
    renew_every: float = 300.0


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
_Alias = pycares.CNAMERecordData
_Mx = pycares.MXRecordData
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


class DnsClient:
    """Asks DNS over one long-lived c-ares channel, made on first use in the running loop.

    c-ares keeps a cache of its own that has no bound and cannot be switched off from Python, and reads the system's
    servers only when a channel is made. So the channel is exchanged from time to time (see `DnsOptions`), and by
    `renew`; questions under way end on the old one.
    """

    def __init__(self, options: DnsOptions) -> None:
        self._options = options
        self._line: Line | None = None
        self._retired: set[Line] = set()
        self._alone = asyncio.Semaphore(_ALONE)

    def start_mx(self, domain: str, ended: Callable[[DnsStatus, list[MxRow]], None]) -> None:
        """Ask for the MX of a domain; `ended` is called once, from the loop, and may be told `malformed`: see `ask`.

        Raises:
            SetupError: the configured servers are no addresses.
        """
        self._in_use().start(domain, pycares.QUERY_TYPE_MX, partial(_tell_mx, domain, ended))

    async def ask(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question without a deadline of its own; `rtype` is A, AAAA, CNAME, MX, NS, PTR or TXT.

        Raises:
            SetupError: as `start_mx`.
        """
        answer = await _asked(self._in_use(), name, rtype)
        return answer if answer.status is not DnsStatus.MALFORMED else await self.ask_alone(name, rtype)

    async def ask_alone(self, name: str, rtype: str) -> DnsAnswer:
        """Ask on a channel of its own: on one unreadable reply c-ares fails all questions of the channel."""
        async with self._alone:
            line = self._made(1)
            try:
                return await _asked(line, name, rtype)
            finally:
                line.shut()

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question within the deadline."""
        try:
            async with asyncio.timeout(self._options.deadline):
                return await self.ask(name, rtype)
        except TimeoutError:
            return DnsAnswer(status=DnsStatus.TIMEOUT)

    def renew(self) -> None:
        """Forget what c-ares has cached: the next question opens a new channel."""
        self._exchange(None)

    async def close(self) -> None:
        """Close every channel; questions under way end as unreachable."""
        self._exchange(None)
        for line in self._retired:
            line.shut()
        self._retired.clear()

    def _in_use(self) -> Line:
        line = self._line
        if line is None or line.asked >= self._options.renew_after or line.age >= self._options.renew_every:
            line = self._made(self._options.tries)
            self._exchange(line)
        return line

    def _made(self, tries: int) -> Line:
        try:
            return Line(self._options.servers, attempt=self._options.attempt, tries=tries)
        except pycares.AresError:
            raise SetupError(
                "DNS_SERVERS: each must be an IP address with a port, like 127.0.0.1:5353 or [::1]:53"
            ) from None

    def _exchange(self, made: Line | None) -> None:
        old, self._line = self._line, made
        # Those that have become idle since the last exchange have closed themselves.
        self._retired = {line for line in self._retired if line.pending}
        if old is not None:
            old.retire()
            self._retired.add(old)


async def _asked(line: Line, name: str, rtype: str) -> DnsAnswer:
    found: asyncio.Future[DnsAnswer] = asyncio.get_running_loop().create_future()
    line.start(name, _TYPES[rtype], partial(_hand_over, name, _TYPES[rtype], found))
    return await found


def _hand_over(
    name: str, asked: int, found: asyncio.Future[DnsAnswer], result: pycares.DNSResult | None, fault: int | None
) -> None:
    if not found.done():
        status, records = _read(name, asked, result, fault)
        found.set_result(DnsAnswer(status=status, records=tuple(_record(each) for each in records)))


def _tell_mx(
    domain: str,
    ended: Callable[[DnsStatus, list[MxRow]], None],
    result: pycares.DNSResult | None,
    fault: int | None,
) -> None:
    status, records = _read(domain, pycares.QUERY_TYPE_MX, result, fault)
    rows = [(data.priority, _host(data.exchange), each.ttl) for each in records if isinstance(data := each.data, _Mx)]
    ended(status, rows)


def _read(
    name: str, asked: int, result: pycares.DNSResult | None, fault: int | None
) -> tuple[DnsStatus, list[pycares.DNSRecord]]:
    """How a question ended, and its own records out of the answer."""
    if result is None:
        return _STATUSES.get(fault or 0, DnsStatus.MALFORMED), []
    answer = result.answer
    records = [each for each in answer if each.type == asked and each.name == name]
    if records and len(records) == len(answer):
        return DnsStatus.OK, records
    return _beside_aliases(name, asked, answer)


def _beside_aliases(
    name: str, asked: int, answer: list[pycares.DNSRecord]
) -> tuple[DnsStatus, list[pycares.DNSRecord]]:
    """Follow the aliases from the name that was asked for: what stands at another name is no answer."""
    aliases = {_host(each.name): _host(each.data.cname) for each in answer if isinstance(each.data, _Alias)}
    owner, passed = _host(name), set()
    while asked != _TYPES["CNAME"] and owner in aliases:
        if owner in passed:
            return DnsStatus.MALFORMED, []
        passed.add(owner)
        owner = aliases[owner]
    records = [each for each in answer if each.type == asked and _host(each.name) == owner]
    if records:
        return DnsStatus.OK, records
    # Aliases that lead to a name without such a record are a denial; an answer about something else is none.
    return (DnsStatus.NODATA if passed or not answer else DnsStatus.MALFORMED), []


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
