"""Reading a reply's body under a cap that counts decoded bytes, so that a gzip bomb costs nothing."""

import zlib
from collections.abc import AsyncIterable

from gateway.http.errors import Broken, TooLarge

ACCEPT_ENCODING = "gzip"
"""The only content coding this client asks for and reads (RFC 9110 8.4.1)."""

_GZIP_WBITS = 31  # zlib's number for "gzip container, largest window"


async def read_capped(chunks: AsyncIterable[bytes], *, coding: str, length: str | None, cap: int) -> bytes:
    """Reads and decodes a body, never holding more than `cap` decoded bytes plus one network read.

    Args:
        chunks: the raw bytes as they arrive.
        coding: the Content-Encoding header; empty, `identity` and `gzip` are understood.
        length: the Content-Length header, if any: a number over the cap ends the call before reading.
        cap: the most bytes to accept, counted after decoding.

    Raises:
        TooLarge: more bytes than the cap, announced, received or decoded.
        Broken: an unknown coding, or a gzip stream that is damaged or cut short.
    """
    if length is not None and length.isdecimal() and int(length) > cap:
        raise TooLarge("announced_over_cap", sent=True)
    name = coding.strip().lower()
    if name in ("", "identity"):
        return await _plain(chunks, cap)
    if name in ("gzip", "x-gzip"):
        return await _gunzip(chunks, cap)
    raise Broken("content_coding_unknown", sent=True)


async def _plain(chunks: AsyncIterable[bytes], cap: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > cap:
            raise TooLarge("body_over_cap", sent=True)
    return bytes(body)


async def _gunzip(chunks: AsyncIterable[bytes], cap: int) -> bytes:
    body = bytearray()
    member = zlib.decompressobj(_GZIP_WBITS)
    seen = False
    async for chunk in chunks:
        rest = chunk
        while rest:
            seen = True
            if member.eof:  # a further gzip member, RFC 1952 2.2
                member = zlib.decompressobj(_GZIP_WBITS)
            try:
                body += member.decompress(rest, cap + 1 - len(body))
            except zlib.error:
                raise Broken("gzip_damaged", sent=True) from None
            if len(body) > cap:
                raise TooLarge("decoded_over_cap", sent=True)
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if seen and not member.eof:
        raise Broken("gzip_cut_short", sent=True)
    return bytes(body)
