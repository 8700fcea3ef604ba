"""What stands beside a number or in its place, and is told by its form: days, hours, postcodes, accounts."""

import re
from typing import Final

from stdnum import iban

_YEAR: Final = "(?: 19 | 20 ) [0-9]{2}"
_MONTH: Final = "(?: 0[1-9] | 1[0-2] )"
_DAY: Final = "(?: 0?[1-9] | [12][0-9] | 3[01] )"
_DATE: Final = rf"""
    (?: {_YEAR} - {_MONTH} - {_DAY} | {_DAY} \. {_DAY} \. {_YEAR} | {_DAY} / {_DAY} / {_YEAR} ) (?! [.\-/]? \d )"""
"""YYYY-MM-DD, D.M.YYYY, D/M/YYYY or M/D/YYYY."""
_HOUR: Final = r"(?: [01]?[0-9] | 2[0-4] ) : [0-5][0-9] (?: : [0-5][0-9] )? (?: \s? [AaPp]\.?[Mm]\b )?"
_WITHIN: Final = re.compile(
    rf"""
    (?<! [\w+.\-/] )
    (?: {_DATE} (?: [\sT,]+ {_HOUR} )?                                     # 12.03.2024, 2024-03-12 14:30
      | {_HOUR} \s? [-\u2013] \s? {_HOUR}                                  # 9:00-17:00
      | [A-Z]\d[A-Z] \s? \d[A-Z]\d                                         # K1A 0B1, as in Canada
      | [A-Z]{{1,2}}\d[A-Z0-9]? \s? \d[A-Z]{{2}}                           # SW1A 1AA, as in Britain
    )
    (?! [\w+] )
    """,
    re.VERBOSE,
)
_INSTEAD: Final = re.compile(
    rf"""
    {_DATE} (?: [\sT,]+ {_HOUR} )?
      | (?P<account> [A-Z]{{2}} \d\d (?: \s? [A-Z0-9]{{4}} ){{2,7}} (?: \s? [A-Z0-9]{{1,4}} )? )   # ISO 13616
      | (?: (?: [A-Z]{{1,2}} - )? \d{{5}} (?: - \d{{3,4}} )? ,? | \d{{4}} \s [A-Z]{{2}} )   # a postcode
        \s+ [^\W\d_]{{3}} \D*                                                          # with its town
    """,
    re.VERBOSE,
)
_FIRST_OF_A_LIST: Final = re.compile(r"\s*(?:\(?1[.)]|\#1:?)\s+(?=[+(\d])")
_NEXT_OF_A_LIST: Final = re.compile(r"[\s,;]+(?:\(?[2-9][.)]|\#[2-9]:?)\s+(?=[+(\d])")
_MARK: Final = " ; "
_ENDS: Final = " ;,:-\u2013[]\r\n\t"


def another_thing(text: str) -> bool:
    """Whether a text is a day, an account or a town: the library would make a number of its digits, or letters."""
    found = _INSTEAD.fullmatch(text)
    return found is not None and (found["account"] is None or iban.is_valid(text))


def without_other_things(text: str) -> str:
    """The text with marks for the days, hours and postcodes in it, and for the numerals of a list (`1) … 2) …`)."""
    bare = _WITHIN.sub(_MARK, text)
    first = _FIRST_OF_A_LIST.match(bare)
    if first is not None and _NEXT_OF_A_LIST.search(bare) is not None:
        bare = _NEXT_OF_A_LIST.sub(_MARK, bare[first.end() :])
    return text if bare == text else bare.strip(_ENDS)
