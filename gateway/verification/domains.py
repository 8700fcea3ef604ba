"""Domains with a meaning of their own: special-use names and typing errors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import OSA

from gateway.verification.providers import KNOWN, PROVIDERS

TYPO_LIST: Final = "leadgate-typo-traps@3"
"""Name and version of the list of misspelt providers, for the evidence."""

SPECIAL_USE: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Suffixes that never receive Internet mail (RFC 6761, RFC 6762, RFC 7686), each a single label.

`example` is not among them: RFC 6761 section 6.5 asks applications to treat it as any other name, and DNS
tells.
"""


_TRAP_NAMES: Final = """
gmail.com gmial.com gmal.com gamil.com gnail.com gmai.com gmaill.com gmail.co gmail.cm
gmail.com gmail.con gmail.om gmil.com gmsil.com gmaul.com gmali.com
gmail.com gmail.comm
yahoo.com yahoo.om
yahoo.com yaho.com yahooo.com yhaoo.com yhoo.com yahho.com yahoo.co yahoo.cm yahoo.con yaoo.com
hotmail.com hotmial.com hotmai.com hotmal.com hotmaill.com hotmil.com hotamil.com hotmail.co
hotmail.com hotmail.cm hotmail.con htmail.com hotmail.om
outlook.com outlook.om
outlook.com outlok.com outllook.com outloo.com outlook.co outlook.cm outlook.con oulook.com
outlook.com otlook.com
icloud.com iclod.com icoud.com iclould.com icloud.co icloud.con icould.com
aol.com aol.co aol.con aol.cm
web.de web.ed
gmx.de gmx.ed
"""
TRAPS: Final[Mapping[str, str]] = MappingProxyType(
    {typo: meant for meant, *typos in map(str.split, _TRAP_NAMES.strip().splitlines()) for typo in typos}
)
"""Misspellings of providers by what was meant; some are registered and take the mail meant for others."""

_TLD_TYPOS: Final = MappingProxyType(
    dict.fromkeys(("con", "cmo", "ocm", "vom", "xom", "comm", "coom"), "com")
    | {"ent": "net", "nte": "net", "ogr": "org"}
)
_SHORT: Final = 8
_COUNTRY: Final = 2
_LONG: Final = 5
_LONG_NAMES: Final = frozenset(name for name in KNOWN if len(name.partition(".")[0]) >= _LONG)
_AT_ONE_ENDING: Final = frozenset({"gmail", "googlemail", "icloud", "protonmail", "rediffmail"})
"""Providers that have no other ending than .com, as yahoo and hotmail have in many countries: `gmail.es`."""
_MAX_OCTETS: Final = 253
_BY_NAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: known
        for known in reversed(KNOWN)
        for name in (known.partition(".")[0], known.replace(".", ""))
        if len(name) >= _LONG
    }
)
"""Providers by their names alone, and by domains without the dot: the most used where several share a name."""


def matches_suffix(domain: str, suffixes: frozenset[str]) -> bool:
    """Whether the domain, or any domain above it, is in the set; a text too long for a name is cut to its end."""
    if len(domain) > _MAX_OCTETS:
        # No list holds a longer name, and to look at each label of a very long text takes quadratic time.
        domain = domain[-_MAX_OCTETS - 1 :].partition(".")[2]
    if domain in suffixes:
        return True
    at = domain.find(".")
    while at != -1:
        if domain[at + 1 :] in suffixes:
            return True
        at = domain.find(".", at + 1)
    return False


def provider_named(name: str) -> str | None:
    """The domain of the provider that is named without its ending or its dot: `gmail`, `gmailcom`."""
    return _BY_NAME.get(name.lower())


def suggest_domain(domain: str) -> str | None:
    """The domain that was probably meant, or None.

    A typing error in the top-level domain comes first, since one mistake is likelier than two. Then the nearest
    provider is meant: the distance (optimal string alignment) is 1 at most; 2 from 8 characters on, where the
    provider's own name has 5 and no other is as near. It says nothing about whether the typed domain works: ask only
    when that domain cannot receive mail, or is a known trap. A domain that is a provider's own, or its name in another
    country, gets no suggestion where that provider is in several.
    """
    if domain in TRAPS:
        return TRAPS[domain]
    if domain in PROVIDERS or len(domain) > _MAX_OCTETS:
        return None
    stem, _, tld = domain.rpartition(".")
    if stem in _AT_ONE_ENDING:
        return f"{stem}.com"
    if stem and tld in _TLD_TYPOS:
        meant = f"{stem}.{_TLD_TYPOS[tld]}"
        return TRAPS.get(meant, meant)
    return None if _elsewhere(domain, stem, tld) else _nearest(domain)


def _elsewhere(domain: str, stem: str, tld: str) -> bool:
    """Whether it is a provider's name in another country, or what a provider's country stands behind."""
    abroad = len(tld) == _COUNTRY and any(known.startswith(f"{stem}.") for known in KNOWN)
    return abroad or any(known.startswith(f"{domain}.") for known in KNOWN)


def _nearest(domain: str) -> str | None:
    limit = 1 if len(domain) < _SHORT else 2
    distances = ((OSA.distance(domain, known, score_cutoff=limit), known) for known in KNOWN)
    near = (pair for pair in distances if pair[0] <= (limit if pair[1] in _LONG_NAMES else 1))
    close = sorted(near, key=lambda pair: pair[0])
    if not close or (close[0][0] > 1 and len(close) > 1 and close[1][0] == close[0][0]):
        return None
    return close[0][1]
