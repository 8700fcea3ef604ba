"""From the ways people write a number to its digits: only those ways of which there is no doubt."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

MIN_DIGITS: Final = 3
"""Fewer digits are no number, or one under a rule of its own."""
MAX_DIGITS: Final = 32
"""More digits than any number has; what is longer is not worth a fast path."""

_PUNCTUATION: Final = b" -().[]/"
"""What stands between the digits of a number, and means nothing."""
# Dashes, spaces and brackets of other scripts, which the library takes out; of the rest it may know better.
_WIDE_PUNCTUATION: Final = "\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u200b\u2060\u2212\u30fc"
BETWEEN_DIGITS: Final = _PUNCTUATION.decode() + _WIDE_PUNCTUATION
_DIGIT: Final = re.compile("[0-9]")
_TO_ASCII: Final[Mapping[int, str | None]] = MappingProxyType(dict.fromkeys(map(ord, _WIDE_PUNCTUATION)))
_WITH_MORE: Final = re.compile(
    rb"""
    [^+0-9]*+                                       # "Tel: ", "tel:", "(": whatever comes before the number
    (?P<plus> \+* )
    (?P<core> [0-9\ \-().\[\]/]* [0-9] )
    (?: ;ext= (?P<rfc> [0-9]{1,20} )                # RFC 3966, section 5.2.3
      | [ ,]* [eE] (?i:xt(?:n|ension)?) [:.]?\ * (?P<named> [0-9]{1,20} )
      | [ ,]* [xX\#] [:.]?\ * (?P<marked> [0-9]{1,9} )
    )?
    [^0-9A-Za-z_\#+]*+
    """,
    re.VERBOSE,
)

_new: Final = tuple.__new__
"""A named tuple's own constructor takes twice as long."""


class Written(NamedTuple):
    """A number as written: its digits in ASCII, whether a plus sign stands before them, and the extension."""

    digits: str
    plus: bool
    extension: str | None = None


def written(text: str) -> Written | None:
    """Read the digits of a number, without knowing any country; None when only the library can tell.

    Certain are digits of ASCII with spaces, dashes, dots, slashes and brackets between them, plus signs before them,
    words before that, and in ASCII an extension behind (RFC 3966, section 5.2.3, or marked with ext, x or #). Letters
    in the number, a phone-context and everything else are not.
    """
    if text.isascii():
        raw = text.encode()
        bare = raw.translate(None, _PUNCTUATION)
    else:
        wide = text.translate(_TO_ASCII)
        if not wide.isascii():
            return None
        raw = b""
        bare = wide.encode().translate(None, _PUNCTUATION)
    plus = bare[:1] == b"+"
    if plus:
        bare = bare[1:]
    if not bare.isdigit():
        return _with_more(raw)
    return _new(Written, (bare.decode(), plus, None)) if MIN_DIGITS <= len(bare) <= MAX_DIGITS else None


def wordy(text: str) -> bool:
    """Whether there is certainly no number in the text: it is ASCII and has no digit."""
    return text.isascii() and _DIGIT.search(text) is None


def _with_more(raw: bytes) -> Written | None:
    match = _WITH_MORE.fullmatch(raw)
    if match is None or b"phone-context" in raw:
        return None
    digits = match["core"].translate(None, _PUNCTUATION)
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        return None
    extension = match["rfc"] or match["named"] or match["marked"]
    return Written(digits.decode(), bool(match["plus"]), extension.decode() if extension else None)
