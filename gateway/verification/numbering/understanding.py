"""Which number a value means: the country to read it in, the international prefix, and where the number ends."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.verification.model import PhoneType, RegionHint, RegionSource, Validity
from gateway.verification.numbering.beginning import begun, odd, rounded
from gateway.verification.numbering.comment import (
    DIGIT,
    MIN_DIGITS,
    Kind,
    Parts,
    at_gaps,
    digits_in,
    divisible,
    divisions,
    lettered,
    signed,
    too_many_digits,
    whole_number,
    wordy,
)
from gateway.verification.numbering.outcome import NOT_A_NUMBER, REGION_MISSING, TOO_LONG, Reading, doubted, noted
from gateway.verification.numbering.pieces import meant, runs
from gateway.verification.numbering.reading import read, worldwide
from gateway.verification.numbering.retired import current
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

Understood = tuple[Reading, RegionHint | None]
"""A reading, and the hint that it followed."""

_ORDER: Final = (
    ReasonCode.PHONE_VALID,
    ReasonCode.PHONE_NOT_IN_PLAN,
    ReasonCode.PHONE_LOCAL_ONLY,
    ReasonCode.PHONE_REGION_MISSING,
)
"""Readings from the best on; all others, which are proof against the number, come after."""
_POSSIBLE: Final = 1
_LOCAL: Final = 2
_SETTLED: Final = frozenset({ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_A_NUMBER})
"""Readings after which no other country is asked: it is right, or it is a number nowhere."""
_GUESSED: Final = frozenset({RegionSource.COMPANY_COUNTRY, RegionSource.FORM_LOCALE, RegionSource.DEFAULT})
"""Hints that nobody gave for this number: they may find it, and prove nothing against it."""
_LINES: Final = frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE})
_ABROAD: Final = re.compile(r"[^\d+\uff0b]*+[+\uff0b]?[\s(\[]*+(?:00|\uff10\uff10|\u0660\u0660|\u06f0\u06f0)")
_EXCESSIVE: Final = frozenset(
    {ReasonCode.PHONE_TOO_LONG, ReasonCode.PHONE_LENGTH_INVALID, ReasonCode.PHONE_NOT_A_NUMBER}
)
"""Readings that fewer digits may mend."""
_AROUND_THE_CLOCK: Final = frozenset({"5", "7"})
"""An extension that may be no such thing: 24x7."""
_MOST_OF_ONE: Final = 13
"""Digits of the longest number that cannot be two."""
_SECOND: Final = re.compile(r"\d[\s\-\u2013]+\(?0\d")
"""Where a second number may begin that has a 0 before it."""
_TRUNK: Final = "(0)"
_EARLY: Final = 12
_LONGEST: Final = 24
"""Signs of a vanity number, with those that are too many."""
_SURPLUS: Final = 6
"""Letters that a vanity number may have too many are four at most; with a digit among them, five signs."""
_VANITY: Final = 3
"""From so many letters on, the library takes them for digits."""


def understand(text: str, hints: Sequence[RegionHint]) -> Understood:
    """Read a value in the supported countries of `hints`, or the number alone that stands in it.

    Letters are digits only where that makes a number of them (1-800-FLOWERS), and no number stands before them.
    """
    form = written(text)
    if form is not None:
        if (text[0] not in "+0(" or text[-1] == "0") and odd(text):
            return _from_the_start(text, form, hints)
        whole = best(text, form, hints)
        short = form.extension is None and len(form.digits) <= _MOST_OF_ONE
        if short and whole[0].outcome.reason is ReasonCode.PHONE_VALID and not divisible(text):
            return whole  # nearly every value is such a one
        return _in_parts(text, form, hints, whole)
    if DIGIT.search(text) is None or rounded(text):
        return NOT_A_NUMBER, None
    found = _from_the_start(text, form, hints)
    if _rank(found[0]) > 0:
        found = _anywhere(text, hints) or found
    if found[0].extension or (other := meant(text)) == text:
        return found
    likely = understand(other, hints)
    return _doubted(likely if _rank(likely[0]) == 0 else found)


def _is_one(text: str, form: Written, whole: Reading) -> bool:
    """Whether a value is what nearly every one is: one number, right as it stands, with no sign of anything else."""
    if whole.outcome.reason is not ReasonCode.PHONE_VALID or divisible(text) or form.extension in _AROUND_THE_CLOCK:
        return False
    return len(form.digits) <= _MOST_OF_ONE or _SECOND.search(text) is None


def _from_the_start(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    """Read it from where its number begins, if that is not the better number with all that stands before it."""
    start = begun(text)
    whole: Understood | None = None if start == text else _from_its_start(start, written(start), hints)
    if whole is None:
        return _from_its_start(text, form, hints)
    if _rank(whole[0]) > 0 and _rank((other := _from_its_start(text, form, hints))[0]) < _rank(whole[0]):
        return other
    return whole if len(start) > len(text) else _without_the_rest(whole)


def _from_its_start(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    excessive = form is None and too_many_digits(text)
    return _in_parts(text, form, hints, (TOO_LONG, None) if excessive else best(text, form, hints))


def _in_parts(text: str, form: Written | None, hints: Sequence[RegionHint], whole: Understood) -> Understood:
    """The number that stands in a value, which is `whole` where it is one."""
    if form is not None and _is_one(text, form, whole[0]):
        return whole
    ways = divisions(text) if form is None or divisible(text) or form.extension in _AROUND_THE_CLOCK else ()
    for parts in ways:
        if (found := _divided(parts, whole[0], hints)) is not None:
            return found
    right = whole[0].outcome.reason is ReasonCode.PHONE_VALID
    better = _first_of_two(text, hints) if right else _mended(text, whole[0], hints)
    if better is not None:
        return better
    return _without_the_rest(whole) if form is None and _lost_letters(text, whole[0]) else whole


def _mended(text: str, whole: Reading, hints: Sequence[RegionHint]) -> Understood | None:
    """The number that a value is but for what is one too many: a trunk 0, some letters, or what stands behind it."""
    if _TRUNK in text[:_EARLY]:
        bare = text.replace(_TRUNK, "", 1)
        found = best(bare, written(bare), hints)
        if _rank(found[0]) == 0:
            return found
    if whole.outcome.reason is ReasonCode.PHONE_TOO_LONG and len(text) <= _LONGEST and _letters_in(text) >= _VANITY:
        for cut in range(1, _SURPLUS):
            found = best(text[:-cut], written(text[:-cut]), hints)
            if _rank(found[0]) == 0:
                return _without_the_rest(found)
    if whole.outcome.reason not in _EXCESSIVE and digits_in(text) < 2 * MIN_DIGITS:
        return None
    return _first_of_two(text, hints) or _before_a_gap(text, whole, hints)


def _anywhere(text: str, hints: Sequence[RegionHint]) -> Understood | None:
    """The first number in a value that is right by itself."""
    for run, _ in runs(text):
        if not too_many_digits(run):
            found = best(run, written(run), hints)
            if _rank(found[0]) == 0:
                return _without_the_rest(found)
    return None


def _divided(parts: Parts, whole: Reading, hints: Sequence[RegionHint]) -> Understood | None:
    """The number before or behind the place where a value is divided; None where it is better read as a whole."""
    head = _from_its_start(parts.number, written(parts.number), hints)
    if _rank(head[0]) > 0 and (other := _behind(parts, hints)) is not None:
        return other
    if not _ends(parts, head[0], whole, hints):
        return None
    found = head[0]._replace(extension=parts.extension or head[0].extension), head[1]
    return _without_the_rest(found) if parts.left else found


def _ends(parts: Parts, head: Reading, whole: Reading, hints: Sequence[RegionHint]) -> bool:
    """Whether the number ends where a value is divided."""
    match parts.kind:
        case Kind.REMARK:
            # A remark is none of the number's, even where a plan would take its digits; digits alone may be.
            return not _proved(head) and _rank(head) <= max(_rank(whole), _LOCAL if wordy(parts.left) else 0)
        case Kind.LETTER:
            return _before_letters(head, whole)
        case _:
            return _rank(head) < _rank(whole) or _both(head, parts.left, hints)


def _behind(parts: Parts, hints: Sequence[RegionHint]) -> Understood | None:
    """The number with a plus sign behind a mark, where it is right: what stands before it is a date, or the like."""
    if parts.kind is not Kind.MARK or not signed(parts.left) or too_many_digits(parts.left):
        return None
    found = _from_its_start(parts.left, written(parts.left), hints)
    return _without_the_rest(found) if _rank(found[0]) == 0 else None


def best(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    """Read a text as one number, as `written` or not: the first hint under which it is right, else the best reading.

    What does not fit a guessed country is what it is without any hint: a guess proves nothing.
    """
    # A number that names its country itself is read alike everywhere.
    if form is not None and form.plus and (reading := worldwide(form)) is not None:
        return reading if reading.outcome.reason is ReasonCode.PHONE_VALID else current(reading), None
    found = _best(text, form, hints)
    if not _proved(found[0]) or found[1] is None or found[1].source not in _GUESSED:
        return found
    unguided = _best(text, form, ())
    return unguided if _proved(unguided[0]) else (REGION_MISSING, None)


def _best(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    abroad = _with_plus(text, form)
    if not hints:
        # 00 is the international prefix nearly everywhere; where it is not, a hint would have told.
        return current(read(text, None, form) if abroad is None else read(abroad, None, written(abroad))), None
    found: list[Understood] = []
    for hint in hints:
        reading = current(read(text, hint.region, form))
        if reading.international or reading.outcome.reason in _SETTLED:
            return reading, hint
        found.append((reading, hint))
    if abroad is not None:
        found.append((current(read(abroad, None, written(abroad))), None))
    return min(found, key=lambda each: _rank(each[0]))


def _with_plus(text: str, form: Written | None) -> str | None:
    """The text with a plus sign for 00, or for both; None where it does not begin so."""
    if form is not None and not form.digits.startswith("00"):
        return None
    match = None if "phone-context" in text else _ABROAD.match(text)
    return None if match is None else "+" + text[match.end() :]


def _before_letters(head: Reading, whole: Reading) -> bool:
    """Whether a number ends before its letters; vanity numbers are those of services, where the rest is no number."""
    if head.e164 == whole.e164 and whole.extension:
        return False
    rank, other = _rank(head), _rank(whole)
    if other == 0 and rank == _POSSIBLE:
        return not whole.outcome.types.isdisjoint(_LINES)
    return rank < other or rank == other <= _LOCAL


def _both(head: Reading, left: str, hints: Sequence[RegionHint]) -> bool:
    """Whether a number is right, and so is what stands behind it, at home or where the first one belongs."""
    if _rank(head) or not whole_number(left) or too_many_digits(left):
        return False
    there = RegionHint(source=RegionSource.DEFAULT, region=head.outcome.region or "")
    return _rank(best(left, written(left), [*hints, there])[0]) == 0


def _first_of_two(text: str, hints: Sequence[RegionHint]) -> Understood | None:
    """The number before a blank or a dash with another one behind that begins with its own 0."""
    for parts in at_gaps(text):
        if parts.left.lstrip("(").startswith("0") and whole_number(parts.number):
            head = best(parts.number, written(parts.number), hints)
            if _both(head[0], parts.left, hints):
                return _without_the_rest(head)
    return None


def _before_a_gap(text: str, whole: Reading, hints: Sequence[RegionHint]) -> Understood | None:
    """The number before a blank: one of two, or the longest that is right where the whole has too many digits."""
    found: Understood | None = None
    excessive = whole.outcome.reason in _EXCESSIVE and not _lacks_a_plus(text)
    for parts in at_gaps(text):
        if not excessive and not whole_number(parts.left):
            continue
        head = best(parts.number, written(parts.number), hints)
        if _both(head[0], parts.left, hints):
            return _without_the_rest(head)
        if found is None and excessive and _rank(head[0]) == 0:
            found = _without_the_rest(head)
    return found


def _doubted(found: Understood) -> Understood:
    """The same number, with the doubt that one of its digits was a letter."""
    reading, hint = found
    if reading.outcome.reason is not ReasonCode.PHONE_VALID:
        return found
    return reading._replace(outcome=doubted(reading.outcome, ReasonCode.PHONE_LETTER_FOR_DIGIT)), hint


def _lacks_a_plus(text: str) -> bool:
    """Whether a text would be right with a plus sign before it: then the beginning of it is another number."""
    form = written(f"+{text}")
    reading = None if form is None else worldwide(form)
    return reading is not None and _rank(reading) == 0


def _lost_letters(text: str, reading: Reading) -> bool:
    """Whether letters were left out of a number: neither they name an extension nor stand for digits."""
    if reading.e164 is None or reading.extension is not None:
        return False
    return lettered(text) and _letters_in(text) < _VANITY


def _letters_in(text: str) -> int:
    return sum(each.isascii() and each.isalpha() for each in text)


def _without_the_rest(found: Understood) -> Understood:
    """The same number, with the note that there was more in the value."""
    reading, hint = found
    if reading.e164 is None:
        return found
    return reading._replace(outcome=noted(reading.outcome, ReasonCode.PHONE_TEXT_LEFT_OUT)), hint


def _proved(reading: Reading) -> bool:
    return reading.outcome.verdict is Validity.INVALID


def _rank(reading: Reading) -> int:
    reason = reading.outcome.reason
    return _ORDER.index(reason) if reason in _ORDER else len(_ORDER)
