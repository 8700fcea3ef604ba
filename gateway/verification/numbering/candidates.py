"""Every number that a value may stand for: for finding what stands against any of them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.verification.model import PhoneVerdict, RegionHint, Validity
from gateway.verification.numbering.beginning import MAX_INPUT, plainly_parted, restored, trimmed
from gateway.verification.numbering.characters import ODD_SIGN, digits_of, jumbled, no_number, signed
from gateway.verification.numbering.ending import Kind, divisions
from gateway.verification.numbering.hints import region_hints, supported
from gateway.verification.numbering.other_data import without_other_things
from gateway.verification.numbering.outcome import Reading
from gateway.verification.numbering.pieces import as_digits, runs, stretches
from gateway.verification.numbering.reading import read, read_at_home, worldwide
from gateway.verification.numbering.repair import with_less
from gateway.verification.numbering.single import best
from gateway.verification.numbering.understanding import understand
from gateway.verification.numbering.vocabulary import AND
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

_APART: Final = re.compile(r"\+\s+")
_MOST_FIRST: Final = 4
_MOST_OTHERS: Final = 6
_LONGEST_END: Final = 9
"""Digits that are no number's end any more, but a number with its area."""
_FITTING: Final = frozenset({ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_IN_PLAN})
"""What a part of a value must be: most are too short or too long for a number."""


def numbers(value: str, *, regions: Sequence[RegionHint] = (), default: str | None = None) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for, as `judge` reads it first: for finding what stands against it.

    One that is valid, or names its country itself, is read once. Any other is also read in each of `regions`, with a
    plus sign or 00 for it, and in the country `default`: that one can turn out to be refused, never to be good. Where
    a plus sign was added, it is also what it is without. Where there is more in the value than one number, each is
    found that is right in one of these countries, wherever it begins and ends among the digits (see
    `numbering.pieces`); one of fewer than six digits only where it stands first.
    """
    text = _plain(value)
    plain = restored(text)
    hints = supported(regions)
    there = list(dict.fromkeys(hint.region for hint in (*hints, *region_hints(default=default))))
    ways = dict.fromkeys((text, plain, without_other_things(text)))
    found = [each for way in ways for each in _likely(way, hints, default)]
    found += _with_a_plus(written(plain))
    found += _again(found[0]) if found else []
    found += _with_less(written(plain), there)
    found += _joined(text, there)
    found += _with_its_zero(found)
    found += [each for first in found[:_MOST_FIRST] for each in _with_its_area(text, first)]
    found += _as_they_stand(text, found, there)
    return tuple(dict.fromkeys(found))


def numbers_as_told(value: str, verdict: PhoneVerdict) -> tuple[str, ...]:
    """Every number in E.164 that a value may stand for in the country that its verdict's number belongs to."""
    return numbers(value, regions=_told(verdict))


def _likely(text: str, hints: Sequence[RegionHint], default: str | None = None) -> tuple[str, ...]:
    if not text:
        return ()
    first = understand(text, hints)[0]
    right = first.right
    whole = right and ReasonCode.PHONE_TEXT_LEFT_OUT not in first.outcome.reasons
    mended = whole and _is_mended(first, text, hints)
    found = [first.e164]
    if not right or mended:
        found += [each.e164 for each in _readings(text, hints, default)]
        if default is not None and default not in {hint.region for hint in hints}:
            found.append(understand(text, (*hints, *region_hints(default=default)))[0].e164)
    likely = as_digits(text)
    marked = ODD_SIGN.search(text) is not None or any(parts.kind is Kind.MARK for parts in divisions(text))
    if not whole or mended or marked or likely != text:
        there = (*hints, *region_hints(company=first.outcome.region, default=default))
        found += _in_runs(dict.fromkeys((text, likely)), there)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _is_mended(found: Reading, text: str, hints: Sequence[RegionHint]) -> bool:
    """Whether a right number is not what its digits are as they stand, and nothing was left out for it."""
    as_it_stands = best(text, written(text), hints)[0]
    return found.e164 != as_it_stands.e164 and found.extension == as_it_stands.extension


def stands_for(value: str, verdict: PhoneVerdict) -> bool:
    """Whether the number of a verdict is one that a value may stand for: read in the country that it belongs to.

    It is not where somebody told another number than the one that was written.
    """
    return verdict.evidence.e164 in numbers_as_told(value, verdict)


def says_more(value: str, verdict: PhoneVerdict) -> bool:
    """Whether a value holds more than the number of a valid verdict: text that was left out, or another number.

    That may be somebody else's, whom nobody was asked about.
    """
    if ReasonCode.PHONE_TEXT_LEFT_OUT in verdict.reasons:
        return True
    if verdict.verdict is not Validity.VALID:
        return False
    plain = restored(_plain(value))
    return _likely(plain, _told(verdict)) != (verdict.evidence.e164,)


