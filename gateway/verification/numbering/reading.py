"""How a value is read: by the fast path where it is certain, else by the library."""

import re
from typing import Final

from gateway.verification.model import PhoneType
from gateway.verification.numbering import library
from gateway.verification.numbering.home import home_of
from gateway.verification.numbering.library import Found
from gateway.verification.numbering.outcome import CODE_INVALID, LINES, NOT_A_NUMBER, REGION_MISSING, Reading
from gateway.verification.numbering.plan import CODE_DIGITS, PLANS, plan_of
from gateway.verification.numbering.retired import current
from gateway.verification.numbering.writing import MAX_DIGITS, MIN_DIGITS, Written, wordy

_MOBILES: Final = frozenset({PhoneType.MOBILE})
_AREA: Final = re.compile(r"\(?\d{4,5}\s?[)/-]")


def read(text: str, region: str | None, form: Written | None) -> Reading:
    """Read a value of at most 250 characters in the form of a country (a supported code), or of none.

    `form` is what `written` makes of the same text, so that several countries cost it once.
    """
    known = None if form is None else fast(form, region)
    return known or read_found(find(text), region)


def find(text: str) -> Found | None:
    """What the library finds in a text, whatever the country; None when it finds no number."""
    return None if wordy(text) else library.find(text)


def read_found(found: Found | None, region: str | None) -> Reading:
    """Read what was found in a text in the form of a country (a supported code), or of none."""
    if found is None:
        return NOT_A_NUMBER
    digits = found.form.digits
    if len(digits) < MIN_DIGITS:
        return library.read(found, region)
    # More digits than are read are too many for any number, whichever they are.
    return fast(found.form._replace(digits=digits[:MAX_DIGITS]), region) or library.read(found, region)


def read_at_home(text: str, region: str, form: Written | None) -> Reading:
    """Read a value in the form of a country, in today's form, with the plus sign that it lacks.

    Where plans have no fixed length, as in Germany, `49 170 1234567` is also a right number behind a trunk 0 that
    nobody wrote: the library takes it for that one.
    """
    found = read(text, region, form)
    # Whose first two digits are not those of the country's code, as of nearly all, begins with no such code.
    if form is None or form.plus or found.e164 is None or not found.e164.startswith(form.digits[:2], 1):
        return current(found)
    home = home_of(region)
    if home is None or not home.lacks_a_plus(form.digits) or found.e164 == f"+{form.digits}":
        return current(found)
    dialled = worldwide(form._replace(plus=True))
    # A service's number is dialled at home, without the country's code; what a slash ends is an area code: 4921/920000.
    lines = _MOBILES if _AREA.match(text) is not None else LINES
    ordinary = dialled is not None and not dialled.outcome.types.isdisjoint(lines)
    return dialled._replace(international=False) if dialled is not None and ordinary else current(found)


def plainly_at_home(digits: str, extension: str | None, region: str) -> Reading | None:
    """What digits are in today's plan of a country, right or not; None in doubt, or where they may lack a plus sign."""
    home = home_of(region)
    found = None if home is None else home.read(digits, extension)
    if found is None or found.e164 is None:
        return None
    return None if found.e164.startswith(digits[:2], 1) and found.e164[1:] != digits else found


def fast(form: Written, region: str | None) -> Reading | None:
    """What the library would say of a number written in this form; None when in doubt."""
    digits, plus, extension = form
    if plus and (plan := plan_of(digits)) is not None:
        return plan.dialled(digits, extension, international=True)
    if region is None:
        return CODE_INVALID if plus else REGION_MISSING
    home = home_of(region)
    if home is None:
        return None
    # With a country at hand, the library tries an unknown code once more without the plus sign.
    return home.read_with_prefix(digits, extension) if plus else home.read(digits, extension)


def worldwide(form: Written) -> Reading | None:
    """What the library would say of a number with a plus sign, whichever countries it may be read in; None in doubt."""
    digits, _, extension = form
    plan = PLANS[digits[:CODE_DIGITS]]
    return None if plan is None else plan.dialled(digits, extension, international=True)
