"""Whether a source speaks of the lead's company: asked before anything that it says is merged. Pure.

Strong: it names a domain of the lead's company, also as a former or second one (`company.domains`), or its VAT number,
LEI or register number. Another domain, or another such number, is another company: the whole answer is rejected. Where
neither can be compared, the question counts: who was asked by domain, number or e-mail address is believed, less so if
it names the company otherwise. Who was asked by name alone must name it alike, in the same country, and is believed
less; anybody else is another company.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from connectors.kit import Observation
from connectors.kit.reading import read_country
from connectors.kit.schema import Value
from gateway.enrichment.alike import key
from gateway.enrichment.likeness import fullest, likeness
from gateway.verification.company.names import read_site
from gateway.verification.company.shared import shared_by
from gateway.verification.providers import PROVIDERS

ALIKE: Final = 0.85
"""From here on a name, weighed with the country, is taken for the same."""
UNKNOWN_COUNTRY: Final = 0.95
OTHER_COUNTRY: Final = 0.6
"""What a likeness of names counts where a country is not known, or another one."""
WEAK: Final = 0.8
"""What confidence is multiplied with, beside the likeness, where the name alone speaks for an answer."""
CLAIMED: Final = 0.6
"""The same where nobody but the company's own site says that it has this name: below the goal's confidence, 0.7."""
RENAMED: Final = 0.7
"""What confidence is multiplied with where the domain or number was asked for, and the name is another one."""

MAILBOX_PROVIDER: Final = "company.mailbox_provider"
"""What a source says of itself being everybody's provider; it is judged here and never merged."""

_NUMBERS: Final = frozenset({"lei", "vat", "ein", "cik", "companies_house", "register"})
"""Schemes that name one company; of DUNS, ISIN and networks' ids a group has several."""
_BY_DOMAIN: Final = ("company.domain", "company.website")
_SIGN: Final = re.compile(r"[\W_]+")
_SWISS: Final = re.compile(r"(CHE\d{9})(?:MWST|TVA|IVA|TPV)")
"""The enterprise number with the word for the tax, in one of four languages (UIDG, Art. 5; MWSTG, Art. 66)."""
_GREECE: Final = {"GR": "EL"}
"""The one country whose VAT numbers begin with other letters than its code (Directive 2006/112/EC, Art. 215)."""


class Why(StrEnum):
    """What a source's answer was accepted or rejected for."""

    SAME_DOMAIN = "same_domain"
    SAME_NUMBER = "same_number"
    ASKED_BY_DOMAIN = "asked_by_domain"
    ASKED_BY_NUMBER = "asked_by_number"
    ASKED_BY_ADDRESS = "asked_by_address"
    SAME_NAME = "same_name"
    CLAIMED_NAME = "claimed_name"
    """It was asked by name, and has a name that nobody but the company's own site says."""
    NO_COMPANY_FIELD = "no_company_field"
    """It says nothing of a company."""
    MAIL_PROVIDER = "mail_provider"
    """It says that the company gives mailboxes to everybody."""
    NO_COMPANY_DOMAIN = "no_company_domain"
    """Its domain is a provider's, a network's or a site builder's."""
    OTHER_DOMAIN = "other_domain"
    OTHER_NUMBER = "other_number"
    OTHER_NAME = "other_name"
    """It was asked by name, and names the company otherwise, or in another country."""
    UNTOLD = "untold"
    """It was asked by name, and does not say whom it means."""


