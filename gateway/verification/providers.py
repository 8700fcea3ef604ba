"""Public mailbox providers: who they are, whom people mean when they mistype, and how they fold names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

PROVIDER_LIST: Final = "leadgate-providers@3"
"""Name and version of the list in this file, for the evidence."""

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

_OTHERS: Final = """
fastmail.com fastmail.fm proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de
tutamail.com tuta.io tuta.com keemail.me zoho.com zoho.eu zohomail.com zohomail.eu gmx.com gmx.de gmx.net gmx.at gmx.ch
mailbox.org posteo.de posteo.net runbox.com hushmail.com startmail.com mailfence.com disroot.org riseup.net
ymail.com rocketmail.com mail.com email.com
docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp ymobile.ne.jp ocn.ne.jp biglobe.ne.jp nifty.com plala.or.jp
so-net.ne.jp netcologne.de ewetel.net ewe.net vodafone.de versanet.de kabelmail.de osnanet.de alice-dsl.net alice.de
arcor.de email.de aol.de gmx.fr gmx.es gmx.co.uk gmx.us gmx.org gmx.eu gmx.info gmx.li neuf.fr club-internet.fr bbox.fr
numericable.fr aliceadsl.fr cegetel.net tin.it alice.it tim.it fastwebnet.it inwind.it iol.it chello.at chello.nl
aon.at hispeed.ch sunrise.ch sympatico.ca shaw.ca videotron.ca mail.dk stofanet.dk tdcadsl.dk online.no bredband.net
inbox.lv inbox.lt azet.sk centrum.sk volny.cz centrum.cz atlas.cz t-online.hu freemail.hu citromail.hu daum.net
hanmail.net nate.com prodigy.net.mx netvigator.com mweb.co.za telkomsa.net walla.co.il walla.com bezeqint.net qip.ru
meta.ua i.ua ukr.net bigmir.net sapo.pt skynet.be telenet.be bigpond.com bigpond.net.au optusnet.com.au iinet.net.au
xtra.co.nz
"""
"""Beside the services that people know by their names, access providers that give each customer a mailbox."""


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
mailbox.org runbox.com
"""
_GMAIL: Final = Folding(ignored=".", domain="gmail.com")
_PROTON: Final = Folding(ignored=".-_")
_YANDEX: Final = Folding(domain="yandex.ru")
_APPLE: Final = Folding(domain="icloud.com")
_FASTMAIL: Final = ("fastmail.com", "fastmail.fm")
_TAGS: Final = Folding()
FOLDING: Final[Mapping[str, Folding]] = MappingProxyType(
    {
        **dict.fromkeys(("gmail.com", "googlemail.com"), _GMAIL),
        **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), _PROTON),
        **dict.fromkeys(("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua"), _YANDEX),
        **dict.fromkeys(("icloud.com", "me.com", "mac.com"), _APPLE),
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
- Who had an address at me.com or mac.com has the same name at icloud.com (support.apple.com/HT201771).
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


PROVIDERS: Final = frozenset((*KNOWN, *_OTHERS.split(), *FOLDING))
"""Every provider in this file: free to the public, never disposable, whatever other lists copy from each other."""
