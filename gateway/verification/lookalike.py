"""Domains that look like what they are not: mixed alphabets, and letters that imitate a known provider."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import idna

from gateway.verification.providers import FOLDING, KNOWN

_LOOKS_LIKE: Final = """
a\u0430\u03b1\u0251 b\u044c\u0299 c\u0441\u1d04 d\u0501\u0111 e\u0435\u04bd f\u0584 g\u0581\u0261\u0262
h\u04bb\u0570\u029c
i\u0456\u03b9\u0131\u0269\u026a j\u0458\u03f3 k\u043a\u03ba l\u04cf\u0142\u029f m\u043c n\u0578\u057c\u03b7\u0274
o\u043e\u03bf\u03c3\u0585\u00f8 p\u0440\u03c1 q\u051b\u0563\u0566 r\u0433\u0280 s\u0455 t\u0442\u03c4
u\u03c5\u057d\u028b v\u03bd\u0475 w\u051d\u0461\u0561\u03c9 x\u0445\u03c7 y\u0443\u03b3\u04af\u028f
"""
_AS_ASCII: Final = str.maketrans(
    {letter: group[0] for group in _LOOKS_LIKE.split() for letter in group[1:]},
)
"""Small letters of Cyrillic, Greek, Armenian and Latin that pass for an ASCII one.