_KEYS: Final[Mapping[str, Why]] = MappingProxyType(
    {
        **dict.fromkeys(_BY_DOMAIN, Why.ASKED_BY_DOMAIN),
        "company.vat_id": Why.ASKED_BY_NUMBER,
        **dict.fromkeys(("person.email", "person.email_sha256"), Why.ASKED_BY_ADDRESS),
    }
)
"""What a source can find one company by, the best first."""
_REJECTED: Final = frozenset(
    {Why.MAIL_PROVIDER, Why.NO_COMPANY_DOMAIN, Why.OTHER_DOMAIN, Why.OTHER_NUMBER, Why.OTHER_NAME, Why.UNTOLD}
)
_STRONG: Final = frozenset({Why.SAME_DOMAIN, Why.SAME_NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What came of comparing: why an answer is accepted or rejected, and what its confidence is multiplied with."""

    why: Why
    factor: float = 1.0

    @property
    def accepted(self) -> bool:
        """Whether what it says may be merged."""
        return self.why not in _REJECTED

    @property
    def strong(self) -> bool:
        """Whether the source itself names the company by domain or number."""
        return self.why in _STRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What is known of a company that tells it from others.

    Attributes:
        domains: registered domains, in A-label form.
        names: as they are written.
        claimed: those of them that nobody but the company's own site says.
        countries: ISO 3166-1 alpha-2.
        numbers: scheme with jurisdiction, and number without signs.
    """

    domains: frozenset[str] = field(default=frozenset(), repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    claimed: frozenset[str] = field(default=frozenset(), repr=False)
    countries: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)

    def and_also(self, other: "Company") -> "Company":
        """Both together."""
        return Company(
            domains=self.domains | other.domains,
            names=self.names | other.names,
            claimed=self.claimed | other.claimed,
            countries=self.countries | other.countries,
            numbers=self.numbers | other.numbers,
        )


def asked_company(facts: Mapping[str, str]) -> Company:
    """The company that is asked about.

    Args:
        facts: of a question, by the names of `connectors.kit.schema.INPUTS`.
    """
    country = read_country(facts.get("company.country"))
    vat_id = facts.get("company.vat_id")
    return Company(
        domains=_domains(facts[name] for name in _BY_DOMAIN if name in facts),
        names=frozenset(facts[name] for name in ("company.name",) if name in facts),
        countries=frozenset({country}) if country else frozenset(),
        numbers=frozenset({_vat(vat_id, country)}) if vat_id else frozenset(),
    )


def told_company(seen: Iterable[Observation]) -> Company:
    """The company that observations of one source, or of several that mean the same one, tell of."""
    values: dict[str, list[Value]] = {}
    for each in seen:
        values.setdefault(each.field, []).append(each.value)

    def of(*names: str) -> list[Value]:
        return [value for name in names for value in values.get(name, ())]

    places = (place.get("country") for place in of("company.headquarters") if isinstance(place, Mapping))
    countries = frozenset(str(each) for each in (*of("company.country"), *places) if each)
    country = next(iter(countries)) if len(countries) == 1 else None
    numbers = {_vat(str(each), country) for each in of("company.vat_id")}
    numbers |= {_number(each, country) for each in of("company.identifiers") if isinstance(each, Mapping)}
    return Company(
        domains=_domains(str(each) for each in of("company.domain", "company.domains", "company.website")),
        names=frozenset(str(each) for each in of("company.name", "company.legal_name", "company.other_names")),
        countries=countries,
        numbers=frozenset(each for each in numbers if each[0].partition(" ")[0] in _NUMBERS),
    )


def identify(asked: Company, sent: Collection[str], seen: Sequence[Observation]) -> Identity:
    """Compares what one source says with the company that it was asked about.

    Args:
        asked: the lead's company, as far as it is known by now.
        sent: the names of the fields that the source was asked with.
        seen: everything that it answered.
    """
    about = [each for each in seen if each.field.startswith("company.")]
    if not about:
        return Identity(why=Why.NO_COMPANY_FIELD)
    if any(each.field == MAILBOX_PROVIDER and each.value is True for each in about):
        return Identity(why=Why.MAIL_PROVIDER)
    told = told_company(about)
    if asked.domains & told.domains:
        return Identity(why=Why.SAME_DOMAIN)
    if asked.numbers & told.numbers:
        return Identity(why=Why.SAME_NUMBER)
    other = _other(asked, told, about)
    return other or _by_question(asked, told, sent)


def weighed(seen: Iterable[Observation], identity: Identity) -> tuple[Observation, ...]:
    """What may be merged of an accepted answer: with its confidence lowered where the identity is weak."""
    kept = (each for each in seen if each.field != MAILBOX_PROVIDER)
    if identity.factor >= 1:
        return tuple(kept)
    return tuple(replace(each, confidence=each.confidence * identity.factor) for each in kept)


def _alike(one: Company, other: Company) -> float | None:
    """How alike the names are, weighed with the country: 0 to 1; None where one side has no name."""
    countries = one.countries | other.countries
    pairs = [(a, b) for a in fullest(one.names) for b in fullest(other.names)]
    if not pairs:
        return None
    alike = max(likeness(a, b, countries) for a, b in pairs)
    if not one.countries or not other.countries:
        return alike * UNKNOWN_COUNTRY
    return alike if one.countries & other.countries else alike * OTHER_COUNTRY


def _other(asked: Company, told: Company, about: Iterable[Observation]) -> Identity | None:
    """Why it is another company, if domain or number say so."""
    own = [str(each.value) for each in about if each.field == "company.domain"]
    if any(_is_nobodys(value) for value in own):
        return Identity(why=Why.NO_COMPANY_DOMAIN)
    if asked.domains and told.domains:
        return Identity(why=Why.OTHER_DOMAIN)
    schemes = {scheme for scheme, _ in asked.numbers} & {scheme for scheme, _ in told.numbers}
    return Identity(why=Why.OTHER_NUMBER) if schemes else None


def _by_question(asked: Company, told: Company, sent: Collection[str]) -> Identity:
    """What the question makes of an answer that names neither domain nor number that could be compared."""
    alike = _alike(asked, told)
    why = next((why for name, why in _KEYS.items() if name in sent), None)
    if why is not None:
        return Identity(why=why, factor=1.0 if alike is None or alike >= ALIKE else RENAMED)
    if alike is None:
        return Identity(why=Why.UNTOLD)
    if alike < ALIKE:
        return Identity(why=Why.OTHER_NAME)
    vouched = _alike(replace(asked, names=asked.names - asked.claimed), told)
    if vouched is None or vouched < ALIKE:
        return Identity(why=Why.CLAIMED_NAME, factor=alike * CLAIMED)
    return Identity(why=Why.SAME_NAME, factor=vouched * WEAK)


def _domains(values: Iterable[str]) -> frozenset[str]:
    """Registered domains; pages at networks, site builders and providers name no company."""
    return frozenset(name for name in map(_domain, values) if name is not None)


@lru_cache(maxsize=4096)
def _domain(value: str) -> str | None:
    site = read_site(value)
    return None if site.name is None or _is_nobodys(site.host or site.name) else site.name


@lru_cache(maxsize=4096)
def _is_nobodys(value: str) -> bool:
    site = read_site(value)
    return site.host is not None and (shared_by(site.host) is not None or site.name in PROVIDERS)


def _number(value: Mapping[str, object], country: str | None) -> tuple[str, str]:
    if value.get("scheme") == "vat":
        return _vat(str(value.get("value", "")), country)
    scheme, _, rest = key("company.identifiers", {name: str(part) for name, part in value.items()}).partition(" ")
    number, _, where = rest.partition(" ")
    return (f"{scheme} {where}".rstrip(), number)


def _vat(value: str, country: str | None) -> tuple[str, str]:
    """A VAT number by the country that its letters name, or that the company has: of several countries are several."""
    signs = _SIGN.sub("", value).upper()
    swiss = _SWISS.fullmatch(signs)
    if swiss:
        signs = swiss[1]
    where, digits = (signs[:2], signs[2:]) if signs[:2].isalpha() else (country or "", signs)
    return (f"vat {_GREECE.get(where, where)}".rstrip(), digits)
