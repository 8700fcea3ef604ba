"""Following redirects from a URL that came with a lead: hop by hop, each checked as the first one was."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import httpx
import idna

from gateway.http.client import HttpClient, Reply, Request, Trust
from gateway.http.errors import DeadlineExceeded, EgressError, EgressRefused

MOST_HOPS: Final = 5
"""The most redirects in a row (RFC 9309 2.3.1.2 asks for as many where robots.txt is fetched)."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_LETTERS: Final = 2000
_AUTHORITY: Final = re.compile(r"((?:https?:)?//)([^/?#\\]*)(.*)", re.ASCII | re.IGNORECASE | re.DOTALL)

Check = Callable[[str, float], Awaitable[None]]
"""Told a URL and the seconds that are left, it raises EgressError where that URL is not to be asked."""


async def _nothing(_url: str, _seconds: float) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where a request came to rest: the last reply, the URL that gave it, and how many redirects led there."""

    reply: Reply
    url: str = field(repr=False)
    hops: int = 0


async def follow(client: HttpClient, request: Request, *, check: Check = _nothing) -> Arrival:
    """Sends a GET and follows its redirects; nothing but the URL changes from one hop to the next.

    Each hop is a request of its own to the client, which resolves, checks and pins it. No cookie and no authorisation
    is ever sent along, and what a redirect says in its body is not read.

    Args:
        client: sends.
        request: of `Trust.LEAD`; its `seconds` are for all hops together.
        check: asked before every hop.

    Raises:
        EgressRefused: a hop leads where it may not, from https to http, or there are more than MOST_HOPS.
        EgressError: what the client or `check` raises; `sent` is True after the first hop.
    """
    if request.trust is not Trust.LEAD:
        raise ValueError("redirects are followed for leads' sites alone")
    ends = time.monotonic() + request.seconds
    url = read_url(request.url)
    for hops in range(MOST_HOPS + 1):
        try:
            client.check_url(httpx.URL(url), request.trust)
            await check(url, _left(ends))
            reply = await client.send(replace(request, url=url, seconds=_left(ends), reads=_but_redirects(request)))
            location = reply.every().get("location")
            if reply.status not in _REDIRECTS or not location:
                return Arrival(reply=reply, url=url, hops=hops)
            url = _next(url, location[0])
        except EgressError as error:
            error.sent = error.sent or hops > 0
            raise
    raise EgressRefused("too_many_redirects", sent=True)


def read_url(text: str) -> str:
    """Reads an absolute URL as browsers do: the host in ASCII (UTS 46) without a last dot, no fragment.

    Whether it may be asked is the client's business.

    Raises:
        EgressRefused: it is none.
    """
    if len(text) > _MOST_LETTERS:
        raise EgressRefused("url_too_long")
    try:
        url = httpx.URL(_in_ascii(text))
    except (httpx.InvalidURL, UnicodeError):
        raise EgressRefused("url_unreadable") from None
    host = url.raw_host.decode("ascii")  # `url.host` would decode IDNA, and fail where it cannot
    return str(url.copy_with(host=host.removesuffix("."), fragment=None))


def _in_ascii(text: str) -> str:
    """Puts the host of an absolute URL in ASCII; digits and dots of other scripts become what they stand for."""
    found = _AUTHORITY.fullmatch(text.strip())
    if found is None or found[2].isascii():
        return text.strip()
    head, authority, tail = found.groups()
    userinfo, at, place = authority.rpartition("@")
    host, colon, port = place.partition(":")
    return f"{head}{userinfo}{at}{idna.encode(host, uts46=True).decode()}{colon}{port}{tail}"


def _next(url: str, location: str) -> str:
    if len(location) > _MOST_LETTERS:
        raise EgressRefused("url_too_long", sent=True)
    here = httpx.URL(url)
    try:
        there = here.join(_in_ascii(location))
    except (httpx.InvalidURL, UnicodeError):
        raise EgressRefused("redirect_unreadable", sent=True) from None
    if here.scheme == "https" and there.scheme == "http":
        raise EgressRefused("redirect_to_http", sent=True)
    return read_url(str(there))


def _but_redirects(request: Request) -> Callable[[int, Mapping[str, str]], bool]:
    def reads(status: int, headers: Mapping[str, str]) -> bool:
        return not (status in _REDIRECTS and "location" in headers) and request.reads(status, headers)

    return reads


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded("time_is_up")
    return left
