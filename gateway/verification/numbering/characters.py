"""The signs that values are made of, and questions about a text of them that need no country."""

import re
from typing import Final

DIGIT: Final = re.compile(r"\d")
LETTER: Final = re.compile(r"[^\W\d_]")
PLUS: Final = re.compile(r"\+(?=[\s(]*\d)")
_NO_DIGITS: Final = re.compile(r"\D+")
BETWEEN: Final = " \t\r\n\u00a0()[]{}<>-\u2013\u2014.,:;/|\"'"
"""What may stand between a number and a remark, and belongs to neither."""
CONTEXT: Final = ";phone-context="
PARAMETER: Final = re.compile(f";ext=|;isub=|{CONTEXT}")
"""Begins a parameter of a telephone link (RFC 3966): the library reads them."""
MIN_NUMBER_DIGITS: Final = 6
"""Fewer digits before a slash or behind it are an area code or an ending, no number of their own."""
MAX_NUMBER_DIGITS: Final = 19
"""More digits are several numbers: E.164 has 15 at most, and with 00 for the plus and a trunk 0 they are 18."""
_MOST_OF_A_NUMBER: Final = 32
"""Digits of a number with its extension."""
LONGEST: Final = 64
"""Signs that anybody writes one number in."""
ODD_SIGN: Final = re.compile(r"\r\n|[|,:;\"<>=\\&~\t\n\v\f\r]")
"""Signs that people part digits with, and other things as well."""
_OTHERS: Final = bytes(sign for sign in range(128) if not chr(sign).isdecimal())
"""The signs of ASCII that are no digits."""
_GROUP: Final = re.compile(r"\d+")
_MOST_GROUPS: Final = 20
"""As four numbers in pairs of digits have."""


def signed(text: str) -> bool:
    """Whether a text begins with a plus sign."""
    return text.startswith("+")


def lettered(text: str) -> bool:
    """Whether a letter stands behind the first digit."""
    digit = DIGIT.search(text)
    return digit is not None and LETTER.search(text, digit.end()) is not None


def has_letter(text: str) -> bool:
    """Whether there is a letter in a text."""
    return LETTER.search(text) is not None


def whole_number(text: str) -> bool:
    """Whether a text has digits enough for a number of its own."""
    return digits_in(text) >= MIN_NUMBER_DIGITS


def no_number(text: str) -> bool:
    """Whether a text has more signs, or more digits, than a number and its extension: the library need not look at it.

    What is in it may be one all the same.
    """
    if len(text) <= _MOST_OF_A_NUMBER:
        return False
    if ";" in text:
        text = PARAMETER.split(text, 1)[0]
    return len(text) > LONGEST or digits_in(text) > _MOST_OF_A_NUMBER


def jumbled(text: str) -> bool:
    """Whether there are more groups of digits in a text than anybody writes on purpose: some may be a number."""
    return len(text) > 2 * _MOST_GROUPS and len(_GROUP.findall(text)) > _MOST_GROUPS


def digits_in(text: str) -> int:
    """How many digits a text holds."""
    if text.isascii():
        return len(text.encode().translate(None, _OTHERS))  # in a fifth of the time
    return sum(map(str.isdecimal, text))


def digits_of(text: str) -> str:
    """The digits of a text."""
    return _NO_DIGITS.sub("", text)
