"""A value that is one right number and nothing else, as nearly every one is: read at once.

What is found here `understand_in_full` finds as well, in four times the time and more: a test holds the two equal.
"""

from collections.abc import Sequence
from typing import Final

from gateway.verification.model import RegionHint
from gateway.verification.numbering.beginning import odd
from gateway.verification.numbering.characters import MIN_NUMBER_DIGITS
from gateway.verification.numbering.guess import may_be_behind
from gateway.verification.numbering.other_data import LONGEST_DAY, holds_another_thing
from gateway.verification.numbering.pieces import MOST_OF_ONE, may_be_two, misspelt, undivided
from gateway.verification.numbering.plan import CODE_DIGITS, PLANS
from gateway.verification.numbering.reading import plainly_at_home
from gateway.verification.numbering.single import Understood
from gateway.verification.numbering.writing import Written, written
from gateway.verification.reasons import ReasonCode

_VALID: Final = ReasonCode.PHONE_VALID
"""Looked up once: it is compared with for every value."""
_BETWEEN: Final = b" -()."
"""Signs between digits that part no two numbers; a bracket does not among the first few."""
_CODE: Final = slice(1, 1 + CODE_DIGITS)
"""Where a number with its plus sign has the calling code."""


def alone(text: str, hints: Sequence[RegionHint]) -> Understood | None:
    """Read a text that is one right number, in the first of the countries of `hints`; None when in doubt.

    Any sign of another number in it makes a doubt, or of digits that are none of the number's.
    """
    extension: str | None = None
    if text.isascii() and (number := text.encode().translate(None, _BETWEEN).decode()).removeprefix("+").isdigit():
        if ("(" in text and text.find("(", MIN_NUMBER_DIGITS) > 0) or (
            len(number) > MOST_OF_ONE and may_be_two(len(number) - (number[0] == "+"), len(text) - len(number))
        ):
            return None
    else:
        form = written(text)
        if form is None or _tells_more(text, form):
            return None
        digits, plus, extension = form
        number = f"+{digits}" if plus else digits
    if (text[0] not in "+0" or text[-1] == "0") and odd(text):
        return None
    if number[0] != "+":
        return _at_home(text, number, extension, hints)
    return _worldwide(number, extension)


def _tells_more(text: str, form: Written) -> bool:
    """Whether there is more in a text of digits and words than a number with its label and its extension."""
    return not undivided(text, form) or (not form.plus and (misspelt(text) or holds_another_thing(text)))


def _at_home(text: str, digits: str, extension: str | None, hints: Sequence[RegionHint]) -> Understood | None:
    """Read digits without a plus sign, where they are no day, and no other number may stand at their end."""
    reading = plainly_at_home(digits, extension, hints[0].region) if hints else None
    if reading is None:
        return None
    if reading.outcome.reason is not _VALID:
        # 00 is the prefix for a number abroad wherever it means nothing else.
        return _worldwide(f"+{digits[2:]}", extension) if text.startswith("00") and len(hints) == 1 else None
    if (text[0] != "0" and may_be_behind(text)) or (len(digits) <= LONGEST_DAY and holds_another_thing(text)):
        return None
    return reading, hints[0]


def _worldwide(number: str, extension: str | None) -> Understood | None:
    plan = PLANS[number[_CODE]]
    reading = None if plan is None else plan.right(number, extension)
    return None if reading is None else (reading, None)
