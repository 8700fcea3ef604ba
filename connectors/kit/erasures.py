"""Reading a vendor's erasure feed: the records of people who had the vendor erase them, or objected to it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from connectors.errors import CallError, HostRefused, Unreadable
from connectors.kit.answer import Answer
from connectors.kit.classify import classify
from connectors.kit.contract import failed
from connectors.kit.http import VendorHttp
from connectors.kit.manifest import Manifest
from connectors.kit.requesting import request_of
from connectors.kit.template import Values

MOST_BYTES = 256 * 1024 * 1024
"""Of one feed, some ten million ids; it is never held as a whole."""
_LINE = 256
"""Bytes of the longest line."""
_CHUNK = 1000

Each = Callable[[Sequence[str]], Awaitable[None]]


async def read_erasures(manifest: Manifest, settings: Values, http: VendorHttp, each: Each) -> Answer | None:
    """Reads the whole feed, some lines at a time.

    Args:
        manifest: with `erasures`.
        settings: what its placeholders stand for.
        http: bound to the manifest.
        each: is given up to a thousand ids at a time, as the vendor writes them; it is waited for.

    Returns:
        Why the feed could not be read to its end; None when it was. What `each` was given before stands in it too.
    """
    spec = manifest.erasures
    if spec is None:
        return failed(HostRefused("no_erasures_in_manifest"))
    lines = _Lines(spec.begins, each)
    try:
        request = replace(request_of(manifest, spec, settings), take=lines.take)
        reply = await http.receive(request, max_bytes=MOST_BYTES)
        against = classify(manifest, reply)
        if against is None:
            await lines.end()
    except CallError as error:
        return failed(error)
    return against


class _Lines:
    """Puts ids together out of the pieces that come."""

    def __init__(self, begins: str, each: Each) -> None:
        self._begins = begins
        self._each = each
        self._rest = b""
        self._ids: list[str] = []

    async def take(self, piece: bytes) -> None:
        """Takes a piece; raises Unreadable when it is no such list."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            await self._line(line)
        if len(self._rest) > _LINE:
            raise Unreadable("line_too_long")

    async def end(self) -> None:
        """Hands over what is left; raises Unreadable when the list never began."""
        await self._line(self._rest)
        if self._begins:
            raise Unreadable("not_as_expected")
        await self._hand_over()

    async def _line(self, line: bytes) -> None:
        # Of a table the first column; and a mark before UTF-8 is no part of the first line.
        text = line.partition(b",")[0].strip(b' \t\r"\xef\xbb\xbf').decode("utf-8", "replace")
        if not text:
            return
        if len(line) > _LINE:
            raise Unreadable("line_too_long")
        if self._begins:
            if text != self._begins:
                raise Unreadable("not_as_expected")
            self._begins = ""
            return
        self._ids.append(text)
        if len(self._ids) >= _CHUNK:
            await self._hand_over()

    async def _hand_over(self) -> None:
        ids, self._ids = self._ids, []
        if ids:
            await self._each(ids)
