"""Reads the tags and texts of HTML one after another, in time linear in its length whatever stands in it.

No tree is built. A tree as browsers build it takes seconds on a page made for that (half a megabyte of open `div`:
eleven seconds in a parser written in C), cannot be stopped on the way, and nothing that is looked for here needs one.
Tags are read as the tokeniser of the HTML standard reads them (13.2.5), save two things: a script that holds a comment
with another script ends at the first end tag, and foreign content (SVG, MathML) has no rules of its own.
"""

import re
from collections.abc import Iterator, Mapping
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
    """

    name: str
    inside: str
    ends: bool
    raw: str


Token = Tag | str
"""A tag, or a text between tags, as it stands there: character references are not resolved."""


def tokens(html: str) -> Iterator[Token]:
    """Every tag and text of a page, in order. What an unfinished last tag holds is left out, as browsers do."""
    place, end = 0, len(html)
    while place < end:
        opened = html.find("<", place)
        if opened < 0:
            yield html[place:]
            return
        found = _TAG.match(html, opened)
        if found is None:
            after = _past(html, opened)
            yield html[place : opened + 1] if after == opened + 1 else html[place:opened]
            place = after
            continue
        if opened > place:
            yield html[place:opened]
        rest = _REST.match(html, found.end())
        if rest is None:
            return
        tag, place = _tag(html, found, rest.end())
        yield tag


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


def _tag(html: str, found: re.Match[str], after: int) -> tuple[Tag, int]:
    """The tag that ends at `after`, with its raw text, and where to go on."""
    ends = bool(found[1])
    name = found[2].lower() if len(found[2]) <= _LONGEST_NAME else ""
    inside = html[found.end() : after - 1]
    if ends or name not in RAW:
        return Tag(name, inside, ends, ""), after
    closed = _ENDS[name].search(html, after)
    until = len(html) if closed is None else closed.start()
    raw = html[after:until]
    return Tag(name, inside, ends, unescape(raw) if name in _ESCAPED else raw), until


def attributes(tag: Tag) -> Mapping[str, str]:
    """The attributes by name in lower case, the first of each name, character references resolved."""
    read: dict[str, str] = {}
    for found in islice(_ATTRIBUTE.finditer(tag.inside), ATTRIBUTES):
        value = found[2] or found[3] or found[4] or ""
        read.setdefault(found[1].lower(), unescape(value) if "&" in value else value)
    return read
