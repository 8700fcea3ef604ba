"""The one function that says which domain is a company's; nothing else in the gateway takes one from an address."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import idna

from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.company.claims import NOTHING_LOOKED_UP, Claims, Looked, is_given
from gateway.verification.company.codes import CompanyCode
from gateway.verification.company.meanings import COMPANY_MEANINGS
from gateway.verification.company.model import (
    CompanyEvidence,
    CompanyFacts,
    CompanyStanding,
    CompanyVerdict,
    DomainSource,
    Refusal,
)
from gateway.verification.company.names import Site
from gateway.verification.company.shared import SHARED_LIST, is_shared, shared_by
from gateway.verification.company.vat_number import country_agrees, digits_right, form_right, vat_codes
from gateway.verification.lookalike import imitates
from gateway.verification.model import EmailVerdict
from gateway.verification.parking import PARKING_LIST, parked_mail, parked_names
from gateway.verification.reasons import Effect, ReasonCode
from gateway.verification.suffixes import SUFFIX_LIST
from gateway.verification.vat import LIBRARY, VatReading, read_vat

_C = CompanyCode
_EMAIL: Final = DomainSource.EMAIL
_ORDER: Final = {code: rank for rank, code in enumerate(CompanyCode)}
_PARKED: Final = frozenset({_C.PARKED_MAIL, _C.PARKED_NAME_SERVERS})
_UNANSWERED: Final = frozenset(each.value for each in MailOutcome if each.transient)
"""Where DNS did not answer about the mail domain it is not asked again: the lead waits and is verified anew."""
_OPEN: Final = frozenset({_C.NAME_SERVERS_UNKNOWN, _C.MAIL_DOMAIN_UNCHECKED})
_BY_DNS: Final = frozenset({_C.DOMAIN_NOT_FOUND, _C.NAME_SERVERS_UNKNOWN, _C.PARKED_MAIL})
_TAKEN: Final[Mapping[DomainSource, CompanyCode]] = MappingProxyType(
    {
        DomainSource.COMPANY_DOMAIN: _C.DOMAIN_GIVEN,
        DomainSource.WEBSITE: _C.DOMAIN_OF_WEBSITE,
        DomainSource.EMAIL: _C.DOMAIN_OF_MAILBOX,
    }
)
_LIBRARIES: Final = (f"idna@{idna.__version__}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Views:
    """What each source names, before DNS (`listed`) and after it (`faults`): why it is not taken, None where it is."""

    sites: Mapping[DomainSource, Site] = field(repr=False)
    listed: Mapping[DomainSource, CompanyCode | None]
    faults: Mapping[DomainSource, CompanyCode | None]

    @property
    def taken(self) -> DomainSource | None:
        """The best source whose domain can be taken."""
        return next((source for source, fault in self.faults.items() if fault is None), None)

    def name(self, source: DomainSource | None) -> str | None:
        """The registered domain that a source names, readable or not taken alike."""
        return None if source is None or source not in self.sites else self.sites[source].name

    def own(self, source: DomainSource) -> str | None:
        """The registered domain that a source names, where no list speaks against it."""
        return self.name(source) if self.listed.get(source, _C.SITE_UNREADABLE) is None else None


def hosts_to_list(claims: Claims) -> tuple[str, ...]:
    """The names that lists are to be asked about; of the address's own domain the e-mail verdict knows."""
    sites = claims.sites().items()
    given = [name for source, site in sites if source is not _EMAIL for name in (site.host, site.name)]
    above = [site.name for source, site in sites if source is _EMAIL and site.name != site.host]
    return tuple(dict.fromkeys(name for name in (*given, *above) if name is not None))


def domains_to_ask(claims: Claims, lists: Mapping[str, ListHits]) -> tuple[str, ...]:
    """The registered domains that could be taken, each once: whether one is parked is to be asked of DNS."""
    views = _views(claims, Looked(lists=lists))
    names = (views.own(source) for source in views.sites)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def mail_to_ask(claims: Claims, domains: Iterable[str]) -> tuple[str, ...]:
    """Of these domains, those whose mail hosts are not known from the e-mail verdict already."""
    mailbox = None if claims.email is None else claims.email.evidence.domain
    return tuple(domain for domain in domains if domain != mailbox)


