"""How a value is read: by the fast path where it is certain, else by the library."""

from typing import Final

from gateway.verification.model import PhoneType
from gateway.verification.numbering import library
from gateway.verification.numbering.home import home_of
from gateway.verification.numbering.outcome import CODE_INVALID, NOT_A_NUMBER, REGION_MISSING, Reading
from gateway.verification.numbering.plan import plan_of
from gateway.verification.numbering.retired import current
from gateway.verification.numbering.writing import Written, wordy

_LINES: Final = frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE})


def read(text: str, region: str | None, form: Written | None) -> Reading:
    """Read a value of at most 250 characters in the form of a country (a supported code), or of none.

    `form` is what `written` makes of the same text, so that several countries cost it once.
    """
    if form is None:
        return NOT_A_NUMBER if wordy(text) else library.read(text, region)
    return fast(form, region) or library.read(text, region)


def read_at_home(text: str, region: str, form: Written | None) -> Reading:
    """Read a value in the form of a country, in today's form, with the plus sign that it lacks.

    Where plans have no fixed length, as in Germany, `49 170 1234567` is also a right number behind a trunk 0 that
    nobody wrote: the library takes it for that one.
    """
    found = current(read(text, region, form))
    if form is None or form.plus or found.e164 is None or found.e164[1:3] != form.digits[:2]:
        return found
    home = home_of(region)
    if home is None or not home.lacks_a_plus(form.digits) or found.e164 == f"+{form.digits}":
        return found
    meant = worldwide(form._replace(plus=True))
    # A service's number is dialled at home, without the country's code.
    ordinary = meant is not None and not meant.outcome.types.isdisjoint(_LINES)
    return meant._replace(international=False) if meant is not None and ordinary else found


def fast(form: Written, region: str | None) -> Reading | None:
    """What the library would say of a number written in this form; None when in doubt."""
    digits, plus, extension = form
    if plus:
        # With a country at hand, the library tries an unknown code once more without the plus sign.
        return CODE_INVALID if region is None and plan_of(digits) is None else worldwide(form)
    if region is None:
        return REGION_MISSING
    home = home_of(region)
    return None if home is None else home.read(digits, extension)


def worldwide(form: Written) -> Reading | None:
    """What the library would say of a number with a plus sign, whichever countries it may be read in; None in doubt."""
    plan = plan_of(form.digits)
    return None if plan is None else plan.dialled(form.digits, form.extension, international=True)
