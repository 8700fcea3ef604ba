"""From a page's bytes to signals, and to what else is looked for in it: links, JSON-LD and metas.

Everything is bounded: the bytes and with them the tags, the attributes of a tag, the length of an address, the values
kept, and the time. Nothing is nested, for no tree is built. The visible text is `text.py`'s.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final, TypeVar

from connectors.kit.technology import urls
from connectors.kit.technology.charset import decode
from connectors.kit.technology.detect import Signals
from connectors.kit.technology.markup import Tag, Templates, attributes, tags

_T = TypeVar("_T")
_BACKSLASH: Final = "\\"

LONGEST_BODY: Final = 512 * 1024
"""Bytes of a page that are read."""
MOST_KEPT: Final = 4_000
"""Values of one kind that are kept."""
LONGEST_VALUE: Final = 512
"""Characters of a meta or header that are kept."""
_LONGEST_LINK: Final = 1_000
"""Characters between a link and its end that are looked at for its text."""
_LONGEST_LINK_TEXT: Final = 120
_STEP: Final = 32
"""Tags between two looks at the time."""
_MARKUP: Final = re.compile(r"<[^>]*>?")
_SOURCES: Final = ("src", "data-src", "data-cookieblock-src")
"""Where a script's or frame's address stands, also while a consent banner holds it back."""
_TOO_LONG: Final = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{7,}+);?", re.ASCII)
"""A character reference to a number that no character has; Python refuses to read one of thousands of digits."""
_MENTIONED: Final = re.compile(
    r"(?://|\\/\\/)([A-Za-z0-9_-][A-Za-z0-9_.-]{3,252}+)((?:\\?/[A-Za-z0-9_.~%+,;=@!$&*-]*+)*+)", re.ASCII
)
"""An address in the text of a script, also with its slashes escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of the page: its absolute address, its `rel` words in lower case, and the beginning of its text."""

    href: str
    rel: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was read of a page.

    Attributes:
        signals: for the rules.
        title: of the page, its blanks put together.
        language: of the html element.
        links: of `a`, `area` and `link` elements.
        json_ld: the text of each block of JSON-LD.
        html: the page's text, as far as it was read.
        whole: whether all of it was read: it was not too long, and the time was not up.
    """

    signals: Signals
    title: str = ""
    language: str = ""
    links: tuple[Link, ...] = ()
    json_ld: tuple[str, ...] = field(default=(), repr=False)
    html: str = field(default="", repr=False)
    whole: bool = True


def read(
    body: bytes,
    *,
    url: str,
    headers: Sequence[tuple[str, str]] = (),
    remaining: Callable[[], float],
) -> Page:
    """Reads a page; nothing in it makes this raise, or last longer than the time that is left.

    Args:
        body: as it came, decoded from any content coding; what stands behind `LONGEST_BODY` is not read.
        url: where it came from, after redirects.
        headers: of the reply, each line of its own (there may be several Set-Cookie); names in any case.
        remaining: how many seconds are left.
    """
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    html = _TOO_LONG.sub("", decode(body[:LONGEST_BODY], kind))
    reader = _Reader(html, urls.page_address(url))
    whole = reader.read(remaining)
    return Page(
        signals=reader.signals(headers),
        title=reader.title,
        language=reader.language,
        links=reader.links(),
        json_ld=tuple(reader.json_ld),
        html=html,
        whole=whole and len(body) <= LONGEST_BODY,
    )


