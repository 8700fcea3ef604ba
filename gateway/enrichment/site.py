"""Visiting a lead's own site: checked addresses, robots.txt, redirects hop by hop, and little of each page."""

import re
import time
from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from connectors.kit import Page
from gateway import http
from gateway.enrichment import robots
from gateway.enrichment.transport import told
from gateway.ports import Clock

_OK: Final = 200
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_CONNECT_SECONDS: Final = 2.5
_HERE: Final = re.compile(r"https?://(127\.|\[::1\]|localhost\b)")
_ACCEPT: Final = "text/html,application/xhtml+xml;q=0.9"


class LeadSite:
    """Fetches pages of sites that came with leads; implements `connectors.kit.Site`.

    Args:
        client: the gateway's client; the sandbox's address map is its business.
        clock: stamps pages and ends what is kept of robots.txt.
        contact: whom a site's owner can turn to, an address or a URL: it stands in the User-Agent.
    """

    def __init__(self, *, client: http.HttpClient, clock: Clock, contact: str = "") -> None:
        self._client = client
        self._clock = clock
        self._agent = user_agent(contact)
        self._robots = robots.Robots(self._robots_file, clock)

    async def fetch(self, url: str, *, seconds: float, max_bytes: int) -> Page:
        """Fetches one page; what the client refuses or loses becomes the connectors' error.

        Where https cannot be reached, as its port is closed, silent or speaks no TLS that we trust, http is asked in
        its place. A refusal is final.
        """
        ends = time.monotonic() + seconds
        try:
            arrival = await self._either(http.read_url(url), ends, max_bytes)
        except http.EgressError as error:
            raise told(error) from None
        return self._page(arrival)

    async def _either(self, url: str, ends: float, max_bytes: int) -> http.Arrival:
        get = partial(self._get, max_bytes=max_bytes)
        try:
            return await get(url, ends - time.monotonic())
        except (http.Unreachable, http.DeadlineExceeded) as error:
            left = ends - time.monotonic()
            if error.sent or error.reason == "name_not_resolved" or left <= 0 or urlsplit(url).scheme != "https":
                raise
        return await get(f"http{url.removeprefix('https')}", left)

    async def _get(self, url: str, seconds: float, *, max_bytes: int) -> http.Arrival:
        request = http.Request(
            method="GET",
            url=url,
            headers={"user-agent": self._agent, "accept": _ACCEPT},
            seconds=seconds,
            connect_seconds=_CONNECT_SECONDS,
            max_bytes=max_bytes,
            cut=True,
            reads=_is_page,
        )
        return await http.follow(self._client, request, check=self._robots.check)

    async def _robots_file(self, url: str, seconds: float) -> http.Arrival:
        request = http.Request(
            method="GET",
            url=url,
            headers={"user-agent": self._agent, "accept": "text/plain"},
            seconds=seconds,
            connect_seconds=_CONNECT_SECONDS,
            max_bytes=robots.MOST_BYTES,
            cut=True,
            reads=_is_ok,
        )
        return await http.follow(self._client, request)

    def _page(self, arrival: http.Arrival) -> Page:
        headers = dict(arrival.reply.every())
        cookies = headers.pop("set-cookie", ())
        names = (cookie.partition(";")[0].partition("=")[0].strip() for cookie in cookies)
        return Page(
            status=arrival.reply.status,
            url=arrival.url,
            hops=arrival.hops,
            headers=headers,
            cookies=tuple(dict.fromkeys(name for name in names if name)),
            content_type=_media_type(arrival.reply.headers),
            body=arrival.reply.body,
            cut=arrival.reply.cut,
            received_at=self._clock.now(),
        )


def user_agent(contact: str) -> str:
    """Who we say we are: the name that robots.txt may give us, and whom to turn to, unless that is this machine."""
    return http.USER_AGENT if not contact or _HERE.match(contact) else f"{http.USER_AGENT} (+{contact})"


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_page(status: int, headers: Mapping[str, str]) -> bool:
    return status == _OK and _media_type(headers) in _PAGES


def _is_ok(status: int, _headers: Mapping[str, str]) -> bool:
    return status // 100 == _OK // 100
