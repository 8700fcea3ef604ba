"""The visible text of a page, for those who look for numbers and names in it: an imprint, a footer."""

import re
from collections.abc import Callable
from html import unescape
from typing import Final

from connectors.kit.technology.markup import Tag, tokens

MOST_TEXT: Final = 200_000
"""Characters of visible text."""
_STEP: Final = 64
"""Tokens between two looks at the time."""
_HIDDEN: Final = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "title"})
_INLINE: Final = frozenset(
    {
        "",  # a comment
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "mark", "nobr", "q"),
        *("s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    }
)
"""What stands within a line; every other tag begins a new one."""
_BLANKS: Final = re.compile(r"[^\S\n]+")
_BREAKS: Final = re.compile(r" ?\n[ \n]*")


def visible_text(html: str, remaining: Callable[[], float]) -> str:
    """The text that a page shows, a line per block, blanks put together.

    What style sheets hide is not known here. The text ends where `MOST_TEXT` is reached or the time is up.

    Args:
        html: the page's text, as `Page.html` has it.
        remaining: how many seconds are left.
    """
    parts: list[str] = []
    length = 0
    for number, token in enumerate(tokens(html)):
        if number % _STEP == 0 and remaining() <= 0:
            break
        if isinstance(token, Tag):
            part = _shown(token)
        else:
            part = _BLANKS.sub(" ", (unescape(token) if "&" in token else token).replace("\n", " "))
        if part:
            parts.append(part[: MOST_TEXT - length])
            length += len(parts[-1])
        if length >= MOST_TEXT:
            break
    return _BREAKS.sub("\n", _BLANKS.sub(" ", "".join(parts))).strip()


def _shown(tag: Tag) -> str:
    if tag.name in _INLINE:
        return ""
    return f"\n{tag.raw}\n" if tag.raw and tag.name not in _HIDDEN else "\n"
