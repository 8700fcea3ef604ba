"""Domains with a meaning of their own: special-use names, folding providers, and typing errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import OSA

TYPO_LIST: Final = "leadgate-typo-traps@1"
"""Name and version of the list of misspelt providers, for the evidence."""

SPECIAL_USE: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Suffixes that never receive Internet mail (RFC 6761, RFC 6762, RFC 7686).

`example` is not among them: RFC 6761 section 6.5 asks applications to treat it as any other name, and DNS
tells.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What a provider ignores before the @: what follows `tag`, and dots; `domain` is where it files it."""

    tag: str | None = "+"
    dots: bool = False
    domain: str | None = None


_FOLD_TAGS: Final = """
outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr live.com msn.com
icloud.com me.com mac.com fastmail.com fastmail.fm proton.me protonmail.com protonmail.ch pm.me
mailbox.org posteo.de runbox.com yandex.com yandex.ru
"""
_GMAIL: Final = Folding(dots=True, domain="gmail.com")
_TAGS: Final = Folding()
FOLDING: Final[Mapping[str, Folding]] = MappingProxyType(
    {
        "gmail.com": _GMAIL,
        "googlemail.com": _GMAIL,
        **dict.fromkeys(_FOLD_TAGS.split(), _TAGS),
    }
)
"""Providers known to deliver tagged addresses to the untagged mailbox; Gmail ignores dots as well."""

_KNOWN_NAMES: Final = """
gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com live.com msn.com googlemail.com me.com
gmx.de web.de t-online.de gmx.net gmx.com gmx.at gmx.ch freenet.de mail.ru yandex.ru proton.me
protonmail.com mac.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
yahoo.co.uk hotmail.co.uk btinternet.com sky.com virginmedia.com talktalk.net orange.fr wanadoo.fr
free.fr laposte.net sfr.fr hotmail.fr yahoo.fr libero.it virgilio.it tiscali.it hotmail.it yahoo.it
hotmail.es yahoo.es telefonica.net ziggo.nl kpnmail.nl planet.nl xs4all.nl bluewin.ch wp.pl onet.pl
interia.pl o2.pl uol.com.br bol.com.br terra.com.br qq.com 163.com 126.com naver.com rediffmail.com
zoho.com fastmail.com
"""
KNOWN: Final = tuple(_KNOWN_NAMES.split())
"""Providers that people mean when they mistype, the most used first."""

_TRAP_NAMES: Final = """
gmail.com gmial.com gmal.com gamil.com gnail.com gmai.com gmaill.com gmail.co gmail.cm
gmail.com gmail.con gmail.om gmil.com gmsil.com gmaul.com gmali.com
gmail.com gmail.comm
yahoo.com yaho.com yahooo.com yhaoo.com yhoo.com yahho.com yahoo.co yahoo.cm yahoo.con yaoo.com
hotmail.com hotmial.com hotmai.com hotmal.com hotmaill.com hotmil.com hotamil.com hotmail.co
hotmail.com hotmail.cm hotmail.con htmail.com
outlook.com outlok.com outllook.com outloo.com outlook.co outlook.cm outlook.con oulook.com
outlook.com otlook.com
icloud.com iclod.com icoud.com iclould.com icloud.co icloud.con icould.com
aol.com aol.co aol.con aol.cm
web.de web.ed
gmx.de gmx.ed gmc.de
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


def matches_suffix(domain: str, suffixes: frozenset[str]) -> bool:
    """Whether the domain, or any domain above it, is in the set; O(labels)."""
    if domain in suffixes:
        return True
    at = domain.find(".")
    while at != -1:
        if domain[at + 1 :] in suffixes:
            return True
        at = domain.find(".", at + 1)
    return False


def suggest_domain(domain: str) -> str | None:
    """The domain that was probably meant, or None.

    The distance (optimal string alignment) is 1 at most, 2 for names from 8 characters on. It says nothing
    about whether the typed domain works: ask only when that domain cannot receive mail, or is a known trap.
    A domain that is a provider's own gets no suggestion.
    """
    if domain in TRAPS:
        return TRAPS[domain]
    if domain in KNOWN:
        return None
    limit = 1 if len(domain) < _SHORT else 2
    distances = ((OSA.distance(domain, known, score_cutoff=limit), known) for known in KNOWN)
    close = min((pair for pair in distances if pair[0] <= limit), key=lambda pair: pair[0], default=None)
    if close is not None:
        return close[1]
    stem, _, tld = domain.rpartition(".")
    return f"{stem}.{_TLD_TYPOS[tld]}" if stem and tld in _TLD_TYPOS else None
