"""A value that is one right number and nothing else, as nearly every one is: read at once.

What is found here `understand_in_full` finds as well, in three times the time and more: a test holds the two equal.
"""

from collections.abc import Sequence
from typing import Final

from gateway.verification.model import RegionHint
from gateway.verification.numbering.beginning import odd
from gateway.verification.numbering.characters import MIN_NUMBER_DIGITS
from gateway.verification.numbering.guess import may_be_behind
from gateway.verification.numbering.other_data import LONGEST_DAY, holds_account, without_other_things
from gateway.verification.numbering.pieces import MOST_OF_ONE, may_be_two, misspelt, undivided
from gateway.verification.numbering.plan import CODE_DIGITS, PLANS
from gateway.verification.numbering.reading import plainly_at_home
from gateway.verification.numbering.single import Understood
from gateway.verification.numbering.writing import Written, written

_BETWEEN: Final = b" -()."
"""Signs between digits that part no two numbers, but for an opening bracket behind digits enough for one."""
_CODE: Final = slice(1, 1 + CODE_DIGITS)
"""Where a number with its plus sign has the calling code."""


def alone(text: str, hints: Sequence[RegionHint]) -> Understood | None:
    """Read a text that is one right number, with a plus sign or 00 or in the first country of `hints`; None in doubt.

    Any sign of another number in it makes a doubt, or of digits that are none of the number's.
    """
    extension: str | None = None
    if text.isascii() and (number := text.encode().translate(None, _BETWEEN).decode()).removeprefix("+").isdigit():
        # What follows is `undivided` in short: of its signs this text has only brackets.
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
    return _worldwide(number, extension) if number[0] == "+" else _at_home(text, number, extension, hints)


def undoubted(text: str, form: Written) -> bool:
    """Whether a number that is right as it stands is all that a text says: what looks like a day belongs to it."""
    if not undivided(text, form):
        return False
    return form.plus or (_begins_and_ends(text, form.digits) and not holds_account(text))


def _tells_more(text: str, form: Written) -> bool:
    """Whether more may be in a text of digits and words than a number with its label and its extension."""
    if not undivided(text, form):
        return True
    return not form.plus and (misspelt(text) or without_other_things(text) != text)


def _begins_and_ends(text: str, digits: str) -> bool:
    """Whether digits without a plus sign are more than a day, and no other number may stand at their end."""
    if text[0] != "0" and may_be_behind(text):
        return False
    return len(digits) > LONGEST_DAY or without_other_things(text) == text


def _at_home(text: str, digits: str, extension: str | None, hints: Sequence[RegionHint]) -> Understood | None:
    """Read digits without a plus sign, where they are no day, and no other number may stand at their end."""
    reading = plainly_at_home(digits, extension, hints[0].region) if hints else None
    if reading is None:
        return None
    if not reading.right:
        # 00 is the prefix for a number abroad where it means nothing else; of other countries none is asked here.
        return _worldwide(f"+{digits[2:]}", extension) if text.startswith("00") and len(hints) == 1 else None
    return (reading, hints[0]) if _begins_and_ends(text, digits) else None


def _worldwide(number: str, extension: str | None) -> Understood | None:
    plan = PLANS[number[_CODE]]
    reading = None if plan is None else plan.read_right(number, extension)
    return None if reading is None else (reading, None)
