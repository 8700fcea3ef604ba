"""Which number a value means: where it begins and ends, and whether there is a better one in it than the whole."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.verification.model import RegionHint
from gateway.verification.numbering.beginning import ODD_SIGN, begun, odd, plainly_parted, restored, rounded
from gateway.verification.numbering.beside import or_a_guess
from gateway.verification.numbering.ending import (
    DIGIT,
    MIN_DIGITS,
    Kind,
    Parts,
    dated,
    digits_in,
    divisible,
    divisions,
    has_letter,
    jumbled,
    lettered,
    signed,
)
from gateway.verification.numbering.outcome import LINES, NOT_A_NUMBER, REGION_MISSING, Reading, doubted
from gateway.verification.numbering.pieces import MOST_OF_ONE, meant, runs
from gateway.verification.numbering.repair import VANITY, both, first_of_two, letters_in, mended, without_trunk
from gateway.verification.numbering.single import (
    LOCAL,
    POSSIBLE,
    RIGHT,
    One,
    Reader,
    Understood,
    best,
    only_guessed,
    proved,
    rank,
    without_the_rest,
)
from gateway.verification.numbering.vocabulary import LONGEST_EXTENSION
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

_VALID: Final = ReasonCode.PHONE_VALID
"""Looked up once: it is compared with for every value."""
_AROUND_THE_CLOCK: Final = frozenset({"5", "7"})
"""An extension that may be no such thing: 24x7."""
_DEEPEST: Final = 2
"""How often a value is divided: at a remark, and the number before it at a mark."""
_LONG: Final = 64
"""Signs that two numbers are written in."""
_FAX: Final = re.compile(r"fax", re.IGNORECASE)
"""Its last letter is taken for the mark of an extension."""
_BETWEEN_DIGITS: Final = frozenset('|,:;"<')
"""Of these, those that part digits rather than things."""
_SURE: Final = 10
"""Digits of a number that such a sign hardly parts."""
_LONGEST_BARE: Final = 11
"""Digits of the longest number that nobody writes a 0 or a plus sign before."""
_LAST: Final = 4
"""Fewer digits behind the last such sign are a thing of their own."""
_BEGINNINGS: Final = frozenset("0+(\uff0b\uff10\uff08")
_ENOUGH: Final = 8
"""Digits of a number that hardly is the end of another."""
_SHORTEST: Final = 7
"""Signs of the shortest number that begins with its own 0."""
_SECOND: Final = re.compile(r"\d[\s\-\u2013]+\(?0\d")
"""Where a second number may begin that has a 0 before it."""


def understand(text: str, hints: Sequence[RegionHint]) -> Understood:
    """Read a value in the supported countries of `hints`, or the number alone that stands in it.

    Letters are digits only where that makes a number of them (1-800-FLOWERS), and no number stands before them.
    """
    form = written(text)
    if form is None:
        found = _with_more(text, reader := Reader(hints))
    elif (text[0] not in "+0" or text[-1] == "0") and odd(text):
        found = _from_the_start(text, reader := Reader(hints))
    else:
        whole = best(text, form, hints)
        if whole[0].outcome.reason is _VALID and _is_plain(text, form):
            return whole  # nearly every value is such a one
        found = _in_parts(text, reader := Reader(hints).know(text, One(form, whole)))
    return or_a_guess(text, found, reader)


def _is_plain(text: str, form: Written) -> bool:
    """Whether nothing in a right number tells that it may be more than one, or stands behind other digits."""
    digits, plus, extension = form
    if extension is not None or len(digits) > MOST_OF_ONE or divisible(text):
        return False
    return plus or digits[0] == "0" or " 0" not in text[:-_SHORTEST]


def _with_more(text: str, reader: Reader) -> Understood:
    """Read a value that is more than digits and the usual signs, or less."""
    if DIGIT.search(text) is None or rounded(text) or jumbled(text):
        return NOT_A_NUMBER, None
    if (plain := plainly_parted(text)) != text:
        return understand(plain, reader.hints)
    found = _within(text, reader)
    if not found[0].extension and (other := meant(text)) != text:
        likely = _within(other, reader)
        found = _doubted(likely if rank(likely[0]) == RIGHT else found)
    if found[0] is NOT_A_NUMBER and only_guessed(reader.hints) and not signed(text) and any(True for _ in runs(text)):
        return REGION_MISSING, None
    return found


def _is_one(text: str, form: Written, whole: Reading) -> bool:
    """Whether a value is what nearly every one is: one number, right as it stands, with no sign of anything else."""
    if whole.outcome.reason is not ReasonCode.PHONE_VALID or divisible(text):
        return False
    if form.extension in _AROUND_THE_CLOCK or len(form.extension or "") > LONGEST_EXTENSION:
        return False
    return len(form.digits) <= MOST_OF_ONE or (_SECOND.search(text) is None and not dated(text))


def _from_the_start(text: str, reader: Reader) -> Understood:
    """Read it from where its number begins, if that is not the better number with all that stands before it."""
    # Neither a spreadsheet nor a label has changed the beginning, as of most.
    if text[0] in "+0" and not (text[-1] == "0" or "," in text):
        return _in_parts(text, reader)
    plain = restored(text)
    start = begun(text) if plain == text else plain
    whole = _in_parts(start, reader)
    if start == text:
        return whole
    lacked_a_plus = len(start) > len(text)
    if rank(whole[0]) > RIGHT:
        other = _in_parts(text, reader)
        if lacked_a_plus or rank(other[0]) < rank(whole[0]):
            return other
    return whole if lacked_a_plus or start == plain else without_the_rest(whole)


def _in_parts(text: str, reader: Reader, deep: int = _DEEPEST) -> Understood:
    """The number of a text that begins with it; `deep` bounds how often the text is divided again."""
    form, whole = one = reader.one(text)
    if form is not None and _is_one(text, form, whole[0]):
        return whole
    if not one.right and (found := without_trunk(text, form, reader)) is not None:
        return found
    whole = _without_a_second_number(text, whole)
    if not deep or reader.spent:
        return whole
    undivided = form is not None and not divisible(text) and form.extension not in _AROUND_THE_CLOCK
    ways = () if undivided and one.right and not dated(text) else divisions(text)
    for parts in ways:
        if (found := _divided(parts, whole[0], reader, deep - 1)) is not None:
            return found
    if not reader.spent and (deep < _DEEPEST or len(text) <= _LONG):
        better = first_of_two(text, reader) if one.right else mended(text, whole[0], reader)
        if better is not None:
            return better
    return without_the_rest(whole) if form is None and _lost_signs(text, whole[0]) else whole


def _within(text: str, reader: Reader) -> Understood:
    """The number that a text begins with, or the first in it that is right by itself; else all of its digits."""
    found = _from_the_start(text, reader)
    if rank(found[0]) == RIGHT:
        return found
    joined = _joined(text, reader)
    if joined is not None and rank(joined[0]) == RIGHT:
        return joined
    for run, _ in runs(text):
        if _may_stand_alone(run, text) and (one := reader.one(run)).right:
            return without_the_rest(one.found)
    return joined or found


def _may_stand_alone(run: str, text: str) -> bool:
    """Whether digits are rather a number than the end of one: the first, with a 0 or a sign before them, or enough."""
    first = DIGIT.search(text)
    early = first is not None and text.find(run) <= first.start()
    return early or run[0] in _BEGINNINGS or digits_in(run) >= _ENOUGH


def _joined(text: str, reader: Reader) -> Understood | None:
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
    if len(digits) > _LONGEST_BARE and before[:1] not in _BEGINNINGS and e164 not in {None, f"+{digits}"}:
        return None  # a postcode before a number that lacks its 0
    return one.found


def _ends_there(before: str, signs: set[str], reader: Reader) -> bool:
    """Whether what stands before a sign is a number by itself: of those that part digits, one that is long enough."""
    if signs <= _BETWEEN_DIGITS and (before[:1] not in _BEGINNINGS or digits_in(before) < _SURE):
        return False
    return digits_in(before) >= MIN_DIGITS and reader.one(before).right


def _begins_anew(behind: str, before: str, reader: Reader) -> bool:
    """Whether a number of its own begins behind a sign: with its own 0, or with digits enough for its area's too."""
    enough = MIN_DIGITS
    if behind[:1] not in _BEGINNINGS:
        if signed(before) or before.startswith("00"):
            return False
        enough = _SURE if before[:1] in _BEGINNINGS else _ENOUGH
    return digits_in(behind) >= enough and reader.one(behind).right


