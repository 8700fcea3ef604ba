"""Runs of digits in a text, and the stretches of them that may be a number, wherever it begins and ends."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from gateway.verification.numbering.characters import (
    BETWEEN,
    MAX_NUMBER_DIGITS,
    MIN_NUMBER_DIGITS,
    PLUS,
    digits_in,
    whole_number,
)
from gateway.verification.numbering.ending import divisible
from gateway.verification.numbering.vocabulary import AROUND_THE_CLOCK, LONGEST_EXTENSION
from gateway.verification.numbering.writing import BETWEEN_DIGITS, Written

_WORD: Final = re.compile(rf"(?P<plus>{PLUS.pattern}[\s(]*+)?(?P<digits>\d+)")
_RUN: Final = re.compile(
    rf"(?:\+[\s\u200b]*+)?[(\[]?\d(?:[{re.escape(BETWEEN_DIGITS)}]*+\d)*+",
)
_MISTYPED: Final = re.compile(
    r"(?=[OoIlBSZ])"  # at all other signs nothing else is asked
    r"(?:(?<=\d)[OoIlBSZ]{1,6}(?=[\d\s.\-/)]|$)|(?<![^\W_])(?:[OoIl](?=\d)|I{0,5}O[OI]{1,5}(?![^\W_])))"
)
"""Letters for the digits that they look like: `9O182O`, `O30`, `5OOO`, `OOIO`."""
_LOOKS_LIKE: Final = {"O": "0", "o": "0", "I": "1", "l": "1", "B": "8", "S": "5", "Z": "2"}
_FIRST_LETTERS: Final = frozenset("OoIl")
"""Of those, letters that a number may begin with."""
_LETTER: Final = re.compile(rf"[{re.escape(BETWEEN)}]*[^\W\d_]")
_MOST_STRETCHES: Final = 40
"""Stretches of words that are looked at: so many have two numbers in pairs of digits."""
_MOST_WORDS: Final = 12
"""Nobody writes two numbers in more."""
_MOST_DIGITS: Final = 48
_MOST_RUNS: Final = 6
MOST_OF_ONE: Final = 13
"""Digits of the longest number that cannot be two."""


class Run(NamedTuple):
    """Digits that no letter and no mark divides, of one number or several, and whether a letter stands behind."""

    text: str
    lettered: bool

    @property
    def unsure(self) -> bool:
        """Whether it may be more or less than one number, even where it is a right one."""
        return self.lettered or divisible(self.text) or digits_in(self.text) > MOST_OF_ONE


def undivided(text: str, form: Written) -> bool:
    """Whether nothing tells that the digits of a text are those of more than one number, or end with another thing."""
    if divisible(text) or may_be_two(len(form.digits), len(text) - len(form.digits) - form.plus):
        return False
    return form.extension is None or (
        form.extension not in AROUND_THE_CLOCK and len(form.extension) <= LONGEST_EXTENSION
    )


def may_be_two(digits: int, signs: int) -> bool:
    """Whether so many digits may be two numbers: with so many signs among them, or more of them than one number has."""
    return digits > MOST_OF_ONE and (signs > 0 or digits > MAX_NUMBER_DIGITS)


def runs(text: str) -> Iterator[Run]:
    """The first few runs of digits, divided at slashes too where a number's digits are at each side."""
    return islice(_runs(text), _MOST_RUNS)


def stretches(texts: Sequence[str]) -> Iterator[Written]:
    """Every stretch of whole words in the runs that has as many digits as a number, the earliest first.

    Of digits that are too few for two numbers, what begins where one may: at the first word, or at a 0. Where there are
    more than three numbers have, nobody has written them as one run.
    """
    if sum(map(digits_in, texts)) > _MOST_DIGITS:
        return iter(())
    return islice((each for text in texts for each in _stretches(text)), _MOST_STRETCHES)


def _stretches(text: str) -> Iterator[Written]:
    words = [(match["plus"] is not None, match["digits"]) for match in _WORD.finditer(text)]
    every = len(words) <= _MOST_WORDS and sum(len(digits) for _, digits in words) > MOST_OF_ONE
    starts = (at for at, (_, digits) in enumerate(words) if at == 0 or every or digits.startswith("0"))
    return (each for at in starts for each in _from(words, at))


def as_digits(text: str) -> str:
    """The text with the digits for which its letters may stand."""
    return _MISTYPED.sub(lambda letters: "".join(_LOOKS_LIKE[letter] for letter in letters[0]), text)


def misspelt(text: str) -> bool:
    """Whether a text begins with a letter that stands for a digit, and is no label: `l71 1234567`."""
    return text[0] in _FIRST_LETTERS and as_digits(text) != text


def _runs(text: str) -> Iterator[Run]:
    for found in _RUN.finditer(text):
        run = found[0]
        if not whole_number(run):
            continue
        lettered = _LETTER.match(text, found.end()) is not None
        sides = run.split("/")
        if len(sides) > 1 and all(map(whole_number, sides)):
            yield from (Run(side.strip(), lettered and side is sides[-1]) for side in sides)
        else:
            yield Run(run, lettered)


def _from(words: Sequence[tuple[bool, str]], first: int) -> Iterator[Written]:
    digits, plus = "", words[first][0]
    for at in range(first, len(words)):
        digits += words[at][1]
        if len(digits) > MAX_NUMBER_DIGITS:
            return
        if len(digits) >= MIN_NUMBER_DIGITS:
            yield Written(digits, plus)
