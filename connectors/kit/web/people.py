"""Telling whether a text of a company speaks of people, so that it is left out; names alone cannot be told."""

import re
from typing import Final

_NAMED: Final = re.compile(
    r"""\b(?: ceo | cto | cfo | coo | owner | founder | co-?founder | (?: founded | managed | led | run ) \s+ by
          | inhaber (?:in)? | gesch(?: \u00e4 | ae | a )ftsf\w* | gr(?: \u00fc | ue )nder (?:in)?
          | gegr(?: \u00fc | ue )ndet \s+ von | geleitet \s+ von | chef (?:in)?
          | (?: fond | dirig ) [\u00e9e] e? \s+ par | g[\u00e9e]rante? | pdg
          | fundad[oa] \s+ p[eo]r | fundador a? | gerente | propietari[oa]
          | fondat[oa] \s+ da | titolare | amministratore | opgericht \s+ door | oprichter | eigenaar
          | za[\u0142l]o[\u017cz]on\w* \s+ przez | w[\u0142l]a[\u015bs]ciciel\w* | prezes )\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words beside which people are named."""
_TITLED: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Herr|Frau|Dr|Prof|Mme|Sr|Sra|Dott|Ing|Dipl|Pan|Pani)\.?\s+[A-Z\u00c0-\u00dd\u0141\u015a\u017b]"
)
_CONTACT: Final = re.compile(r"@|\+?\d[\d\s()/-]{7,}")
_CARE_OF: Final = re.compile(r"\bc/o\b|\bz\.\s?hd\b|\battn\b|\bt\.a\.v\b", re.IGNORECASE)


def speaks_of_people(text: str) -> bool:
    """Whether people are likely to be named: beside what they do there, a title, or how to reach them."""
    return any(sign.search(text) is not None for sign in (_NAMED, _TITLED, _CONTACT))


def is_reachable(text: str) -> bool:
    """Whether a text that is to be a name or a place holds an address or a number to reach somebody at."""
    return _CONTACT.search(text) is not None


def is_in_care_of(text: str) -> bool:
    """Whether a street is that of somebody who takes the mail."""
    return _CARE_OF.search(text) is not None
