"""Where a number ends and what somebody wrote behind it begins: an extension, a remark, or a second number."""

import re
from typing import Final, NamedTuple

_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MARK: Final = re.compile(r"[/;,|]")
_BETWEEN: Final = " \t\r\n\u00a0()[]{}<>-\u2013\u2014.,:;/|\"'"
"""What may stand between a number and a remark, and belongs to neither."""
_RFC3966: Final = (";ext=", ";isub=", "phone-context")
"""Parameters of a telephone link (RFC 3966): the library reads them."""
_MIN_DIGITS: Final = 6
"""Fewer digits before a slash or behind it are an area code or an ending, no number of their own."""
_EXTENSION: Final = re.compile(
    r"""
    (?: e?xtn? | extensi[oó]n | [x\uff58]                       # English, Spanish
      | app | apparat | dw | durchwahl | nst | nebenstelle | kl | klappe  # German
      | poste | int | interno | interne | anexo | ramal            # French, Italian, Spanish, Portuguese
      | toestel | tst | wewn? | wewnętrzny | доб | добавочный | вн # Dutch, Polish, Russian
      | ankn | anknytning | lok | lokal | linka | dahili | 内線    # Nordic, Czech, Turkish, Japanese
    )
    [.:\-\s#]* (?P<extension> [0-9]{1,7} ) (?! \d )
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Parts(NamedTuple):
    """A value divided: what may be a number by itself, an extension behind it, and what is left out."""

    number: str
    extension: str | None
    left: str
    lettered: bool


def at_letter(text: str) -> Parts | None:
    """Divide at the first letter behind the first digit; None where there is none, or it clings to a digit."""
    digit = _DIGIT.search(text)
    letter = digit and _LETTER.search(text, digit.end())
    if not letter or any(each in text for each in _RFC3966):
        return None
    start = letter.start()
    number = text[:start].rstrip(_BETWEEN)
    if not number[-1].isdecimal():
        return None
    extension = _EXTENSION.match(text, start)
    if extension is not None:
        return Parts(number, extension["extension"], text[extension.end() :].strip(_BETWEEN), lettered=True)
    return None if text[start - 1].isdecimal() else Parts(number, None, text[start:], lettered=True)


def at_mark(text: str) -> Parts | None:
    """Divide at the first slash, comma or semicolon that has a number's digits before it and a digit behind."""
    if any(each in text for each in _RFC3966):
        return None
    digits = [digit.start() for digit in _DIGIT.finditer(text)]
    if len(digits) <= _MIN_DIGITS:
        return None
    for mark in _MARK.finditer(text, digits[_MIN_DIGITS - 1], digits[-1]):
        number = text[: mark.start()].rstrip(_BETWEEN)
        if number[-1].isdecimal():
            return Parts(number, None, text[mark.end() :].strip(_BETWEEN), lettered=False)
    return None


def whole_number(text: str) -> bool:
    """Whether a text has digits enough for a number of its own."""
    return digits_in(text) >= _MIN_DIGITS


def digits_in(text: str) -> int:
    """How many digits a text holds."""
    return sum(map(str.isdecimal, text))
