"""What a lead says of its company, and what the look-ups bring back: frozen values that the verdict is made from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeGuard

from gateway.verification.answers import DomainMail, ListHits
from gateway.verification.company.model import DomainSource
from gateway.verification.company.names import Site, read_host, read_site
from gateway.verification.model import EmailVerdict

_NO_SITE: Final = (
    r"(?:no|(?:noch )?keine?|pas de|sin|nessun) (?:(?:web[\s-]?)?(?:site|seite)(?: web)?|home-?page|web|sito(?: web)?)"
)
_NOTHING: Final = re.compile(
    r"[\s.,/_*!?\-\u2013]*+"
    r"(?:n[\W_]?a|k[\W_]{0,2}a|no|none|null|nil|nan|0+|x+|tbd|unknown|keine?|unbekannt|aucune?|non|nessun[oa]?|ningun[oa]"
    rf"|geen|brak|nie dotyczy|{_NO_SITE}|noch keine|coming soon|under construction|in arbeit|im aufbau|en construction"
    r"|in costruzione)?[\s.,/_*!?\-\u2013]*+",
    re.IGNORECASE,
)
"""What people write where they have nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is said of the company, as it came in, and the verdict on the lead's e-mail address; None is unsaid.

    `country` is ISO 3166-1 alpha-2.
    """

    domain: str | None = field(default=None, repr=False)
    website: str | None = field(default=None, repr=False)
    country: str | None = None
    vat_id: str | None = field(default=None, repr=False)
    email: EmailVerdict | None = field(default=None, repr=False)

    def sites(self) -> dict[DomainSource, Site]:
        """Read what each source names, the best source first; one that names nothing is left out."""
        found = {}
        for source, value in ((DomainSource.COMPANY_DOMAIN, self.domain), (DomainSource.WEBSITE, self.website)):
            if is_given(value):
                found[source] = read_site(value)
        mailbox = None if self.email is None else self.email.evidence.domain
        if mailbox is not None:
            found[DomainSource.EMAIL] = read_host(mailbox)
        return found


def is_given(value: str | None) -> TypeGuard[str]:
    """Whether a field says anything: `n/a`, `-`, `keine` and their like stand where a form wants something."""
    return value is not None and _NOTHING.fullmatch(value) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServers:
    """Who serves a domain: host names in lower case; `ended` is False where the question did not end."""

    hosts: tuple[str, ...] = ()
    ended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was looked up. `lists` by host or registered domain; `names` and `mail` by registered domain.

    What is not in a table was not asked.
    """

    lists: Mapping[str, ListHits] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    names: Mapping[str, NameServers] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    mail: Mapping[str, DomainMail] = field(default_factory=lambda: MappingProxyType({}), repr=False)


NOTHING_LOOKED_UP = Looked()
