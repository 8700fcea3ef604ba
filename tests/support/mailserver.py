"""Mail servers on loopback that follow a script: aiosmtpd where they talk SMTP, raw bytes where they do not.

Every server keeps a transcript of the commands that it was sent, and counts the connections that are open.
"""

import asyncio
import datetime as dt
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.waiting import until

HANG_UP: Final = "hang up"
"""In the place of a reply: the server closes the connection."""
SILENCE: Final = "silence"
"""In the place of a reply: the server says nothing any more."""
_KNOWN: Final = ("jane", "ada", "bob", "jörg", "cleo", "dora", "eve")


@dataclass(slots=True, kw_only=True)
class Script:
    """What the server says; everything not told is as a good server has it.

    Attributes:
        mailboxes: the local parts that there are; None: any is taken.
        unknown: the reply to any other.
        rcpt: the reply to a local part.
        nth: the reply to the n-th RCPT of all, from 1.
        mail: the reply to MAIL.
        ehlo: the reply to EHLO, in place of the offers.
        helo: the reply to HELO.
        tls: `offered`, `refused` (454), `garbage` (220 and then no TLS), `required`, or None: it has none.
        utf8: it offers SMTPUTF8.
        greylist: a first RCPT of client, sender and recipient is answered 450.
        release_at: whether the greylist lets those pass by now whom it knows; None: it does.
    """

    mailboxes: tuple[str, ...] | None = _KNOWN
    unknown: str = "550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table"
    rcpt: Mapping[str, str] = field(default_factory=dict)
    nth: Mapping[int, str] = field(default_factory=dict)
    mail: str | None = None
    ehlo: str | None = None
    helo: str | None = None
    tls: str | None = None
    utf8: bool = True
    greylist: bool = False
    release_at: Callable[[], bool] | None = None


class MailServer:
    """A server on loopback that talks SMTP; an async context manager."""

    def __init__(self, script: Script | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.script = script or Script()
        self.transcript: list[str] = []
        self.triplets: list[tuple[str, str, str]] = []
        """Client address, sender and recipient of every RCPT, as greylists keep them."""
        self.open = 0
        self.most = 0
        self.connections = 0
        self._host = host
        self.port = port
        self._server: asyncio.Server | None = None
        self._protocols: set[_Protocol] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Protocol(self), self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for protocol in tuple(self._protocols):
            protocol.cut()
        await until(lambda: not self.open)
        if self._server is not None:
            await self._server.wait_closed()

    def commands(self, verb: str) -> list[str]:
        """The commands of one kind that were sent."""
        return [line for line in self.transcript if line.upper().startswith(verb)]

    async def left(self) -> None:
        """Wait until nobody is connected."""
        await until(lambda: not self.open)

    def began(self, protocol: "_Protocol") -> None:
        """A connection was made."""
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        self._protocols.add(protocol)

    def ended(self, protocol: "_Protocol") -> None:
        """A connection is over."""
        if protocol in self._protocols:
            self._protocols.discard(protocol)
            self.open -= 1

    def judged(self, sender: str, address: str, client: str) -> str:
        """The reply to a recipient."""
        script = self.script
        local = address.partition("@")[0]
        triplet = (client, sender, address)
        known = triplet in self.triplets
        self.triplets.append(triplet)
        if scripted := script.nth.get(len(self.triplets)) or script.rcpt.get(local):
            return scripted.format(address=address)
        if script.greylist and not (known and (script.release_at is None or script.release_at())):
            return "450 4.2.0 Greylisted, please try again later"
        if script.mailboxes is None or local in script.mailboxes:
            return "250 2.1.5 Ok"
        return script.unknown.format(address=address)


class _Protocol(SMTP):
    """aiosmtpd's server, which follows the script and writes down what it is sent."""

    def __init__(self, owner: MailServer) -> None:
        self.owner = owner
        script = owner.script
        wants = script.tls is not None
        super().__init__(
            _Recipients(owner, self),
            hostname="mx.acme.example",
            ident="ready",
            enable_SMTPUTF8=script.utf8,
            tls_context=server_context() if wants else None,
            require_starttls=script.tls == "required",
            loop=asyncio.get_running_loop(),
        )
        self.began = False

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's
        if not self.began:
            self.began = True
            self.owner.began(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.owner.ended(self)

    def data_received(self, data: bytes) -> None:
        with suppress(UnicodeDecodeError):
            self.owner.transcript += [line for line in data.decode().split("\r\n") if line]
        super().data_received(data)

    def cut(self) -> None:
        """Close the connection at once."""
        abort = getattr(self.transport, "abort", None)  # uvloop's transports do not inherit from asyncio's
        if abort is None:
            self.owner.ended(self)
        else:
            abort()

    async def act(self, reply: str) -> None:
        """Say a reply, or do what stands in its place."""
        if reply == HANG_UP:
            self.cut()
        elif reply == SILENCE:
            await asyncio.sleep(600)
        else:
            await self.push(reply)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.owner.script.ehlo is not None:
            await self.act(self.owner.script.ehlo)
            return
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.owner.script.helo is not None:
            await self.act(self.owner.script.helo)
            return
        await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        tls = self.owner.script.tls
        if tls == "refused":
            await self.push("454 TLS not available due to temporary reason")
        elif tls == "garbage":
            await self.push("220 go ahead")
            assert isinstance(self.transport, asyncio.WriteTransport)
            self.transport.write(b"this is no TLS at all\r\n" * 4)
        elif tls == HANG_UP:
            self.cut()
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.owner.script.mail is not None:
            await self.act(self.owner.script.mail)
            return
        await super().smtp_MAIL(arg)


class _Recipients:
    """aiosmtpd's hook for RCPT."""

    def __init__(self, owner: MailServer, protocol: _Protocol) -> None:
        self._owner = owner
        self._protocol = protocol

    async def handle_RCPT(self, _server: SMTP, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        reply = self._owner.judged(envelope.mail_from, address, session.peer[0])
        if reply in {HANG_UP, SILENCE}:
            await self._protocol.act(reply)
            return "421 closing"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply


Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    """A server on loopback that writes what it likes; an async context manager."""

    def __init__(self, talk: Raw) -> None:
        self._talk = talk
        self.port = 0
        self.open = 0
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def left(self) -> None:
        """Wait until nobody is connected."""
        await until(lambda: not self.open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()


@cache
def server_context() -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for, as many mail servers have."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.acme.example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(file)
    return context
