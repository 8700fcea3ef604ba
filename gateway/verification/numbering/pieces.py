"""Every stretch of a value that may be a number by itself: for finding what stands against any of them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from gateway.verification.numbering.comment import BETWEEN, MAX_DIGITS, MIN_DIGITS, digits_in, divisible, whole_number
from gateway.verification.numbering.writing import BETWEEN_DIGITS

_SIGNS: Final = rf"[{re.escape(BETWEEN_DIGITS)}]*+"
_RUN: Final = re.compile(rf"(?:[+\uff0b][\s\u200b]*+)?[(\[\uff08\uff3b]?\d(?:{_SIGNS}\d)*+")
_WORD: Final = re.compile(r"[+\uff0b]?\d(?:[.\-\u2010-\u2015\u2212\uff0d\uff0e]?\d)*")
_LETTER: Final = re.compile(rf"[{re.escape(BETWEEN)}]*[^\W\d_]")
_MOST_RUNS: Final = 8
_MOST_STRETCHES: Final = 8
"""Nobody writes more numbers, or one number in more words, on one line."""


def pieces(text: str) -> Iterator[str]:
    """The runs of digits that no letter and no mark divides; and parts of those in which a number may end earlier.

    Such are a run with a letter behind it, whose last digits may belong to the word (`030 901820 24h`), one with a
    slash or a late bracket in it, and one with more digits than a number has.
    """
    unsure: list[str] = []
    for run, lettered in islice(_runs(text), _MOST_RUNS):
        digits = digits_in(run)
        if MIN_DIGITS <= digits <= MAX_DIGITS:
            yield run
        if digits > MAX_DIGITS or (digits > MIN_DIGITS and (lettered or divisible(run))):
            unsure.append(run)
    yield from islice((each for run in unsure for each in _stretches(run)), _MOST_STRETCHES)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """The runs of digits, divided at slashes with a number's digits at each side; and whether a letter follows."""
    for found in _RUN.finditer(text):
        lettered = _LETTER.match(text, found.end()) is not None
        sides = found[0].split("/")
        if len(sides) > 1 and all(map(whole_number, sides)):
            yield from ((side.strip(), lettered and side is sides[-1]) for side in sides)
        else:
            yield found[0], lettered


def _stretches(run: str) -> Iterator[str]:
    """What begins with the first word, or with one that begins with a 0, and ends with a later one."""
    words = list(_WORD.finditer(run))
    for first, word in enumerate(words):
        if first > 0 and not word[0].startswith("0"):
            continue
        digits = 0
        for last in words[first:]:
            digits += digits_in(last[0])
            if digits > MAX_DIGITS:
                break
            if digits >= MIN_DIGITS:
                yield run[0 if first == 0 else word.start() : last.end()]
