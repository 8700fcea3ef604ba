"""Names of companies without what is not the name: legal forms of many countries, punctuation, accents."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import yaml

_LONGEST: Final = 400
_DOTTED: Final = re.compile(r"(?<=\w)[./'\"\u00b7\u05f4\u2019](?=\w)|(?<=\w)\.(?=\W|$)")
"""Dots, strokes and quotes within abbreviations and words: `S.p.A.`, `A/S`, `d.o.o.`, `Sotheby's`."""
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "þ": "th"})
"""Letters that no accent makes."""

Words = tuple[str, ...]


@lru_cache(maxsize=4096)
def core(name: str) -> str:
    """The name of a company without its legal form, in lower case and without accents; never empty where it was not.

    Args:
        name: as it is written; of a very long one the beginning counts.
    """
    words = _words(name)
    return " ".join(_without_first(_without_last(words))) or name.strip().casefold()


def _words(name: str) -> Words:
    """The words of a name, without upper case, accents, punctuation and the dots of abbreviations."""
    folded = _folded(name[:_LONGEST])
    for form in _glued():
        folded = folded.replace(form, f" {form} ")
    return tuple(_WORD.findall(_DOTTED.sub("", folded)))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(sign for sign in unicodedata.normalize("NFD", plain) if unicodedata.category(sign) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def _without_last(words: Words) -> Words:
    """A name without the legal forms behind it, as many as there are: `gmbh co kg`."""
    forms = _forms("behind")
    while True:
        size = next((n for n in range(_longest("behind"), 0, -1) if n < len(words) and words[-n:] in forms), 0)
        if not size:
            return words
        words = words[:-size]


def _without_first(words: Words) -> Words:
    forms = _forms("before")
    size = next((n for n in range(_longest("before"), 0, -1) if n < len(words) and words[:n] in forms), 0)
    return words[size:]


@cache
def _longest(where: str) -> int:
    return max(map(len, _forms(where)))


@cache
def _forms(where: str) -> frozenset[Words]:
    return frozenset(_words(phrase) for line in _read()[where] for phrase in line)


@cache
def _glued() -> Words:
    return tuple(_folded(form) for form in _read()["glued"])


@cache
def _read() -> dict[str, Iterable[str]]:
    text = files("gateway.enrichment").joinpath("legal_forms.yaml").read_text(encoding="utf-8")
    read: dict[str, Iterable[str]] = yaml.safe_load(text)
    return read
