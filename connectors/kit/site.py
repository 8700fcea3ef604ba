"""The site side of a connector: which pages of a company's own site it may fetch, and how many."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import HostRefused, TimedOut, Unreachable
from connectors.kit.manifest import Manifest
from connectors.kit.ports import Deadline, Page, Site
from connectors.kit.reading import read_domain
from connectors.kit.schema import SITE_INPUTS

MOST_PAGES: Final = 3
"""The most pages per question; robots.txt is beside them."""
MOST_TRIES: Final = 6
"""The most URLs per question, those counted that nobody answered at."""
SPARE: Final = 0.25
"""Seconds of the question's time that a page leaves, so that what was read before it is not lost with it."""
MOST_BYTES: Final = 512 * 1024
"""The most bytes of one page, decoded; what is longer is cut."""


class OwnSite:
    """Fetches pages of the company that the question is about, and of nobody else.

    The first page's host is the question's domain, the host of its website, or a name below one of them. A later page
    may also be on the very host to which a redirect has led before: that site is the company's by its own word.

    Args:
        manifest: of the connector.
        query: names the site.
        site: the gateway's.
        deadline: of the question.
    """

    __slots__ = ("_deadline", "_manifest", "_met", "_own", "_pages", "_site", "_tries")

    def __init__(self, *, manifest: Manifest, query: Mapping[str, str], site: Site, deadline: Deadline) -> None:
        hosts = {read_domain(query[name]) for name in SITE_INPUTS if name in query} if manifest.visits_site else set()
        self._own = frozenset(host for host in hosts if host is not None)
        self._met: frozenset[str] = frozenset()
        self._pages = self._tries = 0
        self._manifest = manifest
        self._site = site
        self._deadline = deadline

    async def fetch(self, url: str) -> Page:
        """Fetches one page.

        Args:
            url: absolute, http or https.

        Raises:
            HostRefused: another site, port or scheme, or one page too many; nothing was sent.
            TimedOut: the question's time is up.
            CallError: whatever the gateway's side raises.
        """
        self._check_url(url)
        seconds = min(self._manifest.timeout, self._deadline.remaining() - SPARE)
        if seconds <= 0:
            raise TimedOut("no_time_left", sent=False)
        if self._pages >= MOST_PAGES or self._tries >= MOST_TRIES:
            raise HostRefused("too_many_pages")
        self._tries += 1
        self._pages += 1
        try:
            page = await self._site.fetch(url, seconds=seconds, max_bytes=MOST_BYTES)
        except Unreachable:
            self._pages -= 1  # nobody was asked for it
            raise
        bare = page.host.removeprefix("www.")
        self._met |= {bare, f"www.{bare}"}
        return page

    def is_own(self, url: str) -> bool:
        """Whether a page may be fetched by its URL."""
        try:
            self._check_url(url)
        except HostRefused:
            return False
        return True

    def _check_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise HostRefused("url_unreadable") from None
        if port not in (None, 443 if parts.scheme == "https" else 80) or parts.scheme not in ("http", "https"):
            raise HostRefused("url_not_allowed")
        if "@" in parts.netloc or not url.isprintable() or " " in url:
            raise HostRefused("url_not_allowed")
        host = parts.hostname or ""
        if host not in self._met and not any(host == own or host.endswith("." + own) for own in self._own):
            raise HostRefused("not_the_companys_site")


class NoSite:
    """In place of the gateway's: refuses every page. Implements `Site`."""

    async def fetch(self, url: str, *, seconds: float, max_bytes: int) -> Page:  # noqa: ARG002 - the port's signature
        """Fetches nothing.

        Raises:
            HostRefused: always.
        """
        raise HostRefused("no_site_is_visited")
