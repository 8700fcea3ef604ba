"""Where a number ends in what somebody wrote: at an extension, a remark, or a second number."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from gateway.verification.numbering.characters import (
    BETWEEN,
    DIGIT,
    LETTER,
    MAX_NUMBER_DIGITS,
    MIN_NUMBER_DIGITS,
    PARAMETER,
    PLUS,
    digits_in,
)
from gateway.verification.numbering.vocabulary import EXTENSION, REMARK

_SIGN_AT_END: Final = re.compile(rf"[/;,|\n\r\t]|{PLUS.pattern}")
_OPENING: Final = re.compile(r"[(\[{]")
_GAP: Final = re.compile(r"(?<![\s\-\u2013])[\s\-\u2013]++(?=[(\[]*\d)")
_LONG: Final = re.compile(rf"[^\W_](?:[\W_]*+[^\W_]){{{MIN_NUMBER_DIGITS - 1}}}")
_ENOUGH_DIGITS: Final = re.compile(rf"(?:\D*+\d){{{MIN_NUMBER_DIGITS}}}")
_BEFORE_WORDS: Final = BETWEEN + "&*~="
"""What may stand between a number and the words behind it: `02 1234 7035 & WhatsApp`."""
_MOST_GAPS: Final = 6
_REMARK_BEHIND: Final = re.compile(rf"(?<= [\s(\[{{,;|] ) {REMARK}", re.VERBOSE | re.IGNORECASE)
_TOWN: Final = re.compile(r"(?<=\d)(?:\s*,\s*(?:[A-Z]{1,2}-)?|\s[-\u2013]\s*[A-Z]{1,2}-)\d{4,5}\s+[^\W\d_]{3}")
"""A postcode behind a comma, with its town: the library takes it for an extension. Behind a dash it needs a country."""
_OTHERS: Final = re.compile(
    r"/\s*[-\u2013]\s*\d{1,4}(?!\d)|(?<=[-\u2013]\d)/\d(?!\d)|(?<=[-\u2013]\d\d)/\d\d(?!\d)"
    r"|(?<=[-\u2013]\d\d\d)/\d\d\d(?!\d)"
)
"""Other extensions of the same main number: `-10/-11/-12`, `-10/11`."""
_REMARKS: Final = (_OPENING, _OTHERS, _TOWN, _REMARK_BEHIND)


class Kind(Enum):
    """What tells that a number ends."""

    REMARK = "remark"
    """Something that is no part of any number begins: a bracket, opening hours, a floor."""
    LETTER = "letter"
    """A letter, which may also stand for a digit."""
    MARK = "mark"
    """A sign that may also stand within a number."""


class Parts(NamedTuple):
    """A value divided: what may be a number by itself, an extension behind it, and what is left out."""

    number: str
    extension: str | None
    left: str
    kind: Kind


def divisible(text: str) -> bool:
    """Whether there is a sign in a text of digits at which a number may end: a slash, or a bracket not at its start."""
    if "/" in text or text.find("(", MIN_NUMBER_DIGITS) > 0:
        return True
    return ("[" in text or not text.isascii()) and _OPENING.search(text, MIN_NUMBER_DIGITS) is not None


def divisions(text: str) -> Iterator[Parts]:
    """The few ways to divide a value at the end of its first number, the likeliest first.

    Gaps are not among them: see `at_gaps`.
    """
    first = DIGIT.search(text)
    if first is None or (";" in text and PARAMETER.search(text)):
        return
    if text.endswith("#"):
        yield Parts(text.rstrip("#*" + BETWEEN), None, "#", Kind.REMARK)
    letter = LETTER.search(text, first.end())
    if (parts := _at_remark(text, first.start())) is not None:
        yield parts
    enough = _ENOUGH_DIGITS.match(text)
    if letter is not None and (parts := _at_letter(text, letter.start(), enough and enough.end())) is not None:
        yield parts
    if enough is not None and (parts := _at_mark(text, enough.end())) is not None:
        yield parts


def at_gaps(text: str) -> list[tuple[str, str]]:
    """The ways to divide digits at a blank or a dash, before any letter: the longest number first.

    They are the longest few: who writes two numbers writes neither in more words.
    """
    found: list[tuple[str, str]] = []
    digits = last = 0
    first = DIGIT.search(text)
    letter = first and LETTER.search(text, first.end())
    for gap in _GAP.finditer(text, first.end() if first else 0, letter.start() if letter else len(text)):
        digits += digits_in(text[last : gap.start()])
        last = gap.start()
        if digits > MAX_NUMBER_DIGITS:
            break
        if digits >= MIN_NUMBER_DIGITS:
            found.append((text[: gap.start()].rstrip(BETWEEN), text[gap.end() :]))
    return found[: -_MOST_GAPS - 1 : -1]


def _at_remark(text: str, digit: int) -> Parts | None:
    """Divide where a bracket opens behind a number, or a remark begins that no number goes on into."""
    long = _LONG.match(text, digit)
    if long is None:
        return None
    found = [match for sign in _REMARKS if (match := sign.search(text, long.end())) is not None]
    first = min(found, key=re.Match.start, default=None)
    if first is None or EXTENSION.match(text, first.end()):
        return None
    number, left = text[: first.start()].rstrip(BETWEEN), text[first.start() :].strip(BETWEEN)
    return Parts(number, None, left, Kind.REMARK) if left else None


def _at_letter(text: str, start: int, enough: int | None) -> Parts | None:
    """Divide at the first letter; one that clings to a digit divides only where there are digits enough before it."""
    number = text[:start].removesuffix(" @ ").rstrip(_BEFORE_WORDS)
    if not number[-1].isdecimal():
        return None
    extension = EXTENSION.match(text, start)
    if extension is not None:
        return Parts(number, extension["extension"], text[extension.end() :].strip(BETWEEN), Kind.LETTER)
    if text[start - 1].isdecimal() and (enough is None or start < enough):
        return None
    return Parts(number, None, text[start:], Kind.LETTER)


def _at_mark(text: str, enough: int) -> Parts | None:
    """Divide at the first mark or plus sign that has a number's digits before it and a digit behind."""
    for mark in _SIGN_AT_END.finditer(text, enough):
        number = text[: mark.start()].rstrip(BETWEEN)
        if number[-1].isdecimal():
            left = text[mark.start() if mark[0] == "+" else mark.end() :].strip(BETWEEN)
            return Parts(number, None, left, Kind.MARK) if DIGIT.search(left) else None
    return None
