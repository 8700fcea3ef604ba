"""The page where a company says who it is by law: an imprint, a legal notice, a colofon."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_FIRST: Final = (
    *("impressum", "imprint", "anbieterkennzeichnung", "pflichtangaben", "legal notice", "legal notices"),
    *("mentions legales", "mention legale", "aviso legal", "avisos legales", "note legali", "nota legale", "colofon"),
    *("nota prawna", "noty prawne", "company information", "company details", "corporate information"),
    *("unternehmensangaben", "informations legales", "informacion legal", "informazioni legali", "dati societari"),
    *("informacao legal", "informacoes legais", "identificacao da empresa", "bedrijfsgegevens", "dane firmy"),
    *("dane rejestrowe", "dane spolki", "informacje prawne", "juridische informatie", "juridische gegevens"),
)
"""What such pages are called in German, English, French, Spanish, Italian, Dutch, Portuguese and Polish."""
_SECOND: Final = ("legal information", "legal info", "legal disclosure", "legal", "rechtliches", "rechtliche hinweise")
"""What they are called where the words may mean terms of use as well."""
_LONGEST_TEXT: Final = 60
_HINT: Final = re.compile(
    r"impr|leg|l\u00e9g|colo|anbieter|pflicht|praw|dane|dati|bedrijf|jurid|compan|corpor|untern|ident|rechtl|info",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[^a-z0-9]+")


def legal_links(links: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The addresses of such pages, the likeliest first.

    Args:
        links: address and text of each link of a page, in order.
    """
    ranked: dict[str, int] = {}
    for href, text in links:
        if _HINT.search(text) is None and _HINT.search(href) is None:
            continue
        rank = _rank(_folded(text), _folded(href.partition("://")[2].partition("/")[2].partition("?")[0]))
        if rank and rank > ranked.get(href, 0):
            ranked[href] = rank
    return tuple(sorted(ranked, key=lambda href: -ranked[href]))


def _rank(text: str, path: str) -> int:
    if len(text) > _LONGEST_TEXT:
        text = ""
    for rank, words in ((4, _FIRST), (1, _SECOND)):
        if text in words:
            return rank + 1
        if any(f" {each} " in f" {text} " or f" {each} " in f" {path} " for each in words if rank > 1 or each == path):
            return rank
    return 0


def _folded(text: str) -> str:
    """In lower case, without accents, signs as single blanks."""
    bare = unicodedata.normalize("NFKD", text[: _LONGEST_TEXT * 4]).encode("ascii", "ignore").decode().lower()
    return _SIGNS.sub(" ", bare).strip()
