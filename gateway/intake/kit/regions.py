"""Parts of countries (ISO 3166-2): `US-CA` as a program says it, and states of the US by code or name as forms do.

Only the states of the US are known by name: there the state makes the law. Another country's part is read where it
comes as a whole code, `DE-BY`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.intake.kit.countries import CODES, fold_name

_CODE: Final = re.compile(r"([A-Z]{2})[-_]([A-Z0-9]{1,3})")
_US: Final = "US"
_STATES: Final = """
AL alabama | AK alaska | AZ arizona | AR arkansas | CA california kalifornien californie kalifornia californië
CO colorado | CT connecticut | DE delaware | DC district-of-columbia washington-dc | FL florida | GA georgia
HI hawaii | ID idaho | IL illinois | IN indiana | IA iowa | KS kansas | KY kentucky | LA louisiana | ME maine
MD maryland | MA massachusetts | MI michigan | MN minnesota | MS mississippi | MO missouri | MT montana
NE nebraska | NV nevada | NH new-hampshire | NJ new-jersey | NM new-mexico | NY new-york | NC north-carolina
ND north-dakota | OH ohio | OK oklahoma | OR oregon | PA pennsylvania | RI rhode-island | SC south-carolina
SD south-dakota | TN tennessee | TX texas | UT utah | VT vermont | VA virginia | WA washington
WV west-virginia | WI wisconsin | WY wyoming
"""
_ELSEWHERE: Final = frozenset({"GA"})
"""States whose name alone may mean another place: Georgia is a country too."""


def _states() -> Mapping[str, str]:
    entries = (entry.split() for line in _STATES.split("\n") for entry in line.split("|"))
    return MappingProxyType({fold_name(name): words[0] for words in entries if words for name in words[1:]})


STATES: Final = _states()
"""Codes of the 50 states and the District of Columbia, by their folded name."""
_STATE_CODES: Final = frozenset(STATES.values())


def region_code(text: str, country: str | None = None) -> str | None:
    """Read a part of a country in its usual form; None when it is none, or lies in another country.

    Args:
        text: `US-CA`, `us_ca`; beside `US`, also `CA` and `California`; without a country, a state's whole name.
        country: the ISO 3166-1 code that stands beside it, if one does.
    """
    found = _CODE.fullmatch(text.strip().upper())
    if found is not None:
        fits = found[1] in CODES if country is None else found[1] == country
        return f"{found[1]}-{found[2]}" if fits and (found[1] != _US or found[2] in _STATE_CODES) else None
    if country not in {None, _US}:
        return None
    state = STATES.get(fold_name(text))
    if country is None:
        return None if state is None or state in _ELSEWHERE else f"{_US}-{state}"
    code = text.strip().upper()
    state = code if code in _STATE_CODES else state
    return None if state is None else f"{_US}-{state}"


def country_in(region: str) -> str:
    """The country that a region's code begins with."""
    return region.partition("-")[0]
