"""What of a page is for browsers and not for readers: its tags, scripts and styles, where a vendor's snippet stands.

What a page only tells, in a text, a comment, a template or a text area, is left out: an article that quotes a snippet
does not use it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connectors.kit.technology.markup import Tag, Templates, attributes, tags

_COMMENT: Final = "<!--"
_STEP: Final = 16
"""Tags between two looks at the time."""
_OTHERS: Final = frozenset({"a", "area", "input", "meta", "template"})
"""Links and metas, which have records of their own and tell of anything; what a visitor writes; and the inert."""
_DATA: Final = ("html", "json", "template")
"""Words in the type of a script that is text, not run."""


def held(html: str, texts: Iterable[str]) -> Iterator[Sequence[str]]:
    """Which of some texts stand in such a part of a page, each once, a few at a time.

    A text with `<!--` ahead is the beginning of a comment; no other text counts in a comment. Most that is given is
    empty, so that whoever reads can look at the time. A page that holds none of the texts is not read at all, another
    one up to where the last of them stands.
    """
    ahead: dict[str, int] = {}
    for text in texts:
        _move(ahead, text, html, 0)
        yield ()
    templates = Templates()
    for number, tag in enumerate(tags(html) if ahead else ()):
        if tag.name == "template":
            templates.see(tag)
        if tag.after > min(ahead.values()):
            yield _take(ahead, html, tag, inert=templates.inert > 0)
            if not ahead:
                return
        elif number % _STEP == 0:
            yield ()


def _take(ahead: dict[str, int], html: str, tag: Tag, *, inert: bool) -> Sequence[str]:
    """The texts that stand in a tag's part; those that it passes are looked for behind it."""
    part = "" if inert else _part(html, tag)
    passed = [text for text, place in ahead.items() if place < tag.after]
    found = [text for text in passed if _stands(text, part)]
    for text in passed:
        _move(ahead, text, html, len(html) if text in found else tag.after)
    return found


def _move(ahead: dict[str, int], text: str, html: str, place: int) -> None:
    """Notes where a text stands next, from a place on; without one it is done with."""
    ahead[text] = html.find(text, place)
    if ahead[text] < 0:
        del ahead[text]


def _stands(text: str, part: str) -> bool:
    return part.startswith(text) if _COMMENT in (text[: len(_COMMENT)], part[: len(_COMMENT)]) else text in part


def _part(html: str, tag: Tag) -> str:
    """A comment, a tag with its name in lower case, or one with the script or style behind it; else nothing."""
    if not tag.name and not tag.inside:
        return html[tag.place : tag.after] if html.startswith(_COMMENT, tag.place) else ""
    if tag.ends or tag.name in _OTHERS:
        return ""
    runs = tag.name == "style" or (tag.name == "script" and not _is_data(tag))
    return f"<{tag.name}{tag.inside}>{tag.raw if runs else ''}"


def _is_data(tag: Tag) -> bool:
    kind = attributes(tag).get("type", "").lower()
    return any(word in kind for word in _DATA)
