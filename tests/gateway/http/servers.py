"""Loopback servers, names and certificates for the tests of the outgoing client."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.http import Request, Trust

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Names:
    """A resolver with a script: each look-up of a name takes the next answer, the last one stays."""

    answers: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError("no such name")
        script = self.answers[host]
        return script.pop(0) if len(script) > 1 else script[0]


@dataclass
class Listener:
    """A loopback server that counts its connections."""

    port: int = 0
    connects: int = 0
    requests: list[bytes] = field(default_factory=list)


@contextlib.asynccontextmanager
async def listening(handler: Handler | bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """Serves on a free loopback port; `bytes` answers every request with them, keeping the connection."""
    seen = Listener()
    serving: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connects += 1
        serving[asyncio.current_task()] = writer
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if not isinstance(handler, bytes):
                await handler(reader, writer)
            else:
                while True:
                    seen.requests.append(await reader.readuntil(b"\r\n\r\n"))
                    writer.write(handler)
                    await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        await server.wait_closed()
        for writer in serving.values():
            writer.transport.abort()
        await asyncio.gather(*(task for task in serving if task is not None))


def http_reply(body: bytes = b"ok", *, status: str = "200 OK", headers: str = "") -> bytes:
    """The bytes of an HTTP/1.1 reply with a Content-Length."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def private(url: str, *, seconds: float = 10.0, max_bytes: int = 1 << 20, cut: bool = False) -> Request:
    """A GET to a destination that may be private."""
    return Request(method="GET", url=url, trust=Trust.PRIVATE, seconds=seconds, max_bytes=max_bytes, cut=cut)


def certificate(host: str, folder: Path) -> Path:
    """Writes a self-signed certificate and its key for `host` as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(tz=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "tls.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