def _without_a_second_number(text: str, whole: Understood) -> Understood:
    """The reading without an extension that is a number of its own: one of many digits, or behind "fax"."""
    extension = whole[0].extension
    if extension is None or (len(extension) <= LONGEST_EXTENSION and _FAX.search(text) is None):
        return whole
    return without_the_rest((whole[0]._replace(extension=None), whole[1]))


def _divided(parts: Parts, whole: Reading, reader: Reader, deep: int) -> Understood | None:
    """The number before or behind the place where a value is divided; None where it is better read as a whole."""
    head = _in_parts(parts.number, reader, deep)
    if rank(head[0]) > RIGHT and (other := _behind(parts, reader, deep)) is not None:
        return other
    if not _ends(parts, head[0], whole, reader):
        return None
    found = head[0]._replace(extension=parts.extension or head[0].extension), head[1]
    return without_the_rest(found) if parts.left else found


def _ends(parts: Parts, head: Reading, whole: Reading, reader: Reader) -> bool:
    """Whether the number ends where a value is divided."""
    match parts.kind:
        case Kind.REMARK:
            # A remark is none of the number's, even where a plan would take its digits; digits alone may be.
            return not proved(head) and rank(head) <= max(rank(whole), LOCAL if has_letter(parts.left) else RIGHT)
        case Kind.LETTER:
            return _before_letters(head, whole)
        case _:
            return rank(head) < rank(whole) or both(head, parts.left, reader)


def _behind(parts: Parts, reader: Reader, deep: int) -> Understood | None:
    """The number with a plus sign behind a mark, where it is right: what stands before it is a date, or the like."""
    if parts.kind is not Kind.MARK or not signed(parts.left):
        return None
    found = _in_parts(parts.left, reader, min(deep, 1))
    return without_the_rest(found) if rank(found[0]) == RIGHT else None


def _before_letters(head: Reading, whole: Reading) -> bool:
    """Whether a number ends before its letters; vanity numbers are those of services, where the rest is no number."""
    if head.e164 == whole.e164 and whole.extension:
        return False
    mine, other = rank(head), rank(whole)
    if other == RIGHT and mine == POSSIBLE:
        return not whole.outcome.types.isdisjoint(LINES)
    return mine < other or mine == other <= LOCAL


def _doubted(found: Understood) -> Understood:
    """The same number, with the doubt that one of its digits was a letter."""
    reading, hint = found
    if reading.outcome.reason is not ReasonCode.PHONE_VALID:
        return found
    return reading._replace(outcome=doubted(reading.outcome, ReasonCode.PHONE_LETTER_FOR_DIGIT)), hint


def _lost_signs(text: str, reading: Reading) -> bool:
    """Whether signs were left out of a number: letters that neither name an extension nor stand for digits, or `①`."""
    if reading.e164 is None or reading.extension is not None:
        return False
    return (lettered(text) and letters_in(text) < VANITY) or any(
        sign.isdigit() and not sign.isdecimal() for sign in text
    )
