"""Reading a reply's body under a cap that counts decoded bytes, so that a gzip bomb costs nothing."""

import asyncio
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from gateway.http.errors import Broken, TooLarge

ACCEPT_ENCODING = "gzip"
"""The only content coding this client asks for and reads (RFC 9110 8.4.1)."""

_PIECE = 64 * 1024
"""Bytes that are decoded at once: who takes them piece by piece, or reads a body, holds up nobody for longer."""
_GZIP_WBITS = 31  # zlib's number for "gzip container, largest window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of a body; `cut` says that there were more than the cap."""

    data: bytes = field(default=b"", repr=False)
    cut: bool = False


Take = Callable[[bytes], Awaitable[None]]
"""Is given a body piece by piece; the next piece is read when it is done."""


async def read_capped(
    chunks: AsyncIterable[bytes],
    *,
    coding: str,
    length: str | None,
    cap: int,
    cut: bool = False,
    take: Take | None = None,
) -> Body:
    """Reads and decodes a body, never holding more than `cap` decoded bytes plus one network read.

    Args:
        chunks: the raw bytes as they arrive.
        coding: the Content-Encoding header; empty, `identity` and `gzip` are understood.
        length: the Content-Length header, if any: a number over the cap ends the call before reading.
        cap: the most bytes to accept, counted after decoding.
        cut: whether of a longer body the first `cap` bytes are wanted; what follows them is not read.
        take: is given the decoded bytes as they come, up to the cap; nothing of them is held then.

    Raises:
        TooLarge: more bytes than the cap, announced, received or decoded, and `cut` is not set.
        Broken: an unknown coding, or a gzip stream that is damaged or cut short.
    """
    if not cut and length is not None and length.isdecimal() and int(length) > cap:
        raise TooLarge("announced_over_cap", sent=True)
    name = coding.strip().lower()
    if name not in ("", "identity", "gzip", "x-gzip"):
        raise Broken("content_coding_unknown", sent=True)
    gunzip = _Gunzip(room=cap + 1) if name.endswith("gzip") else None
    body, size = bytearray(), 0
    keep = take or _into(body)
    async for piece in _decoded(chunks, gunzip):
        size += len(piece)
        over = max(0, size - cap)
        if over and not cut:
            raise TooLarge("body_over_cap" if gunzip is None else "decoded_over_cap", sent=True)
        await keep(piece[: len(piece) - over])
        if over:
            return Body(data=bytes(body), cut=True)
    if gunzip is not None and gunzip.open:
        raise Broken("gzip_cut_short", sent=True)
    return Body(data=bytes(body))


async def _decoded(chunks: AsyncIterable[bytes], gunzip: "_Gunzip | None") -> AsyncIterator[bytes]:
    """The pieces of a body; others run between those that the network need not be waited for."""
    async for chunk in chunks:
        for piece in (chunk,) if gunzip is None else gunzip.feed(chunk):
            yield piece
            await asyncio.sleep(0)


def _into(body: bytearray) -> Take:
    async def keep(piece: bytes) -> None:
        body.extend(piece)

    return keep


class _Gunzip:
    """Decodes member by member (RFC 1952 2.2), and makes never more than `room` bytes of what it is fed in all."""

    def __init__(self, *, room: int) -> None:
        self._room = room
        self._member = zlib.decompressobj(_GZIP_WBITS)
        self.open = False
        """Whether a member has begun and not ended."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Gives what a part of the stream decodes to.

        Raises:
            Broken: it is no gzip.
        """
        more = True
        while chunk or more:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP_WBITS)
            most = min(self._room, _PIECE)
            try:
                piece = self._member.decompress(chunk, most)
            except zlib.error:
                raise Broken("gzip_damaged", sent=True) from None
            self._room -= len(piece)
            self.open = not self._member.eof
            yield piece
            more = self.open and len(piece) == most  # there may be more of what was read already
            chunk = self._member.unconsumed_tail if self.open else self._member.unused_data
