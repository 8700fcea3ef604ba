"""Whether the part before the @ reads like keys hit at random: a small statistic that can be explained."""

import re
from operator import add
from typing import Final

_TABLE: Final = """
56775566857879552988665366 96459338845745930853832053 93638239937645933645733048 94459347935756942865854067
75776565757979551988566366 95549857945765842966743143 95559369834756831854935043 94449344934767930756835051
86878474467879753788553356 94769345837567940476845035 94448236836755930775845372 95569554956865841366853064
97549346935565862554833054 95789484946447832478633075 57775565766879661987797256 94539437926744970965722052
84228222822522722254984222 95679374946667942677754066 94739237948765863479755057 93429338935556920868744065
77777566857878462998555456 94549243935645830663632074 94549345936656840674633073 92429225922646772668824224
96778365758778850787755255 95669044937667852545755086
"""
_USUAL: Final = {
    first + second: int(digit)
    for first, row in zip("abcdefghijklmnopqrstuvwxyz", _TABLE.split(), strict=True)
    for second, digit in zip("abcdefghijklmnopqrstuvwxyz", row, strict=True)
}
"""How usual it is that one letter follows another: 7 is as often as by chance, one more is twice as often.

Counted over 29,891 given names and family names of 48 countries, written in ASCII, with initials before some of them,
and 12,019 words of nine languages; the binary logarithm of "times as often as by chance", rounded, from 0 to 9.
"""
_LIMIT: Final = 6.2
"""Below this mean, letters follow each other more rarely than by chance, which no spoken language does for long."""
_FIRST_SIGN: Final = re.compile(
    r"[bcdfghjklmnpqrstvwxz0-9]{3}[bcdfghjklmnpqrstvwxz]|qw|trew|wert[yz]"
    r"|[aeiouytz]{3}(?<=tyu|uyt|tzu|uzt|uio|oiu|aaa|eee|iii|ooo|uuu|yyy)"
)
"""Four consonants or digits in a row, not ending in a digit; or what each run of neighbouring keys with vowels holds.

Without any of that nothing else is looked at.
"""
_LETTERS: Final = re.compile(r"[a-z]+")
_CHANGE: Final = re.compile(r"[a-z](?=[0-9])|[0-9](?=[a-z])")
_DIGIT: Final = re.compile(r"[0-9]")
_ROWS: Final = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
_KEYS: Final = frozenset(
    row[at : at + 5] for line in _ROWS for row in (line, line[::-1]) for at in range(len(line) - 4)
) | frozenset(letter * 5 for letter in "abcdefghijklmnopqrstuvwxyz")
"""Five neighbours on a keyboard, or one key five times; in no name or word do they stand like that."""
_LONG_RUN: Final = 7
"""Shorter runs of letters are initials, short abbreviations and names like any other."""
_MIXED: Final = (4, 3, 8)
"""Letters and digits that change places so often, with so many digits, in a name of such a length."""
_FEW_CHANGES: Final = 3
_FEW_PAIRS: Final = 4


def is_gibberish(local_part: str) -> bool:
    """Whether a local part reads like keys hit at random; a tag does not count. Linear in its length.

    It does for one of three reasons: five neighbouring keys in a row (`asdfgh`), letters and digits mixed all over
    (`x7k2p9qw4`), or letters that follow each other more rarely than by chance (`wkqzhtrv`). Initials, short names and
    digits behind a name never do; a long abbreviation without vowels (`mcdngltd`) is told from keys hit at random by
    nobody, and does. Meant to be silent when in doubt: it takes fewer than one name in 200 for gibberish,
    and sees about two in three strings of eight random letters or more.
    """
    name = local_part.lower()
    if _FIRST_SIGN.search(name) is None:
        return False
    name = name.partition("+")[0] or name
    if not name.isascii() or name.startswith('"'):
        return False
    return _on_one_row(name) or _mixed(name) or _unusual(name)


def _on_one_row(name: str) -> bool:
    return not _KEYS.isdisjoint([name[at : at + 5] for at in range(len(name) - 4)])


def _mixed(name: str) -> bool:
    changes, digits, length = _MIXED
    return len(name) >= length and len(_DIGIT.findall(name)) >= digits and len(_CHANGE.findall(name)) >= changes


def _unusual(name: str) -> bool:
    runs = _LETTERS.findall(name)
    found = [_USUAL[pair] for run in runs for pair in map(add, run, run[1:])]
    scattered = len(found) >= _FEW_PAIRS and len(_CHANGE.findall(name)) >= _FEW_CHANGES
    if not scattered and max(map(len, runs), default=0) < _LONG_RUN:
        return False
    return sum(found) < _LIMIT * len(found)