def judge_company(claims: Claims, looked: Looked = NOTHING_LOOKED_UP, *, now: datetime) -> CompanyVerdict:
    """Say which domain is the company's and who says so, and what else is right of what was said.

    The named domain counts before the website's, and that before the e-mail address's. A provider's, relay's,
    throw-away, shared or parked domain is taken from none of them. An e-mail domain whose lists were not asked may be
    a provider's, so it is not taken either. A domain on the operator's allow-list is no throw-away one, relay or trap.

    Args:
        claims: what the lead says, and the verdict on its e-mail address.
        looked: what lists and DNS say; what was not asked speaks against nothing.
        now: the time.
    """
    views = _views(claims, looked)
    vat = read_vat(claims.vat_id, country=claims.country) if is_given(claims.vat_id) else None
    facts = _facts(views, claims, vat, looked)
    codes = _codes(views, facts, vat)
    return CompanyVerdict(
        verdict=_standing(views, codes),
        codes=codes,
        facts=facts,
        evidence=_evidence(views, vat, looked, codes=codes, now=now),
    )


def _views(claims: Claims, looked: Looked) -> _Views:
    sites = claims.sites()
    mailbox = sites.get(_EMAIL)
    mail_fault = None if mailbox is None or claims.email is None else _mail_fault(claims.email, mailbox, looked.lists)
    listed = {
        source: mail_fault if source is _EMAIL else _site_fault(site, mailbox, mail_fault, looked.lists)
        for source, site in sites.items()
    }
    faults = {source: listed[source] or _dns_fault(site.name or "", looked) for source, site in sites.items()}
    return _Views(sites=sites, listed=listed, faults=faults)


def _mail_fault(email: EmailVerdict, mailbox: Site, lists: Mapping[str, ListHits]) -> CompanyCode | None:
    """Why the domain of the address is no company's, as far as the e-mail verdict knows, and lists of what is above."""
    if mailbox.fault is not None:
        return mailbox.fault
    facts, counts = email.facts, ReasonCode.ALLOW_LISTED_DOMAIN not in email.reasons
    known = (
        (counts and facts.disposable, _C.DISPOSABLE_DOMAIN),
        (counts and facts.privacy_relay, _C.PRIVACY_RELAY_DOMAIN),
        (facts.free or _is_free(mailbox.name, lists), _C.FREE_PROVIDER_DOMAIN),
        (counts and facts.typo_trap, _C.TYPO_TRAP_DOMAIN),
        (counts and facts.lookalike, _C.LOOKALIKE_DOMAIN),
        (facts.free is None or facts.disposable is None, _C.MAIL_DOMAIN_UNCHECKED),
        (email.evidence.dns == MailOutcome.NXDOMAIN, _C.DOMAIN_NOT_FOUND),
        (email.evidence.dns in _UNANSWERED, _C.NAME_SERVERS_UNKNOWN),
        (facts.parked, _C.PARKED_MAIL),
    )
    fault = next((code for holds, code in known if holds), None)
    # Whoever has a mailbox at the network's own domain works there; under it are its customers.
    return fault or (None if is_shared(mailbox.host or "") else shared_by(mailbox.host or ""))


def _is_free(name: str | None, lists: Mapping[str, ListHits]) -> bool:
    return name is not None and name in lists and bool(lists[name].free)


def _site_fault(
    site: Site, mailbox: Site | None, mail_fault: CompanyCode | None, lists: Mapping[str, ListHits]
) -> CompanyCode | None:
    """Why a named domain is no company's, as far as lists know; what is known of the mail domain holds for it too."""
    if site.fault is not None:
        return site.fault
    hits = [lists[name] for name in (site.host or "", site.name or "") if name in lists]
    shared = shared_by(site.host or "")
    if mailbox is None or mailbox.name != site.name:
        return shared or _listed(site, hits)
    if site.host in {site.name, f"www.{site.name}"}:
        shared = None  # the network's own site, named by somebody who has a mailbox there
    # Lists that were not asked about the mail domain may have been about this one; DNS was asked about the host alone.
    unknown = (
        bool(hits) if mail_fault is _C.MAIL_DOMAIN_UNCHECKED else mail_fault in _BY_DNS and site.name != mailbox.host
    )
    return shared or (_listed(site, hits) if unknown else mail_fault)


def _listed(site: Site, hits: Collection[ListHits]) -> CompanyCode | None:
    if any(each.disposable and not each.allowed for each in hits):
        return _C.DISPOSABLE_DOMAIN
    if any(each.privacy_relay and not each.allowed for each in hits):
        return _C.PRIVACY_RELAY_DOMAIN
    if any(each.free for each in hits):
        return _C.FREE_PROVIDER_DOMAIN
    disguised = imitates(site.name or "") and not any(each.allowed for each in hits)
    return _C.LOOKALIKE_DOMAIN if disguised else None


