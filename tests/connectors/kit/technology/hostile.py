"""Pages made to be costly: what trees, patterns and lists of tags cannot bear, half a megabyte or more of each."""

from collections.abc import Callable, Mapping
from typing import Final

SIZE: Final = 600 * 1024
"""Bytes of a hostile page: more than are read."""


def _filled(*parts: str, head: str = "") -> Callable[[], bytes]:
    text = "".join(parts)
    return lambda: head.encode() + text.encode() * (SIZE // len(text) + 1)


def _numbered(part: str) -> Callable[[], bytes]:
    return lambda: "".join(part % number for number in range(SIZE // len(part))).encode()


PAGES: Final[Mapping[str, Callable[[], bytes]]] = {
    "five megabytes of open scripts": lambda: b"<script src=x>" * (5 * 1024 * 1024 // 14),
    "scripts": _numbered("<script src=//n%d.example/x.js></script>"),
    "scripts of one host": _filled("<script src=//a.example></script>"),
    "open elements": _filled("<div>"),
    "open lists": _filled("<li><ul>"),
    "formatting": _numbered("<b id=%d><p>"),
    "tables": _filled("<table><tr><td>"),
    "attributes": lambda: b"<p " + b" ".join(b"a%d=1" % number for number in range(SIZE // 9)) + b"><script src=x>",
    "open attribute": _filled('<a href="'),
    "open quotes": _filled("<a b='c\" d="),
    "less-than signs": _filled("<"),
    "slashes": _filled("</"),
    "open comments": _filled("<!-- "),
    "comment ends": _filled("--!> -->"),
    "declarations": _filled("<!"),
    "instructions": _filled("<?x"),
    "ampersands": _filled("&"),
    "references": _filled("&amp;&#x3c;&notanentity"),
    "references without end": (f"<title>&#{'9' * 9_000};</title><a href='&#x{'f' * 9_000}'>" * 40).encode,
    "links": _numbered('<a href="/p%d">x</a>'),
    "links with references": _filled('<a href="' + "&amp;" * 400 + '">'),
    "links inside links": _filled("<a href=x>text"),
    "climbing links": _filled('<a href="' + "../" * 600 + 'x">'),
    "metas": _numbered('<meta name="generator" content="Acme %d">'),
    "long addresses": lambda: b"<script src='//" + b"a." * (SIZE // 2) + b"'></script>",
    "many labels": _filled("<script src=//" + "a." * 120 + "example></script>"),
    "many segments": _filled("<link href='" + "/wp-content" * 180 + "'>"),
    "foreign letters": _filled("<script src=//" + "ü" * 200 + ".example></script>"),
    "slashes in scripts": _filled("//a", head="<script>"),
    "escaped slashes in scripts": _filled("\\/\\/a.b\\/", head="<script>"),
    "addresses in scripts": _filled("'//a.example/b/c'", head="<script>"),
    "titles": _filled("<title>"),
    "text areas": _filled("<textarea></textarea>"),
    "almost an end": _filled("</scr", head="<script>"),
    "data": _filled('{"a":', head='<script type="application/ld+json">'),
    "blocks of data": _filled('<script type="application/ld+json">{}</script>'),
    "nothing": lambda: b"\0" * SIZE,
    "no text": lambda: bytes(range(256)) * (SIZE // 256),
    "sixteen bits": lambda: ("<script src=x></script>" * (SIZE // 46)).encode("utf-16"),
    "one word": lambda: b"a" * SIZE,
    "blanks": lambda: b"<p " + b" " * SIZE + b">",
    "snippets in a text": _filled("/fbevents.js pardot.com/pd.js <i>"),
    "snippets in comments": _filled("<!-- /fbevents.js -->"),
    "snippets in templates": _filled("<template>/fbevents.js<b c>"),
    "snippets in attributes without end": _filled("<p a='/fbevents.js"),
    "a snippet before small tags": lambda: b"/fbevents.js" + b"<b a>" * (SIZE // 5),
    "lines": lambda: b"\n \n" * (SIZE // 3),
}
"""By what they are made of."""
