"""In which country's register a company is worth looking for, where nobody said its country. Pure.

A guess is good for one thing: to ask a free register that takes no question without a country. It is no fact: it is not
compared with, no vendor that charges gets it, and nothing of it is merged. A register that knows the name there is
believed as little as any source that was asked by name with the country unknown.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.lead import Lead
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.model import RegionSource, Validity

COUNTRY: Final = "company.country"

_ENDINGS: Final = """
    at be bg by ch cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl no pl pt ro rs ru se si sk tr ua uk
    ar bo br ca cl cr do ec gt hn mx ni pa pe py sv us uy ve
    ae bd cn hk il in jo jp kr kw kz lk my np om ph pk qa sa sg th tw uz vn
    au nz bw dz eg et gh ke ma mz na ng rw sn tn tz ug za zm zw
"""
AT_HOME: Final = frozenset(_ENDINGS.split())
"""Top-level domains of countries whose companies are who has names there. Left out is what is sold and used for its
letters (.io, .co, .ai, .me, .tv, .cc, .to, .fm, .ly, .is, .id, .md and many more), what is nobody's country (.eu, .su),
and what nobody was sure of."""
_OTHERWISE: Final = {"uk": "GB"}
"""Where the ending is not the country's code (ISO 3166-1 alpha-2)."""


class Hint(StrEnum):
    """What a guess rests on, the best first."""

    VAT_NUMBER = "vat_number"
    """The number is right in its form and check digit, and begins with the country."""
    DOMAIN_ENDING = "domain_ending"
    """The company's domain ends in the country's."""
    PHONE_AND_PERSON = "phone_and_person"
    """The country code of the person's number, and the country that the person says, are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A company's country (ISO 3166-1 alpha-2) as far as it can be guessed, and what that rests on."""

    country: str
    hint: Hint


def guess_country(lead: Lead, verdict: CompanyVerdict, *, personal: bool) -> Guess | None:
    """Guesses the country of a lead's company; None where nothing is good enough.

    Args:
        lead: with its verdicts, if it has any.
        verdict: on its company.
        personal: whether personal fields may be asked with: what the person says of itself is not used else.
    """
    number = verdict.evidence.vat_country
    if number is not None and verdict.facts.vat_form and verdict.facts.vat_check_digit is not False:
        return Guess(country=number, hint=Hint.VAT_NUMBER)
    ending = (verdict.domain or "").rpartition(".")[2]
    if ending in AT_HOME:
        return Guess(country=_OTHERWISE.get(ending, ending.upper()), hint=Hint.DOMAIN_ENDING)
    said = lead.submission.person.country
    if personal and said is not None and said == _called_from(lead):
        return Guess(country=said, hint=Hint.PHONE_AND_PERSON)
    return None


def _called_from(lead: Lead) -> str | None:
    """The country that a number names itself; one that was read by the country that the person says adds nothing."""
    if lead.phone is None or lead.phone.verdict is Validity.INVALID:
        return None
    found = lead.phone.evidence
    return found.region if found.region_source is RegionSource.NUMBER else None