def _dns_fault(name: str, looked: Looked) -> CompanyCode | None:
    mail, names = looked.mail.get(name), looked.names.get(name)
    if mail is not None and mail.outcome is MailOutcome.NXDOMAIN:
        return _C.DOMAIN_NOT_FOUND
    if mail is not None and parked_mail([each.host for each in mail.mx]):
        return _C.PARKED_MAIL
    if names is None:
        return None
    if not names.ended:
        return _C.NAME_SERVERS_UNKNOWN
    return _C.PARKED_NAME_SERVERS if parked_names(names.hosts) else None


def _facts(views: _Views, claims: Claims, vat: VatReading | None, looked: Looked) -> CompanyFacts:
    given, website = (views.own(each) for each in (DomainSource.COMPANY_DOMAIN, DomainSource.WEBSITE))
    mail = views.own(_EMAIL)
    return CompanyFacts(
        mail_domain_own=_mail_domain_own(views),
        mail_agrees=_same(mail, given or website),
        website_agrees=_same(website, given),
        role_mailbox=None if claims.email is None else claims.email.facts.role,
        parked=_parked(views, looked),
        vat_form=form_right(vat),
        vat_check_digit=digits_right(vat),
        vat_country=country_agrees(vat, claims.country),
    )


def _mail_domain_own(views: _Views) -> bool | None:
    if _EMAIL not in views.faults:
        return None
    fault = views.faults[_EMAIL]
    return None if fault in _OPEN else fault is None


def _parked(views: _Views, looked: Looked) -> bool | None:
    if any(fault in _PARKED for fault in views.faults.values()):
        return True
    return False if views.taken is not None and views.name(views.taken) in looked.names else None


def _same(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other


def _codes(views: _Views, facts: CompanyFacts, vat: VatReading | None) -> tuple[CompanyCode, ...]:
    found = {fault for fault in views.faults.values() if fault is not None}
    found.add(_C.DOMAIN_MISSING if views.taken is None else _TAKEN[views.taken])
    if facts.role_mailbox and views.taken is _EMAIL:
        found.add(_C.ROLE_MAILBOX)
    if facts.mail_agrees is not None:
        found.add(_C.MAIL_DOMAIN_AGREES if facts.mail_agrees else _C.MAIL_DOMAIN_DIFFERS)
    if facts.website_agrees is False:
        found.add(_C.WEBSITE_DIFFERS)
    found.update(vat_codes(vat, agrees=facts.vat_country))
    return tuple(sorted(found, key=_ORDER.__getitem__))


def _standing(views: _Views, codes: Collection[CompanyCode]) -> CompanyStanding:
    effects = {COMPANY_MEANINGS[code].effect for code in codes}
    if views.taken is None:
        return CompanyStanding.UNKNOWN if Effect.OPEN in effects else CompanyStanding.NONE
    return CompanyStanding.DOUBTFUL if Effect.DOUBT in effects else CompanyStanding.KNOWN


def _evidence(
    views: _Views, vat: VatReading | None, looked: Looked, *, codes: Iterable[CompanyCode], now: datetime
) -> CompanyEvidence:
    lifetimes = (COMPANY_MEANINGS[code].ttl for code in codes)
    hosts = (host for answer in looked.names.values() for host in answer.hosts)
    own_lists = (SUFFIX_LIST, SHARED_LIST, *((PARKING_LIST,) if looked.names or looked.mail else ()))
    asked = (name for hits in looked.lists.values() for name in hits.lists)
    return CompanyEvidence(
        domain=views.name(views.taken),
        source=views.taken,
        given_domain=views.name(DomainSource.COMPANY_DOMAIN),
        website_domain=views.name(DomainSource.WEBSITE),
        mail_domain=views.name(_EMAIL),
        refused=tuple(Refusal(source=source, code=code) for source, code in views.faults.items() if code is not None),
        name_servers=tuple(dict.fromkeys(hosts)),
        vat_number=None if vat is None else vat.number,
        vat_country=None if vat is None else vat.country,
        lists=tuple(dict.fromkeys((*asked, *own_lists))),
        libraries=_LIBRARIES if vat is None else (*_LIBRARIES, LIBRARY),
        checked_at=now,
        expires_at=now + min(lifetimes, default=timedelta()),
    )
