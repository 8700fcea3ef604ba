"""What stands beside a number or in its place, and is told by its form: days, hours, postcodes, accounts."""

import re
from string import ascii_uppercase
from typing import Final

from stdnum import iban

from gateway.verification.numbering.characters import whole_number

_YEAR: Final = "(?: 19 | 20 ) [0-9]{2}"
_MONTH: Final = "(?: 0[1-9] | 1[0-2] )"
_BARE_MONTH: Final = "(?: 0?[1-9] | 1[0-2] )"
_DAY: Final = "(?: 0?[1-9] | [12][0-9] | 3[01] )"
_DATE: Final = rf"""
    (?: {_YEAR} - {_MONTH} - {_DAY} | {_YEAR} / {_MONTH} / {_DAY}
      | {_DAY} \. {_DAY} \. {_YEAR} | {_DAY} / {_DAY} / {_YEAR}
      | (?: {_DAY} - {_BARE_MONTH} | {_BARE_MONTH} - {_DAY} ) - {_YEAR} )
    (?! [.\-/]? \d )"""
"""YYYY-MM-DD or YYYY/MM/DD; D.M.YYYY, D/M/YYYY, M/D/YYYY or with dashes."""
_TIME: Final = r"(?: [01]?[0-9] | 2[0-4] ) : [0-5][0-9] (?: : [0-5][0-9] )? (?: \s? [AaPp]\.?[Mm]\b )?"
_MOMENT: Final = rf"{_DATE} (?: [\sT,]+ {_TIME} (?: Z | [+\-]\d\d:\d\d )? )?"
"""A day, and its time with its zone: `12.03.2024`, `2024-03-12T14:30:00Z`."""
_ACCOUNT: Final = r"[A-Z]{2} \d\d (?: \s? [A-Z0-9]{4} ){2,7} (?: \s? [A-Z0-9]{1,4} )?"
"""ISO 13616, but for the check digits."""
_WITHIN: Final = re.compile(
    rf"""
    (?<! [\w+.\-/] )
    (?: {_MOMENT}
      | {_TIME} \s? [-\u2013] \s? {_TIME}                                  # 9:00-17:00
      | [A-Z]\d[A-Z] \s? \d[A-Z]\d                                         # K1A 0B1, as in Canada
      | [A-Z]{{1,2}}\d[A-Z0-9]? \s? \d[A-Z]{{2}}                           # SW1A 1AA, as in Britain
    )
    (?! [\w+] )
    """,
    re.VERBOSE,
)
_INSTEAD: Final = re.compile(
    rf"""
    {_MOMENT} | (?P<account> {_ACCOUNT} )
      | (?: (?: [A-Z]{{1,2}} - )? \d{{5}} (?: - \d{{3,4}} )? ,? | \d{{4}} \s [A-Z]{{2}} )   # a postcode
        \s+ [^\W\d_]{{3}} \D*                                                          # with its town
    """,
    re.VERBOSE,
)
_ACCOUNT_WITHIN: Final = re.compile(rf"(?<! \w ) (?: IBAN [:\s]* )? (?P<account> {_ACCOUNT} ) (?! \w )", re.VERBOSE)
_SHORTEST_ACCOUNT: Final = 15
"""Norway's (ISO 13616)."""
_AS_NUMBERS: Final = {ord(letter): str(int(letter, 36)) for letter in ascii_uppercase}
_FIRST_OF_A_LIST: Final = re.compile(r"\s*(?:\(?1[.)]|\#1:?)\s+(?=[+(\d])")
_NEXT_OF_A_LIST: Final = re.compile(r"(?<![\s,;])[\s,;]++(?:\(?[2-9][.)]|\#[2-9]:?)\s+(?=[+(\d])")
_NEXT_IN_BRACKETS: Final = re.compile(r"(?<![\s,;])[\s,;]++(?:\(?[2-9]\)\s+(?=[+(0])|\#[2-9]:?\s+(?=[+(\d]))")
"""The numeral of a second number where the first one has none: `… 2) 0664 …`, `… #2 (201) …`."""
_TELLING: Final = re.compile(r"[:#]|[A-Z]\d|(?:19|20)\d\d|\d[.)]\s")
"""One of these signs is in all that `without_other_things` takes out."""
LONGEST_DAY: Final = 8
"""Digits of a day with its year."""
_GAP: Final = " | "
_ENDS: Final = " |;,:-\u2013[]\r\n\t"


def another_thing(text: str) -> bool:
    """Whether a text is a day, an account or a town: the library would make a number of its digits, or letters."""
    found = _INSTEAD.fullmatch(text)
    return found is not None and (found["account"] is None or iban.is_valid(text))


def like_an_account(text: str) -> bool:
    """Whether a line is written as a bank account is, whatever its check digits."""
    return "\n" not in text and _ACCOUNT_WITHIN.fullmatch(text) is not None


def holds_account(text: str) -> bool:
    """Whether a bank account stands in a text, its check digits right."""
    return _ACCOUNT_WITHIN.sub(_without_account, text) != text


def without_other_things(text: str) -> str:
    """The text with marks for days, hours, postcodes and accounts in it, and for a list's numerals (`1) … 2) …`)."""
    if _TELLING.search(text) is None:
        return text
    bare = _ACCOUNT_WITHIN.sub(_without_account, _WITHIN.sub(_GAP, text))
    first = _FIRST_OF_A_LIST.match(bare)
    if first is not None and _NEXT_OF_A_LIST.search(bare) is not None:
        bare = _NEXT_OF_A_LIST.sub(_GAP, bare[first.end() :])
    elif len(numbers := _NEXT_IN_BRACKETS.split(bare)) > 1 and all(map(whole_number, numbers)):
        bare = _GAP.join(numbers)
    return text if bare == text else bare.strip(_ENDS)


def _without_account(found: re.Match[str]) -> str:
    """A mark for an account, and what followed it; all of it where its check digits are none."""
    words = found["account"].split()
    for count in range(len(words), 0, -1):
        if _is_account("".join(words[:count])):
            return _GAP + " ".join(words[count:])
    return found[0]


def _is_account(text: str) -> bool:
    """Whether a text without blanks is an account: check digits first, which cost least (ISO 7064)."""
    whole = len(text) >= _SHORTEST_ACCOUNT and int((text[4:] + text[:4]).translate(_AS_NUMBERS)) % 97 == 1
    return whole and iban.is_valid(text)
