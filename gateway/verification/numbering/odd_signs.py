"""Digits that odd signs part: whether they are one number all the same, or which of them may be one alone."""

from typing import Final

from gateway.verification.numbering.characters import DIGIT, MIN_NUMBER_DIGITS, ODD_SIGN, digits_in, signed
from gateway.verification.numbering.single import Reader, Understood, only_guessed, proved

_PARTING: Final = frozenset('|,:;"<')
"""Of the odd signs, those that part digits rather than things."""
_SURE: Final = 10
"""Digits of a number that such a sign hardly parts."""
_LONGEST_BARE: Final = 11
"""Digits of the longest number that nobody writes a 0 or a plus sign before."""
_LAST: Final = 4
"""Fewer digits behind the last such sign are a thing of their own."""
_OWN_BEGINNINGS: Final = frozenset("0+(")
_A_WHOLE_NUMBER: Final = 8
"""Digits of a number that hardly is the end of another."""


def joined(text: str, reader: Reader) -> Understood | None:
    """All the digits of a text as one number, where one odd sign parts them and two things are not apart by it.

    It is right, or may be so in a country that nobody gave.
    """
    signs = {"<" if sign == ">" else sign for sign in ODD_SIGN.findall(text)}
    before, *behind = filter(None, map(str.strip, ODD_SIGN.split(text)))
    if len(signs) != 1 or not behind or digits_in(behind[-1]) < _LAST:
        return None
    if _ends_there(before, signs, reader) or any(_begins_anew(each, before, reader) for each in behind):
        return None
    one = reader.one(ODD_SIGN.sub(" ", text).strip())
    if one.form is None or not (one.right or (only_guessed(reader.hints) and not proved(one.found[0]))):
        return None
    digits, e164 = one.form.digits, one.found[0].e164
    if len(digits) > _LONGEST_BARE and before[:1] not in _OWN_BEGINNINGS and e164 not in {None, f"+{digits}"}:
        return None  # a postcode before a number that lacks its 0
    return one.found


def _ends_there(before: str, signs: set[str], reader: Reader) -> bool:
    """Whether what stands before a sign is a number by itself: of those that part digits, one that is long enough."""
    if signs <= _PARTING and (before[:1] not in _OWN_BEGINNINGS or digits_in(before) < _SURE):
        return False
    return digits_in(before) >= MIN_NUMBER_DIGITS and reader.one(before).right


def _begins_anew(behind: str, before: str, reader: Reader) -> bool:
    """Whether a number of its own begins behind a sign: with its own 0, or with digits enough for its area's too."""
    enough = MIN_NUMBER_DIGITS
    if behind[:1] not in _OWN_BEGINNINGS:
        if signed(before) or before.startswith("00"):
            return False
        enough = _SURE if before[:1] in _OWN_BEGINNINGS else _A_WHOLE_NUMBER
    return digits_in(behind) >= enough and reader.one(behind).right


def may_stand_alone(run: str, text: str) -> bool:
    """Whether digits are rather a number than the end of one: the first, with a 0 or a sign before them, or enough."""
    first = DIGIT.search(text)
    early = first is not None and text.find(run) <= first.start()
    return early or run[0] in _OWN_BEGINNINGS or digits_in(run) >= _A_WHOLE_NUMBER
