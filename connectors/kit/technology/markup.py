"""Reads the tags and texts of HTML one after another, in time linear in its length whatever stands in it.

No tree is built. A tree as browsers build it takes seconds on a page made for that (half a megabyte of open `div`:
eleven seconds in a parser written in C), cannot be stopped on the way, and nothing that is looked for here needs one.
Tags are read as the tokeniser of the HTML standard reads them (13.2.5), save two things: a script that holds a comment
with another script ends at the first end tag, and foreign content (SVG, MathML) has no rules of its own.
"""

import re
from collections.abc import Container, Iterator, Mapping
from html import unescape
from itertools import islice
from typing import Final, NamedTuple

RAW: Final = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements whose content is text up to their own end tag."""
_ESCAPED: Final = frozenset({"textarea", "title"})
"""Of these, those in which character references count."""
ATTRIBUTES: Final = 64
"""The most attributes that are read of one tag."""
_LONGEST_NAME: Final = 32
_STEP: Final = 128

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\t\n\f\r />]*+)")
_REST: Final = re.compile(
    r"""(?:[^>=]++|=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>)))*+>"""
)
"""What follows a tag's name, to its end. Nothing is tried twice; without an end, the page ends within the tag."""
_ATTRIBUTE: Final = re.compile(
    r"""([^\t\n\f\r />=][^\t\n\f\r />=]*+)"""
    r"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >"'][^\t\n\f\r >]*+)?+))?+"""
)
_ENDS: Final = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII) for name in RAW}


class Tag(NamedTuple):
    """A start tag, or an end tag.

    Attributes:
        name: in lower case.
        inside: what stands behind the name; read it with `attributes`.
        ends: whether it is an end tag.
        raw: the text of an element whose content is text (`RAW`), else empty.
        place: where it begins in the page.
        after: where the text behind it begins.
    """

    name: str
    inside: str
    ends: bool
    raw: str
    place: int
    after: int


Token = Tag | str
"""A tag, or a text between tags, as it stands there: character references are not resolved."""


def tokens(html: str) -> Iterator[Token]:
    """Every tag and text of a page, in order. What an unfinished last tag holds is left out, as browsers do."""
    place = 0
    for tag in tags(html):
        if tag.place > place:
            yield html[place : tag.place]
        yield tag
        place = tag.after
    if place < len(html):
        yield html[place:]


def tags(html: str, wanted: Container[str] | None = None) -> Iterator[Tag]:
    """Every tag of a page, in order; comments and declarations are tags without a name, and so is an unfinished end.

    Args:
        html: the page.
        wanted: names that are given, if not all; the others are read, which costs less, and now and then one of them
            is given too, so that whoever reads can look at the time.
    """
    place, number = 0, 0
    while (opened := html.find("<", place)) >= 0:
        number += 1
        shown = wanted is None or number % _STEP == 0
        found = _TAG.match(html, opened)
        rest = None if found is None else _REST.match(html, found.end())
        if found is None or rest is None:
            place = _past(html, opened) if found is None else len(html)
            # A sign that begins nothing is text: what is given of it is empty.
            after = opened if place == opened + 1 else place
            if shown if after > opened else number % _STEP == 0:
                yield Tag("", "", ends=False, raw="", place=opened, after=after)
            continue
        name = found[2].lower() if len(found[2]) <= _LONGEST_NAME else ""
        raw, place = "", rest.end()
        if name in RAW and not found[1]:
            raw, place = _raw(html, name, place)
        if shown or (wanted is not None and name in wanted):
            inside = html[found.end() : rest.end() - 1]
            yield Tag(name, inside, ends=bool(found[1]), raw=raw, place=opened, after=place)


def _past(html: str, opened: int) -> int:
    """Where the text goes on after a `<` that begins no tag: behind a comment or declaration, or behind the sign."""
    if html.startswith("<!--", opened):
        # `<!-->` and `<!--->` are whole comments.
        closed = html.find("-->", opened + 2)
        return len(html) if closed < 0 else closed + 3
    if html.startswith(("<!", "<?", "</"), opened):
        closed = html.find(">", opened)
        return len(html) if closed < 0 else closed + 1
    return opened + 1


def _raw(html: str, name: str, place: int) -> tuple[str, int]:
    """The text of an element that holds no tags, and where its end tag begins."""
    closed = _ENDS[name].search(html, place)
    until = len(html) if closed is None else closed.start()
    text = html[place:until]
    return unescape(text) if name in _ESCAPED else text, until


def attributes(tag: Tag) -> Mapping[str, str]:
    """The attributes by name in lower case, the first of each name, character references resolved."""
    read: dict[str, str] = {}
    for found in islice(_ATTRIBUTE.finditer(tag.inside), ATTRIBUTES):
        value = found[2] or found[3] or found[4] or ""
        read.setdefault(found[1].lower(), unescape(value) if "&" in value else value)
    return read


class Templates:
    """Tells whether a tag stands in a template: that is not loaded, save in a shadow tree (HTML standard, 4.12.3)."""

    def __init__(self) -> None:
        self._open: list[bool] = []
        self.inert = 0

    def see(self, tag: Tag) -> None:
        """Takes note of a template's start or end; a stray end ends nothing."""
        if not tag.ends:
            self._open.append("shadowrootmode" not in attributes(tag))
            self.inert += self._open[-1]
        elif self._open:
            self.inert -= self._open.pop()
