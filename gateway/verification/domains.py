"""Domains with a meaning of their own: special-use names, folding providers, and typing errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import OSA

TYPO_LIST: Final = "leadgate-typo-traps@3"
"""Name and version of the list of misspelt providers, for the evidence."""

SPECIAL_USE: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
"""Suffixes that never receive Internet mail (RFC 6761, RFC 6762, RFC 7686), each a single label.

`example` is not among them: RFC 6761 section 6.5 asks applications to treat it as any other name, and DNS
tells.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What a provider makes of the part before the @.

    It leaves out what follows `tag`, and the characters in `ignored`; it files the rest under `domain`, and under
    `owner` where the domain itself names the mailbox.
    """

    tag: str = "+"
    ignored: str = ""
    domain: str | None = None
    owner: str | None = field(default=None, repr=False)

    def name_of(self, name: str) -> str:
        """The mailbox's own name, from a local part in lower case; as it is where folding would leave no name.

        That is one that begins with the sign, or consists of ignored characters, or has a dot before the sign that
        counts.
        """
        if self.owner is not None:
            return self.owner
        left = name.partition(self.tag)[0]
        for sign in self.ignored:
            left = left.replace(sign, "")
        return name if not left or left[-1] == "." else left


_TAGGING: Final = """
outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr live.com msn.com
icloud.com me.com mac.com mailbox.org runbox.com
"""
_GMAIL: Final = Folding(ignored=".", domain="gmail.com")
_PROTON: Final = Folding(ignored=".-_")
_YANDEX: Final = Folding(domain="yandex.ru")
_FASTMAIL: Final = ("fastmail.com", "fastmail.fm")
_TAGS: Final = Folding()
FOLDING: Final[Mapping[str, Folding]] = MappingProxyType(
    {
        **dict.fromkeys(("gmail.com", "googlemail.com"), _GMAIL),
        **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), _PROTON),
        **dict.fromkeys(("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua"), _YANDEX),
        **dict.fromkeys((*_FASTMAIL, *_TAGGING.split()), _TAGS),
    }
)
"""Providers whose addresses have several spellings for one mailbox, as they say themselves:

- Gmail ignores dots and tags, and googlemail.com is the same service (support.google.com/mail/answer/7436150).
- Proton takes `.`, `-` and `_` for nothing at all (proton.me/support/change-username) and delivers tags
  (proton.me/support/addresses-and-aliases). Its domains stay apart: not every owner has a name at all of them.
- Yandex gives each mailbox the same name at all its domains (yandex.com/support/domain/additional/mailbox-alias.xml).
- Fastmail delivers tags, and what is sent to the mailbox's name as a sub-domain, see `folding`
  (fastmail.help/hc/en-us/articles/360060591053).
- mailbox.org (kb.mailbox.org) and Runbox (blog.runbox.com) deliver tags; Outlook.com does since 2013.
- That Apple's domains and Yandex deliver tags is what their users report. A name with a + cannot be chosen at Yandex
  (yandex.com/support/domain/domain/mail.html), so nobody else is meant by one.

Yahoo's hyphen is left alone: what stands before it is a nickname of its own, which does not tell the owner.
"""


def folding(domain: str) -> Folding | None:
    """How the provider of a domain, in A-label form, folds names; None where nothing is known to fold.

    `shop@jane.fastmail.com` is the mailbox `jane@fastmail.com`: sub-domain addressing, for one label.
    """
    rule = FOLDING.get(domain)
    if rule is None and domain.endswith(_FASTMAIL):
        owner, _, provider = domain.partition(".")
        return Folding(owner=owner, domain=provider) if provider in _FASTMAIL else None
    return rule


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
_REAL: Final = frozenset({"ymail.com", "rocketmail.com", "mail.com", "email.com"})
"""Providers with a name near to that of a greater one."""
_SHORT: Final = 8
_COUNTRY: Final = 2
_LONG: Final = 5
_LONG_NAMES: Final = frozenset(name for name in KNOWN if len(name.partition(".")[0]) >= _LONG)
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
    country, gets no suggestion.
    """
    if domain in TRAPS:
        return TRAPS[domain]
    if domain in KNOWN or domain in _REAL or len(domain) > _MAX_OCTETS:
        return None
    stem, _, tld = domain.rpartition(".")
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
