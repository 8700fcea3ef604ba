"""One connection to a mail server: greeting, EHLO, STARTTLS, MAIL and RCPT, and never a message (RFC 5321)."""

import asyncio
import socket
import ssl
from functools import cache
from typing import Final, Self, cast

import aiosmtplib

from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.smtp.hosts import Place
from gateway.verification.probes.smtp.identity import SMTP_PORT, Identity, ProbeLimits
from gateway.verification.smtp.reply import Reply, Stage, from_lines

_GOOD: Final = range(200, 300)
_CODES: Final = range(200, 600)
_LINES: Final = 100
"""Lines of a reply that are looked at; aiosmtplib bounds its bytes (32 KiB)."""


class Ended(Exception):
    """The talk with the mail server ended early: {outcome}; `reply` is what ended it, where it was one."""

    def __init__(self, outcome: MailboxOutcome, reply: Reply | None = None, *, tls: bool = False) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.reply = reply
        self.tls = tls
        """It ended in STARTTLS: without it, it may go on."""


class Talk:
    """A connection after its greeting. `starttls` says whether it is encrypted, `utf8` whether SMTPUTF8 is offered.

    Every reply has a deadline, which bytes that trickle in do not extend, and a bound on its size.
    """

    def __init__(self, place: Place, identity: Identity, limits: ProbeLimits) -> None:
        self.place = place
        self._identity = identity
        self._limits = limits
        self._client: aiosmtplib.SMTP | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._offers: frozenset[str] = frozenset()
        self._used = False
        self.starttls = False

    @classmethod
    async def begin(cls, place: Place, identity: Identity, limits: ProbeLimits, *, port: int = SMTP_PORT) -> Self:
        """Connect and greet; over TLS where it is offered and works, else in clear on a new connection (RFC 7435).

        Raises:
            Ended: there is nobody to talk with.
        """
        try:
            return await cls._begun(place, identity, limits, port=port, tls=True)
        except Ended as ended:
            if not ended.tls:
                raise
        return await cls._begun(place, identity, limits, port=port, tls=False)

    @classmethod
    async def _begun(cls, place: Place, identity: Identity, limits: ProbeLimits, *, port: int, tls: bool) -> Self:
        talk = cls(place, identity, limits)
        try:
            await talk._connect(port)
            await talk._hello()
            if tls and "STARTTLS" in talk._offers:
                await talk._encrypt()
                await talk._hello()
        except BaseException:
            talk.drop()
            raise
        return talk

    @property
    def utf8(self) -> bool:
        """Whether the server takes addresses that are not ASCII (RFC 6531)."""
        return "SMTPUTF8" in self._offers

    async def ask(self, recipient: str) -> Reply:
        """Ask whether mail for an address would be taken, as a transaction of its own; the reply says at which stage.

        Raises:
            Ended: the connection is of no use any more.
        """
        if self._used:
            await self._say(Stage.RCPT, "RSET")
        self._used = True
        wide = "" if recipient.isascii() else " SMTPUTF8"
        sender = await self._say(Stage.MAIL, f"MAIL FROM:<{self._identity.sender}>{wide}")
        if sender.code not in _GOOD:
            return sender
        return await self._say(Stage.RCPT, f"RCPT TO:<{recipient}>")

    async def quit(self) -> None:
        """Take leave, and close whatever the server makes of it."""
        try:
            async with asyncio.timeout(self._limits.quit):
                await self._say(Stage.RCPT, "QUIT")
        except (Ended, TimeoutError):
            pass
        finally:
            self.drop()

    def drop(self) -> None:
        """Close at once: a server that is slow to take leave keeps no connection of ours."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
        if self._transport is not None:
            self._transport.abort()

    async def _connect(self, port: int) -> None:
        opened = await self._socket(port)
        self._client = aiosmtplib.SMTP(
            hostname=str(self.place.address),
            port=None,
            sock=opened,
            local_hostname=self._identity.helo,
            timeout=self._limits.command,
            start_tls=False,
            tls_context=_unverified(),
        )
        try:
            await self._client.connect()
        except aiosmtplib.SMTPConnectResponseError as error:
            raise _unless_smtp(error.code, error.message, Stage.CONNECT) from None
        except aiosmtplib.SMTPTimeoutError:
            raise Ended(MailboxOutcome.TIMEOUT) from None
        except (aiosmtplib.SMTPException, OSError):
            raise Ended(MailboxOutcome.DROPPED) from None
        self._transport = _writing(self._client)

    async def _socket(self, port: int) -> socket.socket:
        address = self.place.address
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.settimeout(0)  # asyncio takes no other
        try:
            async with asyncio.timeout(self._limits.connect):
                await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
        except (OSError, TimeoutError):
            opened.close()
            raise Ended(MailboxOutcome.UNREACHABLE) from None
        except BaseException:
            opened.close()
            raise
        return opened

    async def _hello(self) -> None:
        """EHLO, or HELO where the server does not know it (RFC 5321, 3.2); what is offered counts anew after TLS."""
        reply = await self._say(Stage.HELO, f"EHLO {self._identity.helo}", keep=True)
        if reply.code in _GOOD:
            return
        if reply.permanent:
            reply = await self._say(Stage.HELO, f"HELO {self._identity.helo}")
            self._offers = frozenset()
        if reply.code not in _GOOD:
            raise Ended(MailboxOutcome.UNCLEAR, reply)

    async def _encrypt(self) -> None:
        client = self._open_client()
        try:
            await client.starttls(server_hostname=self.place.host)
        except (aiosmtplib.SMTPException, OSError, ValueError):
            raise Ended(MailboxOutcome.DROPPED, tls=True) from None
        self._transport = _writing(client)
        self.starttls = True

    async def _say(self, stage: Stage, command: str, *, keep: bool = False) -> Reply:
        client = self._open_client()
        try:
            response = await client.execute_command(command.encode())
        except aiosmtplib.SMTPTimeoutError:
            raise Ended(MailboxOutcome.TIMEOUT) from None
        except (aiosmtplib.SMTPException, OSError):
            raise Ended(MailboxOutcome.DROPPED) from None
        if response.code not in _CODES:
            raise Ended(MailboxOutcome.DROPPED)
        if keep:
            client.last_ehlo_response = response  # what its STARTTLS goes by
            self._offers = frozenset(line.partition(" ")[0].upper() for line in response.message.split("\n")[1:])
        return _reply(response.code, response.message, stage)

    def _open_client(self) -> aiosmtplib.SMTP:
        if self._client is None:
            raise Ended(MailboxOutcome.DROPPED)
        return self._client


def _writing(client: aiosmtplib.SMTP) -> asyncio.WriteTransport | None:
    # Both loops give transports that can be aborted; uvloop's do not inherit from the type that says so.
    return cast("asyncio.WriteTransport | None", client.transport)


def _unless_smtp(code: int, message: str, stage: Stage) -> Ended:
    """A greeting that refuses us is a reply; one that is none is no SMTP."""
    if code not in _CODES:
        return Ended(MailboxOutcome.DROPPED)
    return Ended(MailboxOutcome.UNCLEAR, _reply(code, message, stage))


def _reply(code: int, message: str, stage: Stage) -> Reply:
    # What is not UTF-8 came through as surrogates, which no store and no JSON takes.
    text = message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return from_lines([f"{code} {line}" for line in text.split("\n")[:_LINES]], stage=stage)


@cache
def _unverified() -> ssl.SSLContext:
    """Encryption against listeners alone: a mail server's certificate proves nothing to strangers (RFC 7435, 3)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
