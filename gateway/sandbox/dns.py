"""A DNS server on loopback that answers from a zone of its own, with faults on demand."""

import asyncio
import struct
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

from gateway.errors import SetupError
from gateway.sandbox.zone import Fault, Name, Zone

_UDP_LIMIT: Final = 1232
_TTL: Final = 300
_MAX_ALIASES: Final = 8
_GARBAGE: Final = b"\xff\xff this is no DNS message"
_SOA: Final = dns.rdataset.from_text(
    "IN", "SOA", _TTL, "ns.sandbox.example. hostmaster.sandbox.example. 1 3600 600 86400 60"
)
_NULL_MX: Final = dns.rdataset.from_text("IN", "MX", _TTL, "0 .")
_RCODES: Final = {
    Fault.SERVFAIL: dns.rcode.SERVFAIL,
    Fault.REFUSED: dns.rcode.REFUSED,
    Fault.NXDOMAIN: dns.rcode.NXDOMAIN,
}


class Responder:
    """Makes the reply to one question; it opens no socket. While `lying`, no name exists."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.lying = False
        self.asked: Counter[tuple[str, str]] = Counter()
        """How often each name and type was asked, for tests and for people who watch."""
        self._steps: Counter[dns.name.Name] = Counter()

    def plan(self, query: dns.message.Message) -> tuple[Fault, float]:
        """Which step of the name's script this question meets, and how many seconds the reply is to wait."""
        question = query.question[0]
        self.asked[question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)] += 1
        entry = self.zone.names.get(question.name.canonicalize())
        if self.lying:
            return Fault.NXDOMAIN, 0.0
        if entry is None:
            return Fault.OK, 0.0
        step = min(self._steps[question.name.canonicalize()], len(entry.script) - 1)
        self._steps[question.name.canonicalize()] += 1
        fault = entry.script[step]
        return fault, entry.delay if fault is Fault.DELAY else 0.0

    def reply(self, query: dns.message.Message, fault: Fault) -> dns.message.Message:
        """The whole reply; whether it is sent, truncated or late is the server's to do."""
        reply = dns.message.make_response(query, recursion_available=True)
        reply.flags |= dns.flags.AA
        question = query.question[0]
        if fault in _RCODES:
            reply.set_rcode(_RCODES[fault])
        elif fault is Fault.NULL_MX and question.rdtype == dns.rdatatype.MX:
            _add(reply, question.name, _NULL_MX)
        elif fault not in {Fault.NODATA, Fault.NULL_MX}:
            self._answer(reply, question.name, question.rdtype)
        if not reply.answer and reply.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            # A denial carries the SOA, or no resolver may cache it (RFC 2308).
            reply.authority.append(dns.rrset.from_rdata_list(dns.name.root, _SOA.ttl, list(_SOA)))
        return reply

    def _answer(self, reply: dns.message.Message, name: dns.name.Name, rtype: dns.rdatatype.RdataType) -> None:
        for _ in range(_MAX_ALIASES):
            entry = self._entry(name)
            if entry is None:
                reply.set_rcode(dns.rcode.NXDOMAIN)
                return
            alias = entry.records.get(dns.rdatatype.CNAME)
            if alias is None or rtype == dns.rdatatype.CNAME:
                found = entry.records.get(rtype)
                if found is not None:
                    _add(reply, name, found)
                return
            _add(reply, name, alias)
            name = alias[0].target

    def _entry(self, name: dns.name.Name) -> Name | None:
        entry = self.zone.names.get(name.canonicalize())
        if entry is None and self.zone.exists(name.canonicalize()):
            return Name(records={})
        return entry


class DnsServer:
    """The sandbox's name server, over UDP and TCP on the same port; use it as an async context manager.

    `port` 0 takes any free port; `address` then tells which. It listens on loopback only unless told
    otherwise.
    """

    def __init__(self, zone: Zone, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.responder = Responder(zone)
        self._host = host
        self._port = port
        self._tcp: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._udp_closed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`, ready for the DNS_SERVERS setting."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    @property
    def lying(self) -> bool:
        """Whether it denies every name, control names included."""
        return self.responder.lying

    @lying.setter
    def lying(self, value: bool) -> None:
        self.responder.lying = value

    async def start(self) -> None:
        """Listen.

        Raises:
            SetupError: the port is taken, or may not be used.
        """
        try:
            self._tcp = await asyncio.start_server(self._serve_tcp, self._host, self._port)
            self._port = self._tcp.sockets[0].getsockname()[1]
            self._udp_closed.clear()
            self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=(self._host, self._port)
            )
        except OSError as error:
            await self.stop()
            raise SetupError(
                f"The sandbox DNS cannot listen on {self.address}: {error.strerror}; choose another --port"
            ) from None

    async def stop(self) -> None:
        """Stop listening; replies that still wait are dropped."""
        if self._udp is not None:
            self._udp.close()
            # Until the loop has let go of the socket, questions still land in it and get no ICMP refusal.
            await self._udp_closed.wait()
            self._udp = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()
            self._tcp = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def answer(self, wire: bytes, send: Callable[[bytes], None], *, limit: int | None) -> None:
        """Answer one message through `send`, now or late; `limit` in bytes means UDP, None TCP."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return
        if len(query.question) != 1 or query.flags & dns.flags.QR:
            return
        fault, delay = self.responder.plan(query)
        if fault is Fault.DROP:
            return
        if fault is Fault.GARBAGE:
            send(wire[:2] + _GARBAGE)
            return
        reply = _bytes(self.responder.reply(query, fault), fault, limit)
        if delay:
            self._spawn(_later(delay, send, reply))
        else:
            send(reply)

    def on_udp_closed(self) -> None:
        """The UDP socket is closed."""
        self._udp_closed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(reply: bytes) -> None:
            if not writer.is_closing():
                writer.write(struct.pack("!H", len(reply)) + reply)

        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            while True:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                self.answer(await reader.readexactly(size), send, limit=None)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # The peer has gone, or the server stops: either way this connection is over.
            writer.close()
        finally:
            if task is not None:
                self._tasks.discard(task)


class _Datagrams(asyncio.DatagramProtocol):
    """Hands each datagram to the server and its replies back to the sender."""

    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer through."""
        # asyncio's own datagram transport does not inherit from the type it is documented as.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class's signature
        """Tell the server that the socket is closed."""
        self._server.on_udp_closed()

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Answer one datagram."""
        transport = self._transport
        if transport is not None:
            self._server.answer(data, lambda reply: transport.sendto(reply, addr), limit=_UDP_LIMIT)


async def _later(delay: float, send: Callable[[bytes], None], reply: bytes) -> None:
    await asyncio.sleep(delay)
    send(reply)


def _bytes(reply: dns.message.Message, fault: Fault, limit: int | None) -> bytes:
    if limit is None:
        return reply.to_wire()
    if fault is not Fault.TRUNCATED:
        try:
            return reply.to_wire(max_size=limit)
        except dns.exception.TooBig:
            pass
    reply.answer.clear()
    reply.authority.clear()
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _add(reply: dns.message.Message, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
    reply.answer.append(dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset)))
