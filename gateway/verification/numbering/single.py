"""Reading a text as one number: the country to read it in, and the international prefix."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.verification.model import RegionHint, RegionSource, Validity
from gateway.verification.numbering.characters import CONTEXT, no_number
from gateway.verification.numbering.guard import torn
from gateway.verification.numbering.library import Found
from gateway.verification.numbering.outcome import NOT_A_NUMBER, REGION_MISSING, TOO_LONG, Reading, noted
from gateway.verification.numbering.reading import find, plainly_at_home, read, read_at_home, read_found, worldwide
from gateway.verification.numbering.retired import current
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

Understood = tuple[Reading, RegionHint | None]
"""A reading, and the hint that it followed."""

RIGHT: Final = 0
POSSIBLE: Final = 1
LOCAL: Final = 2
_UNTOLD: Final = 3
_NONE: Final = 4
_RANKS: Final[Mapping[ReasonCode, int]] = MappingProxyType(
    {
        ReasonCode.PHONE_VALID: RIGHT,
        ReasonCode.PHONE_NOT_IN_PLAN: POSSIBLE,
        ReasonCode.PHONE_LOCAL_ONLY: LOCAL,
        ReasonCode.PHONE_REGION_MISSING: _UNTOLD,
    }
)
"""Readings from the best on; all others are none of a number, and come after."""
_SETTLED: Final = frozenset({ReasonCode.PHONE_VALID, ReasonCode.PHONE_NOT_A_NUMBER})
"""Readings after which no other country is asked: it is right, or it is a number nowhere."""
_GUESSED: Final = frozenset({RegionSource.COMPANY_COUNTRY, RegionSource.FORM_LOCALE, RegionSource.DEFAULT})
"""Hints that nobody gave for this number: they may find it, and prove nothing against it."""
_ABROAD: Final = re.compile(r"[^\d+]*+\+?[\s(\[]*+00")


_MOST_TEXTS: Final = 16
"""Texts of one value that are read: what people write has a handful."""
_MOST_FINDS: Final = 6
"""Of those, texts in which the library looks for a number, where `written` sees none: it takes ten times as long."""


class One(NamedTuple):
    """How a text is written, and what it is as one number."""

    form: Written | None
    found: Understood

    @property
    def right(self) -> bool:
        """Whether it is a number that its plan holds."""
        return self.found[0].right


_UNREAD: Final = One(None, (NOT_A_NUMBER, None))


class Reader:
    """Reads texts out of one value, each as one number, in the countries of `hints`: each once, and not too many.

    A value of which more would have to be read was written by nobody: what is left of it is no number. `parted` keeps
    what texts are when they are divided (`understanding`).
    """

    __slots__ = ("_finds", "_known", "hints", "parted")

    def __init__(self, hints: Sequence[RegionHint]) -> None:
        self.hints = hints
        self.parted: dict[tuple[str, int], Understood] = {}
        self._known: dict[tuple[str, str | None], One] = {}
        self._finds = 0

    @property
    def spent(self) -> bool:
        """Whether nothing more is read."""
        return len(self._known) >= _MOST_TEXTS

    def one(self, text: str, region: str | None = None) -> One:
        """Read a text in the countries of the hints, or in the one named."""
        known = self._known.get((text, region))
        if known is None:
            if self.spent:
                return _UNREAD
            form = written(text)
            hints = self.hints if region is None else [RegionHint(source=RegionSource.DEFAULT, region=region)]
            found = (NOT_A_NUMBER, None) if form is None and self._is_too_much(text) else best(text, form, hints)
            known = self._known[text, region] = One(form, found)
        return known

    def _is_too_much(self, text: str) -> bool:
        """Whether the library has looked for enough numbers in this value; a text without one costs it nothing."""
        self._finds += not (no_number(text) or torn(text))
        return self._finds > _MOST_FINDS


def best(text: str, form: Written | None, hints: Sequence[RegionHint]) -> Understood:
    """Read a text as one number, as `written` or not: the first hint under which it is right, else the best reading.

    What does not fit a guessed country is what it is without any hint: a guess proves nothing.
    """
    if form is None:
        return (TOO_LONG, None) if no_number(text) else _guided(text, None, find(text), hints)
    if form.plus and (reading := worldwide(form)) is not None:
        # A number that names its country itself is read alike everywhere.
        return current(reading), None
    if hints and not form.plus:
        home = plainly_at_home(form.digits, form.extension, hints[0].region)
        if home is not None and home.right:
            return home, hints[0]
    return _guided(text, form, None, hints)


def only_guessed(hints: Sequence[RegionHint]) -> bool:
    """Whether nobody gave a country for a number: what is none in any of the hints' may be one elsewhere."""
    return all(hint.source in _GUESSED for hint in hints)


def rank(reading: Reading) -> int:
    """How good a reading is, from 0 for the best on."""
    return _RANKS.get(reading.outcome.reason, _NONE)


def proved(reading: Reading) -> bool:
    """Whether it is proved to be no number."""
    return reading.outcome.verdict is Validity.INVALID


def without_the_rest(found: Understood) -> Understood:
    """The same number, with the note that there was more in the value."""
    reading, hint = found
    if reading.e164 is None:
        return found
    return reading._replace(outcome=noted(reading.outcome, ReasonCode.PHONE_TEXT_LEFT_OUT)), hint


def guessed(found: Understood) -> Understood:
    """The same number, with the doubt that other digits of the value may belong to it, or make another one."""
    reading, hint = without_the_rest(found)
    return reading._replace(outcome=noted(reading.outcome, ReasonCode.PHONE_OTHER_DIGITS)), hint


def _guided(text: str, form: Written | None, there: Found | None, hints: Sequence[RegionHint]) -> Understood:
    found = _best(text, form, there, hints)
    if not proved(found[0]) or found[1] is None or found[1].source not in _GUESSED:
        return found
    unguided = _best(text, form, there, ())
    return unguided if proved(unguided[0]) else (REGION_MISSING, None)


def _best(text: str, form: Written | None, there: Found | None, hints: Sequence[RegionHint]) -> Understood:
    """Read a text as it is written or, where it is not, by what was found in it."""
    if not hints:
        # 00 is the international prefix nearly everywhere; where it is not, a hint would have told.
        abroad = _from_abroad(text, form or (there and there.form))
        return abroad or current(read(text, None, form) if form else read_found(there, None)), None
    found: list[Understood] = []
    for hint in hints:
        reading = read_at_home(text, hint.region, form) if form else current(read_found(there, hint.region))
        if reading.international or reading.outcome.reason in _SETTLED:
            return reading, hint
        found.append((reading, hint))
    abroad = _from_abroad(text, form or (there and there.form))
    if abroad is not None:
        found.append((abroad, None))
    return min(found, key=lambda each: rank(each[0]))


def _from_abroad(text: str, form: Written | None) -> Reading | None:
    """The text read with a plus sign for 00, or for both; None where it does not begin so."""
    if form is not None and not form.digits.startswith("00"):
        return None
    match = None if CONTEXT in text else _ABROAD.match(text)
    if match is None:
        return None
    abroad = f"+{text[match.end() :]}"
    return current(read(abroad, None, written(abroad)))
