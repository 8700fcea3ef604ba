"""A name server for measuring: answers made once per kind of domain, one socket, one process, nothing else to do."""

import heapq
import multiprocessing
import os
import random
import select
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.connection import Connection
from typing import Final, Self

_PORTS: Final = range(20_000, 30_000)
_A: Final = 1
_NS: Final = 2
_MX: Final = 15
_TXT: Final = 16
_AAAA: Final = 28
_TTL: Final = (300).to_bytes(4, "big")
_OWNER: Final = b"\xc0\x0c"
"""A pointer to the name in the question (RFC 1035 section 4.1.4)."""
_SOA: Final = b"\0\0\6\0\1\0\0\x02\x58" + (26).to_bytes(2, "big") + b"\1m\0\1h\0" + bytes(20)


class Kind(IntEnum):
    """What kind of domain one is."""

    MX = 0
    """Two mail exchangers, as most companies have."""
    ADDRESS = 1
    """No MX but an address, and a TXT that is no SPF."""
    NULL_MX = 2
    NXDOMAIN = 3
    SERVFAIL = 4
    """Fails until the server is told to be well."""
    LATE = 5
    """Answers, as MX does, but later than anybody waits, until the server is told to be well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many of a thousand domains are of each kind; the rest is `Kind.MX`."""

    address: int = 30
    null_mx: int = 10
    nxdomain: int = 30
    servfail: int = 0
    late: int = 0

    def kind(self, number: int) -> Kind:
        """The kind of the domain with this number: scattered, and the same in every run."""
        place = number * 7919 % 1000
        for kind, share in (
            (Kind.ADDRESS, self.address),
            (Kind.NULL_MX, self.null_mx),
            (Kind.NXDOMAIN, self.nxdomain),
            (Kind.SERVFAIL, self.servfail),
            (Kind.LATE, self.late),
        ):
            if place < share:
                return kind
            place -= share
        return Kind.MX


def domain(number: int) -> str:
    """The domain with this number."""
    return f"firm-{number}.{('com', 'de', 'co.uk', 'net')[number % 4]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the server has done: datagrams it answered, and the CPU seconds that it took for them."""

    answered: int
    cpu: float


class Responder:
    """The server's process, seen from the one that measures."""

    def __init__(self, count: int, shares: Shares, *, late: float = 5.0, port: int = 0) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(count, shares, late, port, theirs), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(60):
            raise TimeoutError("the name server did not start")
        self.port: int = self._pipe.recv()

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        return f"127.0.0.1:{self.port}"

    def load(self) -> Load:
        """What it has done so far."""
        self._pipe.send("load")
        found: Load = self._pipe.recv()
        return found

    def be_well(self) -> None:
        """From now on nothing fails and nothing is late."""
        self._pipe.send("well")
        self._pipe.recv()

    def kill(self) -> None:
        """End the process as a crash does."""
        self._process.kill()
        self._process.join()

    def freeze(self) -> None:
        """Have the process stop in the middle of whatever it does: questions are taken, and nobody answers them."""
        os.kill(self._pid, signal.SIGSTOP)

    def thaw(self) -> Self:
        """Let a process that was frozen go on."""
        os.kill(self._pid, signal.SIGCONT)
        return self

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None, "it was started"
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _serve(count: int, shares: Shares, late: float, port: int, pipe: Connection) -> None:
    _keep_to(_cpus()[1:])
    served = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    served.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    _bind(served, port)
    served.settimeout(0)
    server = _Server(served, _zone(count, shares), late)
    pipe.send(served.getsockname()[1])
    readers: list[socket.socket | Connection] = [served, pipe]
    while True:
        wait = max(0.0, server.waiting[0][0] - time.monotonic()) if server.waiting else None
        ready, _, _ = select.select(readers, [], [], wait)
        server.send_what_is_due()
        if served in ready:
            server.answer_all()
        if pipe in ready:
            _obey(server, pipe)


def _bind(served: socket.socket, port: int) -> None:
    """Take the port, or one that the system gives no client: a client of a server that has gone could get its port.

    Then it talks to itself, and c-ares takes its own question for an answer without records.
    """
    for each in [port] if port else random.sample(_PORTS, 100):
        with suppress(OSError):
            served.bind(("127.0.0.1", each))
            return
    raise OSError("no port is free")