def cookie_names(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The names that Set-Cookie headers give, one header each; a value is never kept."""
    lines = [value for name, value in headers if name.lower() == "set-cookie"][:MOST_KEPT]
    names = (line.partition(";")[0].partition("=")[0].strip() for line in lines)
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= LONGEST_VALUE))


class _Reader:
    """Takes what is wanted from one tag after another."""

    def __init__(self, html: str, url: str) -> None:
        self._html = html
        self._site = urls.split(url)[0]
        self._base, self._has_base = urls.Base(url), False
        self._full = False
        self._templates = Templates()
        self._open: tuple[str, str, int] | None = None
        self._scripts: dict[str, None] = {}
        self._mentioned: dict[str, None] = {}
        self._frames: dict[str, None] = {}
        self._files: dict[str, None] = {}
        self._metas: dict[tuple[str, str], None] = {}
        self._links: list[Link] = []
        self.json_ld: list[str] = []
        self.title = self.language = ""

    def links(self) -> tuple[Link, ...]:
        """The links in the order of their ends; one that never ends has no text."""
        last = () if self._open is None else (Link(href=self._open[0], rel=self._open[1]),)
        return (*self._links, *last)

    def signals(self, headers: Sequence[tuple[str, str]]) -> Signals:
        """The signals of everything read."""
        return Signals(
            site=self._site,
            headers=tuple((name.lower(), value[:LONGEST_VALUE]) for name, value in headers[:MOST_KEPT]),
            cookies=cookie_names(headers),
            scripts=tuple(self._scripts),
            mentioned=tuple(self._mentioned),
            links=tuple({**self._frames, **{link.href: None for link in self.links()}}),
            files=tuple(self._files),
            metas=tuple(self._metas),
            html=self._html,
        )

    def read(self, remaining: Callable[[], float]) -> bool:
        """Reads up to the end, or the end of the time; tells whether that was all, and all of it was kept."""
        for number, tag in enumerate(tags(self._html, _TAKES)):
            if number % _STEP == 0 and remaining() <= 0:
                return False
            take = _TAKES.get(tag.name)
            if take is not None and (not self._templates.inert or tag.name == "template"):
                take(self, tag)
        return not self._full and remaining() > 0

    def template(self, tag: Tag) -> None:
        """What stands in a template is not loaded."""
        self._templates.see(tag)

    def html(self, tag: Tag) -> None:
        """The page's language."""
        if not tag.ends and not self.language:
            self.language = attributes(tag).get("lang", "")[:LONGEST_VALUE].strip()

    def heading(self, tag: Tag) -> None:
        """The page's title."""
        self.title = self.title or _line(tag.raw[:LONGEST_VALUE], LONGEST_VALUE)

    def base(self, tag: Tag) -> None:
        """The first base element with an address counts."""
        found = None if tag.ends or self._has_base else self._address(attributes(tag), ("href",))
        if found is not None:
            self._base, self._has_base = urls.Base(found), True

    def script(self, tag: Tag) -> None:
        """A script's address, the addresses in its text, or its data."""
        if tag.ends:
            return
        found = attributes(tag)
        kind = found.get("type", "").strip().lower()
        if kind.startswith("application/ld+json"):
            self._keep(self.json_ld, tag.raw)
            return
        self._add(self._scripts, self._address(found, _SOURCES))
        if "json" in kind:
            return
        for host, path in _MENTIONED.findall(tag.raw):
            self._add(self._mentioned, f"//{host}{path.replace(_BACKSLASH, '')}")

    def meta(self, tag: Tag) -> None:
        """A meta under its name, property or http-equiv."""
        found = {} if tag.ends else attributes(tag)
        name = found.get("name") or found.get("property") or found.get("http-equiv")
        if name:
            self._add(
                self._metas, (name.strip().lower()[:LONGEST_VALUE], found.get("content", "").strip()[:LONGEST_VALUE])
            )

    def anchor(self, tag: Tag) -> None:
        """A link with the text up to the end of it, or to the next."""
        if self._open is not None:
            href, rel, after = self._open
            text = _line(_MARKUP.sub("", self._html[after : min(tag.place, after + _LONGEST_LINK)]))
            self._keep(self._links, Link(href=href, rel=rel, text=text))
            self._open = None
        found = {} if tag.ends else attributes(tag)
        address = self._address(found, ("href",))
        if address is not None:
            self._open = address, _words(found.get("rel", "")), tag.after

    def file(self, tag: Tag) -> None:
        """A file that the page loads; a link element is a link as well."""
        found = {} if tag.ends else attributes(tag)
        address = self._address(found, ("href",) if tag.name == "link" else ("src", "data-src"))
        self._add(self._files, address)
        if tag.name == "link" and address is not None:
            self._keep(self._links, Link(href=address, rel=_words(found.get("rel", ""))))

    def frame(self, tag: Tag) -> None:
        """What the page shows of elsewhere, or sends to elsewhere."""
        found = {} if tag.ends else attributes(tag)
        self._add(self._frames, self._address(found, ("action",) if tag.name == "form" else _SOURCES))

    def _address(self, found: Mapping[str, str], names: Sequence[str]) -> str | None:
        text = next((found[name] for name in names if found.get(name)), "")
        return self._base.absolute(text) if text else None

    def _add(self, into: dict[_T, None], value: _T | None) -> None:
        if value is not None:
            self._full = self._full or len(into) >= MOST_KEPT
            if len(into) < MOST_KEPT:
                into[value] = None

    def _keep(self, into: list[_T], value: _T) -> None:
        self._full = self._full or len(into) >= MOST_KEPT
        if len(into) < MOST_KEPT:
            into.append(value)


def _words(text: str) -> str:
    return " ".join(text.lower().split())


def _line(text: str, longest: int = _LONGEST_LINK_TEXT) -> str:
    return " ".join(unescape(text).split())[:longest]


_TAKES: Final[Mapping[str, Callable[[_Reader, Tag], None]]] = {
    "a": _Reader.anchor,
    "area": _Reader.anchor,
    "base": _Reader.base,
    "form": _Reader.frame,
    "html": _Reader.html,
    "iframe": _Reader.frame,
    "img": _Reader.file,
    "link": _Reader.file,
    "meta": _Reader.meta,
    "script": _Reader.script,
    "template": _Reader.template,
    "title": _Reader.heading,
}
"""What is taken from the tags that count."""
