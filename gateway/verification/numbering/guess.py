"""Which digits of a value are a number, where that is a guess: behind a postcode, a box or a house number."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.verification.numbering.characters import DIGIT, MIN_NUMBER_DIGITS, PLUS, digits_in, digits_of, has_letter
from gateway.verification.numbering.other_data import like_an_account
from gateway.verification.numbering.outcome import LINES, REGION_MISSING, Reading
from gateway.verification.numbering.pieces import runs
from gateway.verification.numbering.reading import worldwide
from gateway.verification.numbering.single import Reader, Understood, guessed, proved
from gateway.verification.numbering.vocabulary import PLACE
from gateway.verification.numbering.writing import Written
from gateway.verification.reasons import ReasonCode

_WORD: Final = re.compile(r"(?:\+\s?)?[(\[]?\d(?:[\-.\u2010-\u2014()\[\]]*\d)*")
"""Digits with no blank between them, and the signs of a number."""
_MOST_WORDS: Final = 9
"""A postcode, a house number and a number in pairs of digits; nobody writes more."""
_MOST_BESIDE: Final = 9
"""Digits that stand beside a number: those of a long postcode with its house number."""
_LONGEST_POSTCODE: Final = 6
_FEWEST_BESIDE: Final = 2
"""One digit before a number with its own 0 may belong to it, as in Argentina, unless a word stands before both."""
_OWN_ZERO: Final = re.compile(r"[\s/:,]-?(?P<number>\(?00?[1-9](?:[\s\-./()]*\d){6,})$")
_BEHIND_A_PLACE: Final = re.compile(
    rf"""(?> [^\d+(]*? {PLACE} ) [^\d+(]*+ [1-9]\d{{0,4}} (?: [\s:,;/]+ | \s+[\-\u2013]\s+ )
    (?P<number> \(?[1-9] (?: [\s\-./()]*\d ){{6,}} )""",
    re.VERBOSE | re.IGNORECASE,
)
"""`Suite 305 212-736-5000`, `Kundenr 4711 40 75 07 09`, `Via Roma 10 - 312 345 6441`."""
_OF_A_PLACE: Final = re.compile(
    rf"""(?> [^\d+(]*? {PLACE} ) [^\d+(]*+
    (?: (?:19|20)\d\d-\d{{1,5}} | [1-9]\d{{0,6}} | (?<=[A-Z]{{2}})\d{{8,12}} ) [\s:,;/]*""",
    re.VERBOSE | re.IGNORECASE,
)
"""Digits that are no number even if they would be a right one: `Kundennr. 471123, 0171 …`."""
_A_TOWN: Final = re.compile(r"(?!0|1[38])\d{4},?\s+[^\W\d_]{3}\D*")
"""`1010 Wien`: letters may stand for digits, but hardly behind four; 13.. and 18.. begin numbers in letters."""
_BEFORE_A_WORD: Final = r"[^\d+(]*[+(]?\d[\d\s().\-]*\s"
_A_WORD: Final = re.compile(_BEFORE_A_WORD + "[A-Za-z]{1,6}")
"""`612 34 5 Ali`: a few letters behind a blank are rather a word, but with the numbers of services."""
_A_LONG_WORD: Final = re.compile(_BEFORE_A_WORD + "[A-Za-z]*[a-z]")
"""`612 34 5 Maria`: so are more of them than the number has room for, unless they are in capitals (`438 MOVERS`)."""
_BARE: Final = re.compile(r"[1-9](?: ?\d){9,14}")
"""Digits of a number with its country's code, as a spreadsheet leaves them."""
_ONE_MORE: Final = re.compile(r"[+\d(][\d\s().\-/]*\d\s\d")
"""One digit is hardly an extension: any of them may be the one too many."""
_OR_A_TOWN: Final = re.compile(r".*\d\s[-\u2013]\s*\d{4,5}\s+[^\W\d_]{3}\D*(?:\n.*)?", re.DOTALL)
"""`089 1234 - 5678 Maier` ends with an extension, `030 180760 - 10115 Berlin` before its postcode.

Where digits follow in the same line, it is rather a label that does: `030 180760 - 1011 Fax 030 180760 - 1012`.
"""
_LAST: Final = 3
"""Digits at the end of a number that stand nowhere in its text where letters became digits."""
_A_WHOLE_NUMBER: Final = 8
"""Digits that are rather a number of their own, whether or not it is a right one."""


class _Piece(NamedTuple):
    """Some of the words of a value, and what would be left of its digits."""

    text: str
    digits: int
    start: int

    @property
    def order(self) -> tuple[bool, bool, int, int]:
        """The likeliest number first: with a plus sign, with its own 0, with the most digits, the earliest."""
        return PLUS.match(self.text) is None, self.text.lstrip("([")[:1] != "0", -self.digits, self.start


def may_be_behind(text: str) -> bool:
    """Whether the right number that all digits of a text are may be another one, at its end behind other digits."""
    tail = _tail(text)
    return tail is not None and DIGIT.search(text, 0, tail.start("number")) is not None


def or_a_guess(text: str, found: Understood, reader: Reader) -> Understood:
    """What was found in a text, or a number in it that is likelier to be meant, with the doubt that it is a guess.

    There is one where all digits of the text are proved to be too many or no number's, or where a right one stands at
    its end behind digits that are none: with its own 0, or behind a room, a house or a customer; and where the end of a
    right one may be something else. Digits that are another country's number but for a plus sign are none yet.
    """
    if found[0].right and (_A_TOWN.fullmatch(text) is not None or _ends_oddly(text, found[0])):
        return guessed(found)
    if text[0] not in "+0" and (other := _at_the_end(text, found, reader)) is not None:
        return other
    if proved(found[0]) and found[0].outcome.reason is not ReasonCode.PHONE_TOO_SHORT:
        return _abroad(text) or _among_others(text, reader) or found
    return found


def _ends_oddly(text: str, found: Reading) -> bool:
    """Whether a number's last digits may be a word's letters or a postcode, or what is left out may belong to them.

    One digit more may, and the rest of what is written like an account with a slip in it.
    """
    left_out = ReasonCode.PHONE_TEXT_LEFT_OUT in found.outcome.reasons
    if left_out and (any(each.fullmatch(text) for each in (_ONE_MORE, _OR_A_TOWN)) or like_an_account(text)):
        return True
    if found.outcome.types.isdisjoint(LINES) or found.extension is not None:
        return False
    if not left_out:
        return _A_WORD.fullmatch(text) is not None
    in_letters = found.e164 is not None and found.e164[-_LAST:] not in digits_of(text)
    return in_letters and _A_LONG_WORD.fullmatch(text) is not None


def _abroad(text: str) -> Understood | None:
    """No number yet, where digits are somebody's line in another country, but for the plus sign that they lack."""
    if _BARE.fullmatch(text) is None:
        return None
    reading = worldwide(Written(digits_of(text), plus=True))
    abroad = reading is not None and reading.right and not reading.outcome.types.isdisjoint(LINES)
    return (REGION_MISSING, None) if abroad else None


def _among_others(text: str, reader: Reader) -> Understood | None:
    """The likeliest right number among the words of a text, with few digits beside it.

    It begins and ends at a blank or another sign that no number has in it.
    """
    for piece in sorted(_pieces(text), key=lambda each: each.order):
        if (one := reader.one(piece.text)).right:
            return guessed(one.found)
    return None


def _at_the_end(text: str, found: Understood, reader: Reader) -> Understood | None:
    """The right number at the end of a text, where the digits before it are no number and none of this one."""
    if (tail := _tail(text)) is None:
        return None
    before, number = text[: tail.start("number")], tail["number"]
    first = DIGIT.search(before)
    if first is None or first[0] == "0" or PLUS.search(before):
        return None
    if digits_in(before) < _FEWEST_BESIDE and not has_letter(before):
        return None
    if _OF_A_PLACE.fullmatch(before) is None and any(
        digits_in(run) >= _A_WHOLE_NUMBER or reader.one(run).right for run, _ in runs(before)
    ):
        return None
    other = reader.one(number)
    return guessed(other.found) if other.right and other.found[0].e164 != found[0].e164 else None


def _tail(text: str) -> re.Match[str] | None:
    if not text[-1].isdecimal():
        return None
    return _OWN_ZERO.search(text) or (_BEHIND_A_PLACE.fullmatch(text) if text[0].isalpha() else None)


def _pieces(text: str) -> Iterator[_Piece]:
    words = list(_WORD.finditer(text))
    if not 1 < len(words) <= _MOST_WORDS:
        return
    counts = [digits_in(word[0]) for word in words]
    # A plus sign tells where a number begins; more digits behind it than a postcode has are rather a slip within it.
    signed = PLUS.match(words[0][0]) is not None
    beside = _LONGEST_POSTCODE if signed else _MOST_BESIDE
    if signed and counts[-1] > beside:
        return
    whole = sum(counts)
    for first, word in enumerate(words[:1] if signed else words):
        for last in range(first, len(words)):
            digits = sum(counts[first : last + 1])
            piece = text[word.start() : words[last].end()]
            if has_letter(piece + text[words[last].end() :][:1]):
                break
            if MIN_NUMBER_DIGITS < digits < whole <= digits + beside:
                yield _Piece(piece, digits, first)