def _plain(value: str) -> str:
    return plainly_parted(trimmed(value)) if len(value) <= MAX_INPUT else ""


def _told(verdict: PhoneVerdict) -> tuple[RegionHint, ...]:
    return region_hints(told=verdict.evidence.read_as or verdict.evidence.region)


def _as_they_stand(text: str, found: Sequence[str], regions: Sequence[str]) -> list[str]:
    """The numbers that digits are as they stand, where they were read with a plus sign that they lack."""
    digits = digits_of(text)
    lacking = [each[1:] for each in found if each[1:] in digits and f"00{each[1:]}" not in digits]
    if not lacking or signed(text):
        return []
    return _right(read(each, region, Written(each, plus=False)) for each in lacking for region in regions)


def _readings(text: str, hints: Sequence[RegionHint], default: str | None) -> list[Reading]:
    """How `numbers` reads a text that is one number."""
    form = written(text)
    first = best(text, form, hints)[0]
    found = [first]
    if form is None and no_number(text):
        return found
    if not first.right and not first.international:
        nowhere = hints and first.outcome.reason is ReasonCode.PHONE_NOT_A_NUMBER
        others = () if nowhere else (*hints, *region_hints(default=default))
        found += [read_at_home(text, hint.region, form) for hint in others]
        found.append(best(text, form, ())[0])
    return found


def _with_a_plus(form: Written | None) -> list[str]:
    """The number that digits are with a plus sign, where that is a right one."""
    return [] if form is None or form.plus else _right([worldwide(form._replace(plus=True))])


def _with_less(form: Written | None, regions: Sequence[str]) -> list[str]:
    """The right numbers that digits are with a 0 less, wherever they may be read."""
    ways = () if form is None else with_less(form, regions)
    return _right(reading for less in ways for reading in _in_each(less, regions))


def _joined(text: str, regions: Sequence[str]) -> list[str]:
    """The right numbers that all digits of a text are, whatever signs stand between them."""
    form = written(ODD_SIGN.sub(" ", text).strip()) if ODD_SIGN.search(text) else None
    return [] if form is None else _right(_in_each(form, regions))


def _with_its_zero(found: Sequence[str]) -> list[str]:
    """Italian lines with the 0 that a spreadsheet took: there it is a part of the number, also from abroad."""
    lost = (each[3:] for each in found if each.startswith("+39") and not each.startswith("+390"))
    return _right(worldwide(Written(f"390{each}", plus=True)) for each in lost)


def _with_its_area(text: str, first: str) -> list[str]:
    """What else may stand behind a first number: one that begins as it does, of which only the end is written."""
    others = [] if jumbled(text) else AND.split(text)[1:]
    ends = [end for each in others[:_MOST_OTHERS] if 0 < len(end := digits_of(each)) < _LONGEST_END]
    # A line may have a digit less than a mobile of the same area.
    cuts = ((end, len(end) + more) for end in ends for more in (0, 1))
    return _right(worldwide(Written(first[1:-cut] + end, plus=True)) for end, cut in cuts)


def _right(readings: Iterable[Reading | None]) -> list[str]:
    """The numbers of those readings that are right."""
    valid = (each for each in readings if each is not None and each.right)
    return [each.e164 for each in valid if each.e164 is not None]


def _again(shown: str) -> list[str]:
    """What a number is when it is read again, as it is shown: of one that is not right, one more 0 may be taken out."""
    again = understand(shown, ())[0].e164
    return [] if again is None else [again]


def _in_runs(ways: Iterable[str], hints: Sequence[RegionHint]) -> list[str | None]:
    """What `numbers` finds in runs of digits: each as a whole, and where that is unsure or not right, what is in it."""
    regions = list(dict.fromkeys(hint.region for hint in hints))
    found: list[str | None] = []
    pieces: dict[Written, None] = {}
    for text in ways:
        unsure: list[str] = []
        for run in runs(text):
            # A plus sign with a blank behind it may be a number's, or stand between two.
            for one in dict.fromkeys((run.text, _APART.sub("", run.text))):
                form = written(one)
                whole = [] if form is None else _in_each(form, regions)
                found += [each.e164 for each in whole if each.outcome.reason in _FITTING]
                if run.unsure or not any(each.right for each in whole):
                    unsure.append(one)
        pieces |= dict.fromkeys(stretches(unsure))
    for piece in pieces:
        found += _right(_in_each(piece, regions))
    return found


def _in_each(form: Written, regions: Sequence[str]) -> list[Reading]:
    """How digits are read in each of the countries, and from abroad; in their own alone where they name it."""
    if form.plus and not form.digits.startswith("0"):
        reading = worldwide(form)
        return [] if reading is None else [reading]
    home = Written(form.digits, plus=False)
    found = [read_at_home(home.digits, region, home) for region in regions]
    if home.digits.startswith("00") and (reading := worldwide(Written(home.digits[2:], plus=True))) is not None:
        found.append(reading)
    return found
