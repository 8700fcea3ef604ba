"""The number that a value is but for what is too many: a trunk 0, some letters, or a second number behind a blank."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from phonenumbers import convert_alpha_characters_in_number, country_code_for_region

from gateway.verification.model import RegionHint
from gateway.verification.numbering.characters import DIGIT, MIN_NUMBER_DIGITS, PLUS, digits_in, signed, whole_number
from gateway.verification.numbering.ending import at_gaps
from gateway.verification.numbering.outcome import Reading
from gateway.verification.numbering.plan import CODE_DIGITS, plan_of
from gateway.verification.numbering.reading import worldwide
from gateway.verification.numbering.single import One, Reader, Understood, only_guessed, without_the_rest
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

_EXCESSIVE: Final = frozenset(
    {ReasonCode.PHONE_TOO_LONG, ReasonCode.PHONE_LENGTH_INVALID, ReasonCode.PHONE_NOT_A_NUMBER}
)
"""Readings that fewer digits may mend."""
_NORTH_AMERICA: Final = "011"
_TRUNK: Final = "(0)"
_EARLY: Final = 12
"""Signs of a label and a calling code, behind which it stands."""
_ARGENTINE: Final = re.compile(r"(?P<abroad>(?:00)?54)?9(?P<zero>0?)(?P<area>[1-9]\d{9,11})")
"""Its mobiles have a 9 behind the country's code, or 15 behind the area's with a 0 before that: people write both."""
_SERVICE: Final = re.compile("0[89]0")
"""Where there is no trunk 0, such numbers are those of services, and begin so: Fiji, Belize."""
_GAVE_UP: Final = frozenset({"PL", "GR"})
"""Countries that had a 0 before the area until 2010 (UKE) and 2002 (EETT), and have none."""
_LONGEST_VANITY: Final = 24
"""Signs of a vanity number, with those that are too many."""
_ZERO_BEHIND_A_GAP: Final = re.compile(r"[\s\-\u2013]\(*0")
"""Without it there is no number with its own 0 behind any of the gaps."""
_WHOLE: Final = 11
"""Signs of a number in E.164 that is no local one: shorter, it may be the beginning of another."""
_REST: Final = 4
"""Digits of an extension or a remark."""
_MOST_SURPLUS: Final = 5
"""Letters that a vanity number may have too many."""
VANITY: Final = 3
"""From so many letters on, the library takes them for digits."""


def without_trunk(text: str, form: Written | None, reader: Reader) -> Understood | None:
    """The number that a value is without a 0: +1 (0)20, +48 (0-22), and 0-22 where somebody gave such a country.

    A 0 speaks against a country that was only guessed: there it proves that another one was meant.
    """
    if _TRUNK in text[:_EARLY]:
        bare = reader.one(text.replace(_TRUNK, "", 1))
        if bare.right:
            return bare.found
    if form is None:
        return None
    ending = "" if form.extension is None else f";ext={form.extension}"
    sure = (each for each in with_less(form, given(reader.hints)) if _is_sure(form, each, reader.hints))
    found = (reader.one(f"{'+' * each.plus}{each.digits}{ending}") for each in sure)
    return next((one.found for one in found if one.right), None)


def with_less(form: Written, regions: Sequence[str]) -> Iterator[Written]:
    """What a number may be with a 0 less, at its beginning or behind a calling code; in Argentina also with a 9 less.

    `regions` are those that it may be of.
    """
    digits = form.digits
    if not form.plus and digits[0] == "0" != digits[1]:
        yield Written(digits[1:], plus=False)
        yield Written(digits[1:], plus=True)
    elif form.plus and digits[0] == "0":
        yield Written(digits[1:], plus=True)
        yield Written(digits, plus=False)
    elif form.plus and (plan := plan_of(digits)) is not None:
        code, national = plan.code[1:], digits[len(plan.code) - 1 :]
        if national.startswith("0") and _SERVICE.match(national) is None:
            yield Written(f"{code}{national[1:]}", plus=True)
    found = _ARGENTINE.fullmatch(digits)
    if found is not None and (found["abroad"] or ("AR" in regions and not form.plus)):
        if found["zero"]:
            yield Written(f"549{found['area']}", plus=True)
        yield Written(f"54{found['zero']}{found['area']}", plus=True)


def given(hints: Sequence[RegionHint]) -> list[str]:
    """The countries that somebody gave for a number."""
    return [hint.region for hint in hints if not only_guessed([hint])]


def _is_sure(form: Written, less: Written, hints: Sequence[RegionHint]) -> bool:
    """Whether nothing else can be meant by a number with a 0 less."""
    regions = given(hints)
    if form.digits.startswith("00") or (form.plus and form.digits[0] != "0"):
        return True  # it names its country
    if not less.plus:
        return form.plus or not _GAVE_UP.isdisjoint(regions[:1])
    return any(less.digits.startswith(str(country_code_for_region(region))) for region in regions)


def mended(text: str, whole: Reading, reader: Reader) -> Understood | None:
    """The number that a value is but for letters that are too many, or for what stands behind a blank or a dash."""
    if (abroad := _as_dialled_there(text, reader)) is not None:
        return abroad
    if whole.outcome.reason is ReasonCode.PHONE_TOO_LONG and (shorter := _without_surplus(text, reader)) is not None:
        return shorter
    if whole.outcome.reason not in _EXCESSIVE and digits_in(text) < 2 * MIN_NUMBER_DIGITS:
        return None
    return first_of_two(text, reader) or _before_a_gap(text, whole, reader)


def _without_surplus(text: str, reader: Reader) -> Understood | None:
    """A number in letters without those of its last ones that are too many."""
    digit, plus = DIGIT.search(text), PLUS.search(text)
    if digit is None or len(text) > _LONGEST_VANITY:
        return None
    number = text[plus.start() if plus is not None else digit.start() :]
    for cut in range(1, min(_MOST_SURPLUS, letters_in(number) - VANITY) + 1):
        if number[-cut:].isalpha() and (one := reader.one(convert_alpha_characters_in_number(number[:-cut]))).right:
            return without_the_rest(one.found)
    return None


def _as_dialled_there(text: str, reader: Reader) -> Understood | None:
    """A number as North America dials it, of a country that is given: 011, its calling code, and all of the rest."""
    form = written(text)
    if form is None or form.plus or not form.digits.startswith(_NORTH_AMERICA):
        return None
    abroad = form.digits[len(_NORTH_AMERICA) :]
    if not any(abroad.startswith(str(country_code_for_region(region))) for region in given(reader.hints)):
        return None
    one = reader.one(f"+{abroad}")
    return one.found if one.right else None


def first_of_two(text: str, reader: Reader) -> Understood | None:
    """The number before a blank or a dash with another one behind that begins with its own 0."""
    if _ZERO_BEHIND_A_GAP.search(text) is None:
        return None
    for number, left in at_gaps(text):
        if left.lstrip("(").startswith("0"):
            head = reader.one(number).found
            if len(head[0].e164 or "") >= _WHOLE and both(head[0], left, reader):
                return without_the_rest(head)
    return None


def both(head: Reading, left: str, reader: Reader) -> bool:
    """Whether a number is right, and so is what stands behind it, at home or where the first one belongs."""
    if not head.right or not whole_number(left):
        return False
    there = head.outcome.region
    return _is_whole(left, reader.one(left)) or (there is not None and _is_whole(left, reader.one(left, there)))


def _is_whole(text: str, one: One) -> bool:
    """Whether a text is a right number to which nothing but its country's code was added: no area code, as by some."""
    return one.right and len(one.found[0].e164 or "") - 1 - digits_in(text) <= CODE_DIGITS


def letters_in(text: str) -> int:
    """How many letters of ASCII a text holds."""
    return sum(each.isascii() and each.isalpha() for each in text)


def _before_a_gap(text: str, whole: Reading, reader: Reader) -> Understood | None:
    """The number before a blank: one of two, or the longest that is right where few digits behind it are too many.

    More of them are rather a slip within the number, of which the beginning would be somebody else's.
    """
    found: Understood | None = None
    excessive = whole.outcome.reason in _EXCESSIVE and not _lacks_a_plus(text)
    for number, left in at_gaps(text):
        if not excessive and not whole_number(left):
            continue
        head = reader.one(number).found
        if len(head[0].e164 or "") >= _WHOLE and both(head[0], left, reader):
            return without_the_rest(head)
        if found is None and excessive and digits_in(left) <= _REST and head[0].right:
            found = without_the_rest(head)
    return found


def _lacks_a_plus(text: str) -> bool:
    """Whether a text would be right with a plus sign before it: then the beginning of it is another number."""
    form = None if signed(text) else written(f"+{text}")
    reading = None if form is None else worldwide(form)
    return reading is not None and reading.right
