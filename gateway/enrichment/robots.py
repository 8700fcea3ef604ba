"""What a site's robots.txt lets us fetch (RFC 9309): read by Protego, kept for a day within bounds."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

from gateway.http import Arrival, EgressRefused
from gateway.ports import Clock

ROBOT: Final = "Leadgate"
"""The name that site owners write in robots.txt to speak to us (RFC 9309 2.2.1)."""

MOST_BYTES: Final = 500 * 1024
"""The most bytes of one file that are read (RFC 9309 2.5 asks for so many at least)."""

_KEPT: Final = timedelta(days=1)  # RFC 9309 2.4: no longer than that
_KEPT_FAILURE: Final = timedelta(minutes=5)
_MOST_SITES: Final = 2000
_MOST_LETTERS: Final = 1_000_000  # of all files that are kept; parsed they take some fifty times that

_OK: Final = range(200, 300)
_UNAVAILABLE: Final = range(400, 500)
_TOO_MANY: Final = 429
_AGENT_LINE: Final = re.compile(r"\s*user(?:-|\s+)?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)

Fetch = Callable[[str, float], Awaitable[Arrival]]
"""Fetches the file at a URL within so many seconds, following redirects; raises EgressError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What one origin allows: everything or nothing where `parsed` is None."""

    until: datetime
    parsed: Protego | None = None
    allowed: bool = True
    letters: int = 0

    def allow(self, url: str) -> bool:
        """Whether a URL may be fetched."""
        return self.allowed if self.parsed is None else self.parsed.can_fetch(url, ROBOT)


class Robots:
    """Asks each origin's robots.txt once a day.

    A file that is not there allows everything (4xx). One that the server fails to give (5xx), or that leads where we do
    not go, forbids everything; so does 429, since whoever asks for fewer requests wants no more of them. That is kept
    for some minutes only. What the network did says nothing about the site: it is raised as it is.

    Invariant: no more than so many origins, and so many letters of their files, are kept.

    Args:
        fetch: fetches a file.
        clock: tells when it is old.
        most_sites, most_letters: what is kept.
    """

    def __init__(
        self, fetch: Fetch, clock: Clock, *, most_sites: int = _MOST_SITES, most_letters: int = _MOST_LETTERS
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._most_sites = most_sites
        self._most_letters = most_letters
        self._kept: OrderedDict[str, _Rules] = OrderedDict()
        self._letters = 0

    async def check(self, url: str, seconds: float) -> None:
        """Refuses a URL that its site does not want fetched.

        Args:
            url: absolute, http or https.
            seconds: the most time there is to ask for the file.

        Raises:
            EgressRefused: `robots`, or `robots_unavailable` where the site did not say.
            EgressError: the file could not be asked for.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = self._kept.get(origin)
        if rules is None or rules.until <= self._clock.now():
            rules = await self._ask(origin, seconds)
            self._keep(origin, rules)
        if not rules.allow(url):
            raise EgressRefused("robots" if rules.parsed is not None else "robots_unavailable")

    async def _ask(self, origin: str, seconds: float) -> _Rules:
        now = self._clock.now()
        try:
            arrival = await self._fetch(f"{origin}/robots.txt", seconds)
        except EgressRefused as refused:
            if not refused.sent:  # the site itself may not be asked: that is the answer
                raise
            # More redirects than five may be taken for a file that is not there (RFC 9309 2.3.1.2).
            return _Rules(until=now + _KEPT_FAILURE, allowed=refused.reason == "too_many_redirects")
        status = arrival.reply.status
        if status in _OK:
            text = _about_us(arrival.reply.body.decode("utf-8", "replace"))
            parsed = await asyncio.to_thread(Protego.parse, text)  # half a megabyte takes a fifth of a second
            return _Rules(until=now + _KEPT, parsed=parsed, letters=len(text))
        if status in _UNAVAILABLE and status != _TOO_MANY:
            return _Rules(until=now + _KEPT)
        return _Rules(until=now + _KEPT_FAILURE, allowed=False)

    def _keep(self, origin: str, rules: _Rules) -> None:
        self._drop(origin)
        self._kept[origin] = rules
        self._letters += rules.letters
        while len(self._kept) > self._most_sites or self._letters > self._most_letters:
            self._drop(next(iter(self._kept)))

    def _drop(self, origin: str) -> None:
        old = self._kept.pop(origin, None)
        self._letters -= 0 if old is None else old.letters


def _about_us(text: str) -> str:
    """Names every other robot alike: else a file with thousands of names and rules takes the parser's time squared."""
    return "\n".join(_line(line) for line in text.removeprefix("\ufeff").splitlines())


def _line(line: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found[1].strip().lower()
    if name == "*":
        return "User-agent: *"
    ours = re.match(r"[a-z_-]*", name)
    return f"User-agent: {ROBOT if ours is not None and ours[0] == ROBOT.lower() else 'other'}"
