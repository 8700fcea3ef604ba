"""Parts of countries (ISO 3166-2): `US-CA` as a program says it, and states of the US by code or name as forms do.

Only those of the US are known by name: there the state makes the law. Some countries' parts are known by code; where
they are not, a whole code counts as it is said, `FR-75`. What is no part that is known costs no lead: every way in
keeps its text as an attribute, and the country where a whole code names one.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.intake.kit.countries import CODES, fold_name

_CODE: Final = re.compile(r"([A-Z]{2})[-_]([A-Z0-9]{1,3})")
_US: Final = "US"
_PARTS: Final = """
AT 1 2 3 4 5 6 7 8 9
AU ACT NSW NT QLD SA TAS VIC WA
CA AB BC MB NB NL NS NT NU ON PE QC SK YT
CH AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH
DE BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH
"""
"""Parts by country, where there are few that seldom change (ISO 3166-2 of 2024)."""
_STATES: Final = """
AL alabama | AK alaska | AZ arizona | AR arkansas | CA california kalifornien californie kalifornia californië
CO colorado | CT connecticut | DE delaware | DC district-of-columbia washington-dc | FL florida | GA georgia
HI hawaii | ID idaho | IL illinois | IN indiana | IA iowa | KS kansas | KY kentucky | LA louisiana | ME maine
MD maryland | MA massachusetts | MI michigan | MN minnesota | MS mississippi | MO missouri | MT montana
NE nebraska | NV nevada | NH new-hampshire | NJ new-jersey | NM new-mexico | NY new-york | NC north-carolina
ND north-dakota | OH ohio | OK oklahoma | OR oregon | PA pennsylvania | RI rhode-island | SC south-carolina
SD south-dakota | TN tennessee | TX texas | UT utah | VT vermont | VA virginia | WA washington
WV west-virginia | WI wisconsin | WY wyoming | AS american-samoa | GU guam | MP northern-mariana-islands
PR puerto-rico | UM united-states-minor-outlying-islands | VI us-virgin-islands virgin-islands virgin-islands-us
"""
_ELSEWHERE: Final = frozenset({"GA", "VI"})
"""Those whose name alone may mean another place: Georgia is a country too, and some Virgin Islands are British."""


def _states() -> Mapping[str, str]:
    entries = (entry.split() for line in _STATES.split("\n") for entry in line.split("|"))
    return MappingProxyType({fold_name(name): words[0] for words in entries if words for name in words[1:]})


STATES: Final = _states()
"""Codes of the 50 states, the District of Columbia and the six outlying areas, by their folded name."""


def _parts() -> Mapping[str, frozenset[str]]:
    lines = (line.split() for line in _PARTS.split("\n") if line)
    return MappingProxyType({words[0]: frozenset(words[1:]) for words in lines} | {_US: frozenset(STATES.values())})


KNOWN: Final = _parts()
"""The parts of the countries whose parts are known."""


def region_code(text: str, country: str | None = None) -> str | None:
    """Read a part of a country in its usual form; None when it is none, or lies in another country.

    Args:
        text: `US-CA`, `us_ca`; beside `US`, also `CA` and `California`; without a country, a state's whole name.
        country: the ISO 3166-1 code that stands beside it, if one does.
    """
    code = text.strip().upper()
    found = _CODE.fullmatch(code)
    if found is not None:
        fits = found[1] in CODES if country is None else found[1] == country
        return f"{found[1]}-{found[2]}" if fits and found[2] in KNOWN.get(found[1], {found[2]}) else None
    if country is not None and code in KNOWN.get(country, ()):
        return f"{country}-{code}"
    state = STATES.get(fold_name(text)) if country in {None, _US} else None
    unclear = state is None or (country is None and state in _ELSEWHERE)
    return None if unclear else f"{_US}-{state}"


def country_in(text: str) -> str | None:
    """The country that a region's whole code begins with, be its part known or not; None when it is no such code."""
    found = _CODE.fullmatch(text.strip().upper())
    return found[1] if found is not None and found[1] in CODES else None
