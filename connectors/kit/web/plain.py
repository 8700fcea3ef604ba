"""Texts and hosts as they stand on pages, in plain form."""

import re
import unicodedata
from functools import cache
from html import unescape
from typing import Final

from publicsuffixlist import PublicSuffixList

from connectors.kit.reading import read_domain

_REFERENCE: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP: Final = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_BLANKS: Final = re.compile(r"\s+")


def plain(text: str, longest: int) -> str | None:
    """A text without markup and character references, its blanks put together; None when it is empty or too long."""
    if len(text) > longest * 4:
        return None
    bare = _MARKUP.sub(" ", _REFERENCE.sub(lambda found: unescape(found[0]), text))
    bare = _BLANKS.sub(" ", "".join(sign for sign in bare if unicodedata.category(sign) != "Cf")).strip()
    return bare if bare.isprintable() and 0 < len(bare) <= longest else None


def registrable(raw: object) -> str | None:
    """The registered domain of a host or URL, by the public suffix list; None where there is none."""
    host = read_domain(raw)
    found = None if host is None else _suffixes().privatesuffix(host)
    return None if found is None else str(found)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
