"""A name server that answers with whatever bytes it is told to, over UDP and TCP."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import dns.message

Bytes = Callable[[dns.message.Message, bool], bytes | None]
"""Makes the reply to one question, told whether it came over TCP; None is silence."""


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, replies: Mapping[str, Bytes]) -> None:
        self._replies = replies

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own does not inherit from its type
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        reply = _reply(self._replies, data, tcp=False)
        if reply is not None:
            self._transport.sendto(reply, addr)


def _reply(replies: Mapping[str, Bytes], data: bytes, *, tcp: bool) -> bytes | None:
    query = dns.message.from_wire(data)
    make = replies[query.question[0].name.to_text(omit_final_dot=True)]
    return make(query, tcp)


@asynccontextmanager
async def hostile_server(replies: Mapping[str, Bytes]) -> AsyncIterator[str]:
    """Answer by name until the block ends; gives the address as `host:port`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                reply = _reply(replies, await reader.readexactly(size), tcp=True)
                if reply is None:
                    return
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    tcp = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(replies), local_addr=("127.0.0.1", port)
    )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        udp.close()
        tcp.close()
