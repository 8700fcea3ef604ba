"""Domains that look like what they are not: mixed alphabets, and letters that imitate a known provider."""

import unicodedata
from functools import lru_cache
from typing import Final

import idna

from gateway.verification.domains import FOLDING, KNOWN

_LOOKS_LIKE: Final = """
a\u0430\u03b1\u0251 b\u044c c\u0441\u1d04 d\u0501\u0111 e\u0435\u04bd f\u0584 g\u0581\u0261 h\u04bb\u0570
i\u0456\u03b9\u0131\u0269 j\u0458\u03f3 k\u043a\u03ba l\u04cf\u0142 m\u043c n\u0578\u057c\u03b7
o\u043e\u03bf\u03c3\u0585\u00f8 p\u0440\u03c1 q\u051b\u0563\u0566 r\u0433 s\u0455 t\u0442\u03c4
u\u03c5\u057d\u028b v\u03bd\u0475 w\u051d\u0461\u0561\u03c9 x\u0445\u03c7 y\u0443\u03b3\u04af
"""
_AS_ASCII: Final = str.maketrans(
    {letter: group[0] for group in _LOOKS_LIKE.split() for letter in group[1:]},
)
"""Small letters of Cyrillic, Greek, Armenian and Latin that pass for an ASCII one.

After Unicode's confusables (UTS 39 section 4, data file confusables.txt), as far as letters are valid in a domain; and
a few more that do so in a provider's name, where nobody looks closely (\u043c for m, \u0442 for t, \u0142 for l).
Full-width letters are plain ones before they get here (UTS 46).
"""
_SHORT: Final = 3
_PROVIDERS: Final = frozenset(name for name in (*KNOWN, *FOLDING) if len(name.partition(".")[0]) >= _SHORT)
"""Whom it is worth imitating. A name of two letters is like too many others: `02.pl` may be anybody's."""
_STROKES: Final = str.maketrans({"1": "l", "i": "l"})
_LONG: Final = 5
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Alphabets that stand together in one label: "highly restrictive" in UTS 39 section 5.2."""
_LETTERS_KEPT: Final = 4_096
_NO_ALPHABET: Final = frozenset({"MODIFIER", "KATAKANA-HIRAGANA"})


def _by_strokes(domain: str) -> str:
    """The domain with one sign for l, i and 1 in its first label; `.it` and `.lt` are two countries."""
    label, dot, above = domain.partition(".")
    return f"{label.translate(_STROKES)}{dot}{above}"


_BY_STROKES: Final = frozenset(_by_strokes(name) for name in _PROVIDERS if len(name.partition(".")[0]) >= _LONG)
"""Names of providers by their strokes. Shorter ones are too near to honest words: `mail`, `mall`."""


def imitates(domain: str, shown: str | None = None) -> bool:
    """Whether a domain, in A-label form and lower case, is made to be taken for another.

    `shown` is the same in its own alphabet, where that is known.

    So it is when one label mixes alphabets that do not belong together (Latin with Cyrillic or Greek), or when the
    whole looks like a known provider's domain without being it: with letters of another alphabet, with marks above or
    below them, or with `rn` for m, `vv` for w, 0 for o, 1 for l or i, and
    l and i for each other in names of five letters or more. An honest name in one alphabet is none.
    """
    if domain in _PROVIDERS:
        return False
    if "xn--" not in domain:
        return _read_hastily(domain)
    try:
        written = idna.decode(domain) if shown is None else shown
    except idna.IDNAError:
        return False
    return any(map(_mixes, written.split("."))) or _read_hastily(_in_ascii(written))


def _read_hastily(domain: str) -> bool:
    if not ("0" in domain or "1" in domain or "rn" in domain or "vv" in domain):
        return domain in _PROVIDERS or _by_strokes(domain) in _BY_STROKES
    seen = domain.replace("rn", "m").replace("vv", "w").replace("0", "o")
    if _by_strokes(seen) in _BY_STROKES:
        return True
    return seen.replace("1", "l") in _PROVIDERS or seen.replace("1", "i") in _PROVIDERS


def _in_ascii(written: str) -> str:
    apart = unicodedata.normalize("NFD", written)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_AS_ASCII)


def _mixes(label: str) -> bool:
    found = {_alphabet(letter) for letter in label if not letter.isascii() or letter.isalpha()} - {None}
    return len(found) > 1 and not any(found <= together for together in _TOGETHER)


@lru_cache(_LETTERS_KEPT)
def _alphabet(letter: str) -> str | None:
    """The alphabet of a letter, by the first word of its Unicode name; None for what belongs to none."""
    if not letter.isalpha():
        return None
    first = unicodedata.name(letter, "").partition(" ")[0]
    if first == "IDEOGRAPHIC":
        return "CJK"
    return None if first in _NO_ALPHABET else first
