"""A TCP proxy on loopback that can be cut and mended, to lose connections as a network does."""

import asyncio
from contextlib import suppress
from typing import Self

from sqlalchemy.engine import make_url


class Proxy:
    """Forwards to a PostgreSQL URL's host; `cut` drops every connection and refuses new ones."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = True

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        await asyncio.sleep(0.05)  # let the broken pipes end

    @property
    def url(self) -> str:
        """The URL that goes through the proxy."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return self._target.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)

    def cut(self) -> None:
        """Lose every connection; new ones are closed at once."""
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._target.host, self._target.port or 5432)
        pair = {writer, far_writer}
        self._writers |= pair
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= pair


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
