"""Which number a value means: the country to read it in, the international prefix, and where the number ends."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.verification.model import PhoneType, RegionHint, RegionSource, Validity
from gateway.verification.numbering.comment import Parts, at_letter, at_mark, whole_number
from gateway.verification.numbering.outcome import REGION_MISSING, Reading, noted
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
_ABROAD: Final = re.compile(r"[^\d+]*+\+?[\s(\[]*+00")


def understand(text: str, hints: Sequence[RegionHint]) -> Understood:
    """Read a value in the supported countries of `hints`, or the number alone that it begins with.

    Letters are digits only where that makes a number of them (1-800-FLOWERS), and no number stands before them.
    """
    form = written(text)
    whole = best(text, form, hints)
    parts = divided(text, form)
    if parts is None:
        return whole
    head, hint = understand(parts.number, hints)
    if not (_before_letters(head, whole[0]) if parts.lettered else _first_of_two(head, whole[0], parts, hints)):
        return whole
    if head.e164 is not None and parts.left:
        head = head._replace(outcome=noted(head.outcome, ReasonCode.PHONE_TEXT_LEFT_OUT))
    return head._replace(extension=parts.extension or head.extension), hint


def divided(text: str, form: Written | None) -> Parts | None:
    """The number that a value may begin with and the rest, where it may be divided at all."""
    if form is not None:
        return at_mark(text) if "/" in text else None
    return at_letter(text) or at_mark(text)


def best(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    """Read a text as one number, as `written` or not: the first hint under which it is right, else the best reading.

    What does not fit a guessed country is what it is without any hint: a guess proves nothing.
    """
    # A number that names its country itself is read alike everywhere.
    if form is not None and form.plus and (reading := worldwide(form)) is not None:
        return current(reading), None
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


def _first_of_two(head: Reading, whole: Reading, parts: Parts, hints: Sequence[RegionHint]) -> bool:
    """Whether a mark ends a number: what stands before it is a better one, or each side is right by itself."""
    if _rank(head) < _rank(whole):
        return True
    if _rank(head) or not whole_number(parts.left):
        return False
    there = RegionHint(source=RegionSource.DEFAULT, region=head.outcome.region or "")
    return _rank(best(parts.left, written(parts.left), [*hints, there])[0]) == 0


def _proved(reading: Reading) -> bool:
    return reading.outcome.verdict is Validity.INVALID


def _rank(reading: Reading) -> int:
    reason = reading.outcome.reason
    return _ORDER.index(reason) if reason in _ORDER else len(_ORDER)
