"""Where a number begins in what somebody wrote: behind a label or a remark, and as before a spreadsheet had it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from gateway.verification.numbering.characters import DIGIT, PLUS, digits_in, whole_number
from gateway.verification.numbering.vocabulary import REMARK, WARNING

MAX_INPUT: Final = 250
"""Longest value that is looked at, in characters."""
_UNSEEN: Final = (*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x2061, 0x206A), 0x061C, 0x180E, 0xFEFF)
_PLAIN: Final[Mapping[int, str | None]] = MappingProxyType(
    {0xFEE0 + sign: chr(sign) for sign in range(0x21, 0x7F)}
    | dict.fromkeys((0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x30FB, 0xFF65), " ")
    | dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
    | dict.fromkeys((0x2044, 0x2215), "/")
    | dict.fromkeys((0x2043, 0xFE58, 0xFE63), "-")
    | dict.fromkeys(_UNSEEN)
)
"""Signs of full width by those of ASCII, and those that the library does not know between digits by those that it does:
the spaces of typography, ends of lines, slashes, dashes; none for those without a width, as a copied number has them
around it.
"""
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
"""A digit of another script."""
_CODES: Final = re.compile("%2[0Bb]")
"""A blank and a plus sign as they stand in a web address."""
_LABEL: Final = re.compile(r"[^\d+(]*(?:\([1-9]\d?\)\s*(?=0)|[1-9]\d?(?:(?:\)|:(?=\s))\s*(?=[\d(])|\.\s\s*(?=[0(])))")
"""The place in a list, or what kind of number it is: `2) 0171 …`, `Tel 1: 030 …`; a dot may belong to the number."""
_REMARK_BEFORE: Final = re.compile(rf"[^\d+]*{REMARK}[\s:,;.)\]\-\u2013]*+(?=[\d(])", re.VERBOSE | re.IGNORECASE)
"""A remark with digits before the number: `9-17h 030 …`."""
_TRUNK_BEHIND_CODE: Final = re.compile(r"[^\d+(]*(?P<number>\(?[1-9]\d{0,2}\)?[\s.\-/]*\(0\))")
"""Nobody writes a trunk 0 in brackets but behind a calling code, and there its plus sign is missing."""
_DECIMALS: Final = re.compile(r"([^.,]*\d)\s?[.,]00?")
_SIGN_BETWEEN: Final = re.compile(r"(?<=[\d)])(?:[_\u00b7\u2022'\u2019\u00b4`](?=[\d(])|\s?&nbsp;\s?(?=[\d(]))")
_ZEROS: Final = (".0", ",0", ".00", ",00")
_THOUSANDS: Final = re.compile(r"\+?\d{1,3}(?:,\d{3}){2,5}")
_DIGIT_OR_BRACKET: Final = frozenset("(123456789")
_ENDS_OF_LABELS: Final = frozenset("):./(x ")
"""What stands behind the digits of a label."""
_EXPONENT: Final = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
"""As a spreadsheet writes a number that it took for a quantity."""
_FEW: Final = 7
"""Fewer digits before a spreadsheet's decimals are no number's."""


def trimmed(value: str) -> str:
    """The value without white space and quotes around it, with plain spaces and digits, and not as in a web address."""
    text = value.strip()
    if "%2" in text and " " not in text and not _CODES.sub("", text).count("%"):
        text = unquote(text).strip()
    if text[:1] == text[-1:] == '"':
        text = text[1:-1].strip()
    return text if text.isascii() else _OTHER_DIGIT.sub(_in_ascii, text.translate(_PLAIN))


def _in_ascii(digit: re.Match[str]) -> str:
    return str(int(digit[0]))


def plainly_parted(text: str) -> str:
    """The text with blanks for signs between digits that the library takes for no part of a number, and that part none.

    Nobody writes two numbers with an underline, an apostrophe or a dot in the middle between them.
    """
    return _SIGN_BETWEEN.sub(" ", text)


def rounded(text: str) -> bool:
    """Whether a spreadsheet has rounded the number: most of its digits are gone."""
    return _EXPONENT.fullmatch(text) is not None


def odd(text: str) -> bool:
    """Whether `restored` or `begun` may change a text of digits with one plus sign at most."""
    if text[-1] == "0" and text.endswith(_ZEROS) and _DECIMALS.fullmatch(text) is not None:
        return True
    if text[0] in "+0" or (text[0] in _DIGIT_OR_BRACKET and _ENDS_OF_LABELS.isdisjoint(text[1:4])):
        return False
    if (text.startswith("24") and _REMARK_BEFORE.match(text)) or ("(0)" in text and _TRUNK_BEHIND_CODE.match(text)):
        return True
    return _LABEL.match(text) is not None or (text[0].isalpha() and WARNING.match(text) is not None)


def restored(text: str) -> str:
    """The text as it was before a spreadsheet took it for a quantity, without decimals and commas; else as it is."""
    if (decimals := _DECIMALS.fullmatch(text)) is not None and digits_in(decimals[1]) >= _FEW:
        return decimals[1]
    return text if _THOUSANDS.fullmatch(text) is None else text.replace(",", "")


def begun(text: str) -> str:
    """The text from where its number begins; the text itself where that is its start.

    A plus sign begins a number, unless there are digits enough for another one before it.
    """
    if (trunk := _TRUNK_BEHIND_CODE.match(text)) is not None:
        return f"+{text[trunk.start('number') :]}"
    digit = DIGIT.search(text)
    plus = digit and PLUS.search(text, digit.end())
    before = text[: plus.start()] if plus else ""
    if plus and not whole_number(before) and "+" not in before:
        return text[plus.start() :]
    for pattern in (_REMARK_BEFORE, _LABEL):
        match = pattern.match(text)
        if match is not None and whole_number(text[match.end() :]):
            return text[match.end() :]
    return text