After Unicode's confusables (UTS 39 section 4, data file confusables.txt), as far as letters are valid in a domain; and
a few more that do so in a provider's name, where nobody looks closely (\u043c for m, \u0442 for t, \u0142 for l).
Full-width letters are plain ones before they get here (UTS 46).
"""
_DISGUISES: Final = frozenset(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u04cf\u043e\u0440\u051b\u0455\u051d\u0445\u0443\u03bf\u03bd\u03c1\u03b9\u03b1"
)
"""Letters of Cyrillic and Greek that cannot be told from a Latin one: `\u0430`, `\u0435`, `\u043e`, `\u0440`."""
_AT_HOME: Final = frozenset(["bg", "by", "cy", "gr", "kg", "kz", "me", "mk", "mn", "rs", "ru", "su", "tj", "ua", "uz"])
"""Endings in ASCII under which names in Cyrillic or Greek are at home."""
_SHORT: Final = 3
_PROVIDERS: Final = frozenset(name for name in (*KNOWN, *FOLDING) if len(name.partition(".")[0]) >= _SHORT)
"""Whom it is worth imitating. A name of two letters is like too many others: `02.pl` may be anybody's."""
_LONGEST: Final = max(map(len, _PROVIDERS))
_LONGEST_HYPHENED: Final = max(len(name) for name in _PROVIDERS if "-" in name)
_STROKES: Final = str.maketrans({"1": "l", "i": "l"})
_LONG: Final = 5
_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""Alphabets that stand together in one label: "highly restrictive" in UTS 39 section 5.2."""
_LETTERS_KEPT: Final = 4_096
_COMPATIBLE: Final = frozenset({"<wide>", "<compat>"})
_DOTTED: Final = re.compile(r"[^\s.\"(),:;<>@\[\\\]]+(?:\.[^\s.\"(),:;<>@\[\\\]]+)*+")
"""A dot-atom (RFC 5322 section 3.2.3), of any letters (RFC 6531)."""
_NO_ALPHABET: Final = frozenset({"MODIFIER", "KATAKANA-HIRAGANA"})


def _by_strokes(domain: str) -> str:
    """The domain with one sign for l, i and 1 in its first label; `.it` and `.lt` are two countries."""
    label, dot, above = domain.partition(".")
    return f"{label.translate(_STROKES)}{dot}{above}"


_BY_STROKES: Final = {_by_strokes(name): name for name in _PROVIDERS if len(name.partition(".")[0]) >= _LONG}
"""Names of providers by their strokes. Shorter ones are too near to honest words: `mail`, `mall`."""


def imitates(domain: str, shown: str | None = None) -> bool:
    """Whether a domain, in A-label form and lower case, is made to be taken for another.

    `shown` is the same in its own alphabet, where that is known.

    So it is when one label mixes alphabets that do not belong together (Latin with Cyrillic or Greek); when a label is
    all Cyrillic or Greek, of such letters alone as pass for Latin ones, and before an ending that is not at home with
    them; or when the whole looks like a known provider's domain without being it (see `imitated`). Another honest name
    in one alphabet is none. The price is a Russian word of such letters alone, which browsers show as `xn--` too.
    """
    if "xn--" not in domain:
        return domain not in _PROVIDERS and _hastily(domain) is not None
    written = _written(domain, shown)
    if written is None:
        return False
    *labels, ending = written.split(".")
    disguised = ending.isascii() and ending not in _AT_HOME and any(map(_is_disguised, labels))
    return disguised or any(map(mixes, (*labels, ending))) or _hastily(_in_ascii(written)) is not None


def imitated(domain: str) -> str | None:
    """The provider whose domain one looks like, in A-label form and lower case, without being it.

    With letters of another alphabet, with marks above or below them, or with `rn` for m, `vv` for w, 0 for o, 1 for l
    or i, and l and i for each other in names of five letters or more.
    """
    if domain in _PROVIDERS:
        return None
    if "xn--" not in domain:
        return _hastily(domain)
    written = _written(domain, None)
    return None if written is None else _hastily(_in_ascii(written))


def in_plain_letters(local: str) -> str | None:
    """A name before the @ in the letters of ASCII that its full-width ones and ligatures stand for; None without any.

    Other signs that Unicode takes for compatible stay: in Thai and Lao they are how everybody writes.
    """
    plain = "".join(map(_plainly, local))
    return plain if plain != local and _DOTTED.fullmatch(plain) else None


@lru_cache(_LETTERS_KEPT)
def _plainly(letter: str) -> str:
    kind, _, _ = unicodedata.decomposition(letter).partition(" ")
    plain = unicodedata.normalize("NFKC", letter) if kind in _COMPATIBLE else letter
    return plain if plain.isascii() and (plain.isalnum() or kind == "<wide>") else letter


def mixes(text: str) -> bool:
    """Whether alphabets stand in a label, or a name before the @, that do not belong together."""
    found = {_alphabet(letter) for letter in text if not letter.isascii() or letter.isalpha()} - {None}
    return len(found) > 1 and not any(found <= together for together in _TOGETHER)


def _written(domain: str, shown: str | None) -> str | None:
    try:
        return idna.decode(domain) if shown is None else shown
    except idna.IDNAError:
        return None


def _hastily(domain: str) -> str | None:
    """The provider for whom somebody takes a domain who does not look closely."""
    if not ("0" in domain or "1" in domain or "rn" in domain or "vv" in domain):
        return domain if domain in _PROVIDERS else _BY_STROKES.get(_by_strokes(domain))
    seen = domain.replace("rn", "m").replace("vv", "w").replace("0", "o")
    if len(seen) > (_LONGEST_HYPHENED if "-" in seen else _LONGEST):
        return None  # as most companies' names are
    found = _BY_STROKES.get(_by_strokes(seen))
    if found is not None:
        return found
    for letter in "li":  # a short name is compared as it is
        if (plain := seen.replace("1", letter)) in _PROVIDERS:
            return plain
    return None


def _is_disguised(label: str) -> bool:
    return not label.isascii() and all(letter in _DISGUISES or letter.isdigit() or letter == "-" for letter in label)


def _in_ascii(written: str) -> str:
    apart = unicodedata.normalize("NFD", written)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_AS_ASCII)


@lru_cache(_LETTERS_KEPT)
def _alphabet(letter: str) -> str | None:
    """The alphabet of a letter, by the first word of its Unicode name; None for what belongs to none."""
    if not letter.isalpha():
        return None
    first = unicodedata.name(letter, "").partition(" ")[0]
    if first == "IDEOGRAPHIC":
        return "CJK"
    return None if first in _NO_ALPHABET else first