def _obey(server: "_Server", pipe: Connection) -> None:
    try:
        order = pipe.recv()
    except EOFError:  # the one that measures has gone
        os._exit(0)
    if order == "well":
        server.well = True
    pipe.send(Load(answered=server.answered, cpu=time.process_time()))


class _Server:
    """The socket, the zone and what waits to be sent."""

    def __init__(self, served: socket.socket, zone: dict[bytes, Kind], late: float) -> None:
        self._socket = served
        self._zone = zone
        self._late = late
        self.well = False
        self.answered = 0
        self.waiting: list[tuple[float, int, bytes, tuple[str, int]]] = []

    def answer_all(self) -> None:
        """Answer every datagram that is there."""
        receive, send, zone = self._socket.recvfrom, self._socket.sendto, self._zone
        while True:
            try:
                query, peer = receive(4096)
            except (BlockingIOError, ConnectionError):
                return
            end = query.index(b"\0", 12) + 1
            kind = zone.get(query[12:end].lower(), Kind.NXDOMAIN)
            if self.well and kind >= Kind.SERVFAIL:
                kind = Kind.MX
            head, tail = _REPLIES.get((kind, query[end + 1]), _DENIALS[kind])
            reply = b"".join((query[:2], head, query[12 : end + 4], tail))
            self.answered += 1
            if kind is Kind.LATE:
                heapq.heappush(self.waiting, (time.monotonic() + self._late, self.answered, reply, peer))
            else:
                send(reply, peer)

    def send_what_is_due(self) -> None:
        """Send the late answers whose time has come."""
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, reply, peer = heapq.heappop(self.waiting)
            self._socket.sendto(reply, peer)


def _zone(count: int, shares: Shares) -> dict[bytes, Kind]:
    zone = {_wire(domain(number)): shares.kind(number) for number in range(count)}
    # What a resolver's honesty is checked by: see `gateway.verification.probes.controls`.
    return {**zone, b"\0": Kind.ADDRESS, _wire("iana.org"): Kind.ADDRESS, _wire("wikipedia.org"): Kind.ADDRESS}


def _wire(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def _reply(*answers: tuple[int, bytes], rcode: int = 0) -> tuple[bytes, bytes]:
    """Header without id, and what follows the question: answers, or the SOA that a denial carries (RFC 2308)."""
    tail = b"".join(
        _OWNER + rtype.to_bytes(2, "big") + b"\0\1" + _TTL + len(data).to_bytes(2, "big") + data
        for rtype, data in answers
    )
    denied = not answers and rcode in {0, 3}
    counts = b"\0\1" + len(answers).to_bytes(2, "big") + (b"\0\1" if denied else b"\0\0") + b"\0\0"
    return b"\x85" + bytes([0x80 | rcode]) + counts, tail + (_SOA if denied else b"")


_PAIR: Final = _reply((_MX, b"\0\x0a\3mx1" + _OWNER), (_MX, b"\0\x14\3mx2" + _OWNER))
_REPLIES: Final = {
    (Kind.MX, _MX): _PAIR,
    (Kind.LATE, _MX): _PAIR,
    (Kind.NULL_MX, _MX): _reply((_MX, b"\0\0\0")),
    (Kind.ADDRESS, _A): _reply((_A, bytes([192, 31, 196, 1]))),
    (Kind.ADDRESS, _NS): _reply((_NS, b"\2ns\0")),
    (Kind.ADDRESS, _TXT): _reply((_TXT, b"\x0bhello=world")),
}
_DENIALS: Final = {kind: _reply(rcode={Kind.NXDOMAIN: 3, Kind.SERVFAIL: 2}.get(kind, 0)) for kind in Kind}


@contextmanager
def apart() -> Iterator[None]:
    """Keep this process on one CPU for as long as a block lasts: servers that start within it have the others."""
    allowed = _cpus()
    _keep_to(allowed[:1])
    try:
        yield
    finally:
        _keep_to(allowed)


def _cpus() -> list[int]:
    return list(range(os.cpu_count() or 1)) if hasattr(os, "sched_setaffinity") else []


def _keep_to(cpus: Sequence[int]) -> None:
    """Where it is forbidden, or there is nothing to choose from, everything stays as it was."""
    if cpus:
        with suppress(OSError):
            os.sched_setaffinity(0, cpus)
