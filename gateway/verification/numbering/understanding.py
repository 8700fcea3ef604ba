"""Which number a value means: where it begins and ends, and whether there is a better one in it than the whole."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.verification.model import RegionHint
from gateway.verification.numbering import odd_signs
from gateway.verification.numbering.alone import alone, undoubted
from gateway.verification.numbering.beginning import begun, odd, plainly_parted, restored, rounded
from gateway.verification.numbering.characters import DIGIT, LONGEST, has_letter, jumbled, lettered, signed
from gateway.verification.numbering.ending import Kind, Parts, divisible, divisions
from gateway.verification.numbering.guess import or_a_guess
from gateway.verification.numbering.hints import supported
from gateway.verification.numbering.other_data import another_thing, without_other_things
from gateway.verification.numbering.outcome import LINES, NOT_A_NUMBER, REGION_MISSING, Reading, noted
from gateway.verification.numbering.pieces import as_digits, misspelt, runs, undivided
from gateway.verification.numbering.repair import VANITY, both, first_of_two, letters_in, mended, without_trunk
from gateway.verification.numbering.short import as_short
from gateway.verification.numbering.single import (
    LOCAL,
    POSSIBLE,
    RIGHT,
    One,
    Reader,
    Understood,
    only_guessed,
    proved,
    rank,
    without_the_rest,
)
from gateway.verification.numbering.vocabulary import AND_WORD, AROUND_THE_CLOCK, LONGEST_EXTENSION, WARNING
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

_DEEPEST: Final = 2
"""How often a value is divided: at a remark, and the number before it at a mark."""
_FAX: Final = re.compile(r"fax", re.IGNORECASE)
"""Its last letter is taken for the mark of an extension."""
_DIGITS: Final = r"\+?[\d(][\d\s().\-]*\d"
_WITH_A_REMARK: Final = re.compile(
    rf"[^\d+(]{{0,20}}(?P<number>{_DIGITS})"
    rf"\s*(?:\([^()\d]*[^\W\d_][^()\d]*\)|\s{AND_WORD}\s+(?P<second>{_DIGITS}))",
    re.IGNORECASE,
)
"""`Tel. +1 202-823-9887 (office)`, `030 901820 or 0171 1234567`."""


def understand(text: str, hints: Sequence[RegionHint]) -> Understood:
    """Read a value in those countries of `hints` that the library knows, or the number alone that stands in it.

    Letters are digits only where that makes a number of them (1-800-FLOWERS), and no number stands before them.
    """
    # In a country without a plan nothing is found at once.
    return alone(text, hints) or understand_in_full(text, supported(hints))


def understand_in_full(text: str, hints: Sequence[RegionHint]) -> Understood:
    """Read a value whatever is in it: what `alone` finds, this finds as well."""
    return _understood(text, written(text), Reader(hints))


def _understood(text: str, form: Written | None, reader: Reader) -> Understood:
    """Read a value that may be more than one plain number."""
    if (form is None and DIGIT.search(text) is None) or another_thing(text):
        return NOT_A_NUMBER, None
    if (bare := without_other_things(text)) != text and not _is_right(text, bare, form, reader):
        return without_the_rest(_understood(bare, written(bare), reader) if bare else (NOT_A_NUMBER, None))
    if form is None or (not form.plus and misspelt(text)):
        found = _with_more(text, reader)
    elif odd(text):
        found = _from_the_start(text, reader)
    else:
        found = _in_parts(text, reader)
    if text[0].isalpha() and WARNING.match(text) is not None:
        found = without_the_rest(found)
    return as_short(text, or_a_guess(text, found, reader))


def _is_right(text: str, bare: str, form: Written | None, reader: Reader) -> bool:
    """Whether a text is a right number with what looks like a day: `030 12-12-1999`.

    It is not where letters are in it and what is left without the day is a right one, as in `Tel. 030 9018 1.3.2024`;
    behind a plus sign it is all the same.
    """
    if form is None or not undoubted(text, form):
        return False
    if not form.plus and bare and has_letter(text) and reader.one(bare).right:
        return False
    return reader.one(text).right


def _with_more(text: str, reader: Reader) -> Understood:
    """Read a value that is more than digits and the usual signs, or less."""
    if rounded(text):
        return NOT_A_NUMBER, None
    if jumbled(text):
        return _right_run(text, reader) or (NOT_A_NUMBER, None)
    if (plain := plainly_parted(text)) != text:
        return _understood(plain, written(plain), reader)
    found = _within(text, reader)
    if not found[0].extension and (other := as_digits(text)) != text:
        likely = _within(other, reader)
        found = _doubted(likely if likely[0].right else found)
    if found[0] is NOT_A_NUMBER and only_guessed(reader.hints) and not signed(text) and any(runs(text)):
        return REGION_MISSING, None
    return found


def _from_the_start(text: str, reader: Reader) -> Understood:
    """Read it from where its number begins, if that is not the better number with all that stands before it."""
    # What begins with + or 0 begins its number there, even where another plus sign follows.
    if text[0] in "+0" and not (text[-1] == "0" or "," in text):
        return _in_parts(text, reader)
    plain = restored(text)
    start = begun(text) if plain == text else plain
    whole = _in_parts(start, reader)
    if start == text:
        return whole
    lacked_a_plus = start not in text
    if not whole[0].right:
        other = _in_parts(text, reader)
        if lacked_a_plus or rank(other[0]) < rank(whole[0]):
            return other
    return whole if lacked_a_plus or start == plain else without_the_rest(whole)


def _in_parts(text: str, reader: Reader, deep: int = _DEEPEST) -> Understood:
    """The number of a text that begins with it; `deep` bounds how often the text is divided again."""
    one = reader.one(text)
    if one.form is not None and one.right and undivided(text, one.form):
        return one.found
    known = reader.parted.get((text, deep))
    if known is None:
        known = reader.parted[text, deep] = _parted(text, one, reader, deep)
    return known


def _parted(text: str, one: One, reader: Reader, deep: int) -> Understood:
    form, whole = one
    if not one.right and (found := without_trunk(text, form, reader)) is not None:
        return found
    whole = _without_a_second_number(text, whole)
    if not deep or reader.spent:
        return whole
    ways = divisions(text) if form is None or divisible(text) or form.extension in AROUND_THE_CLOCK else ()
    for parts in ways:
        if (found := _divided(parts, whole[0], reader, deep - 1)) is not None:
            return found
    if not reader.spent and (deep < _DEEPEST or len(text) <= LONGEST):
        better = first_of_two(text, reader) if one.right else mended(text, whole[0], reader)
        if better is not None:
            return better
    return without_the_rest(whole) if form is None and _lost_signs(text, whole[0]) else whole


def _within(text: str, reader: Reader) -> Understood:
    """The number that a text begins with, or the first in it that is right by itself; else all of its digits."""
    found = _plainly_first(text, reader) or _from_the_start(text, reader)
    if found[0].right:
        return found
    joined = odd_signs.joined(text, reader)
    if joined is not None and joined[0].right:
        return joined
    return _right_run(text, reader) or joined or found


def _right_run(text: str, reader: Reader) -> Understood | None:
    """The first of the runs of digits in a text that is a right number by itself."""
    for run, _ in runs(text):
        if odd_signs.may_stand_alone(run, text) and (one := reader.one(run)).right:
            return without_the_rest(one.found)
    return None


def _plainly_first(text: str, reader: Reader) -> Understood | None:
    """The right number before a remark in brackets or a second right one, as most values have it that hold more.

    The parts that follow find the same, in four times the time.
    """
    parts = _WITH_A_REMARK.fullmatch(text)
    if parts is None or odd(text):
        return None
    one = reader.one(parts["number"])
    if one.form is None or not one.right or not undivided(parts["number"], one.form):
        return None
    second = parts["second"]
    return without_the_rest(one.found) if second is None or reader.one(second).right else None


def _without_a_second_number(text: str, whole: Understood) -> Understood:
    """The reading without an extension that is a number of its own: one of many digits, or behind "fax"."""
    extension = whole[0].extension
    if extension is None or (len(extension) <= LONGEST_EXTENSION and _FAX.search(text) is None):
        return whole
    return without_the_rest((whole[0]._replace(extension=None), whole[1]))


def _divided(parts: Parts, whole: Reading, reader: Reader, deep: int) -> Understood | None:
    """The number before or behind the place where a value is divided; None where it is better read as a whole."""
    head = _in_parts(parts.number, reader, deep)
    if not head[0].right and (other := _behind(parts, reader, deep)) is not None:
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
        case Kind.MARK:
            return rank(head) < rank(whole) or both(head, parts.left, reader)


def _behind(parts: Parts, reader: Reader, deep: int) -> Understood | None:
    """The number with a plus sign behind a mark, where it is right: what stands before it is a date, or the like."""
    if parts.kind is not Kind.MARK or not signed(parts.left):
        return None
    found = _in_parts(parts.left, reader, deep)
    return without_the_rest(found) if found[0].right else None


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
    if not reading.right:
        return found
    return reading._replace(outcome=noted(reading.outcome, ReasonCode.PHONE_LETTER_FOR_DIGIT)), hint


def _lost_signs(text: str, reading: Reading) -> bool:
    """Whether signs were left out of a number: letters that neither name an extension nor stand for digits, or `①`."""
    if reading.e164 is None or reading.extension is not None:
        return False
    return (lettered(text) and letters_in(text) < VANITY) or any(
        sign.isdigit() and not sign.isdecimal() for sign in text
    )
