"""The verdict on a company: standing, domain and who says so, codes, facts and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from gateway.verification.codec import plain, times
from gateway.verification.company.codes import COMPANY_CODES_VERSION, CompanyCode
from gateway.verification.company.meanings import COMPANY_MEANINGS
from gateway.verification.reasons import Effect


class CompanyStanding(StrEnum):
    """What is said of the company's domain."""

    KNOWN = "known"
    """A domain is taken for the company's, and nothing speaks against what was said of the company."""
    DOUBTFUL = "doubtful"
    """A domain is taken, and something else that was said of the company is not right."""
    NONE = "none"
    """No domain can be taken for the company's."""
    UNKNOWN = "unknown"
    """A domain could be taken, and DNS did not say whether it is parked."""


class DomainSource(StrEnum):
    """Who says which domain is the company's, the best first."""

    COMPANY_DOMAIN = "company_domain"
    WEBSITE = "website"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What is known of the company, each True, False or None for "not tested"; None is never coerced.

    `mail_domain_own`: the mail domain can be a company's, being no provider's, relay's, throw-away or parked one.
    `mail_agrees`: it is the registered domain that the lead names, or that of the website. `website_agrees`: the
    website lies under the named domain. `parked`: a domain that would have been taken is parked. `vat_form` and
    `vat_check_digit` say whether they are right, `vat_country` whether it is the company's country.
    """

    mail_domain_own: bool | None = None
    mail_agrees: bool | None = None
    website_agrees: bool | None = None
    role_mailbox: bool | None = None
    parked: bool | None = None
    vat_form: bool | None = None
    vat_check_digit: bool | None = None
    vat_country: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why what one source names was not taken."""

    source: DomainSource
    code: CompanyCode


_TELLING = frozenset({"domain", "given_domain", "website_domain", "mail_domain", "name_servers", "vat_number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEvidence:
    """What the verdict rests on. Domains are registered domains in A-label form, None where nothing readable was said.

    `domain` is the one that is taken, `source` who says so; `refused` says why others were not. `name_servers` are
    those of the domains that were looked up; `vat_number` is normalised, `vat_country` ISO 3166-1 alpha-2. `lists` and
    `libraries` hold `name@version`.
    """

    domain: str | None = field(default=None, repr=False)
    source: DomainSource | None = None
    given_domain: str | None = field(default=None, repr=False)
    website_domain: str | None = field(default=None, repr=False)
    mail_domain: str | None = field(default=None, repr=False)
    refused: tuple[Refusal, ...] = ()
    name_servers: tuple[str, ...] = field(default=(), repr=False)
    vat_number: str | None = field(default=None, repr=False)
    vat_country: str | None = None
    lists: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    codes_version: str = COMPANY_CODES_VERSION
    checked_at: datetime
    expires_at: datetime

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The evidence as JSON types, times in RFC 3339; without domains and the VAT number unless `personal`."""
        shown = plain(self, frozenset() if personal else _TELLING)
        return {**shown, "refused": [{"source": each.source.value, "code": each.code.value} for each in self.refused]}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyVerdict:
    """What verification says of one lead's company; `codes` are in the order of the checks, each once."""

    verdict: CompanyStanding
    codes: tuple[CompanyCode, ...]
    facts: CompanyFacts
    evidence: CompanyEvidence

    @property
    def domain(self) -> str | None:
        """The company's domain, in A-label form; None where none can be taken."""
        return self.evidence.domain

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait before asking again; None when asking again changes nothing."""
        meanings = (COMPANY_MEANINGS[code] for code in self.codes)
        delays = [each.retry_after for each in meanings if each.effect is Effect.OPEN and each.retry_after is not None]
        return max(delays, default=None)

    def refused(self, source: DomainSource) -> bool:
        """Whether what this source names was looked at and not taken for the company's."""
        return any(each.source is source for each in self.evidence.refused)

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The verdict as JSON types; without domains and the VAT number unless `personal`."""
        delay = self.retry_after
        return {
            "verdict": self.verdict.value,
            "reasons": [_reason(code) for code in self.codes],
            "retry_after": None if delay is None else int(delay.total_seconds()),
            "facts": plain(self.facts, frozenset()),
            "evidence": self.evidence.to_json(personal=personal),
        }

    def in_codes(self) -> dict[str, Any]:
        """What is said, without the domain and the VAT number."""
        source = self.evidence.source
        return {
            "verdict": self.verdict.value,
            "source": None if source is None else source.value,
            "reasons": [code.value for code in self.codes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises:
            KeyError, ValueError: when `data` was not written by `to_json`, or names a code that is not known.
        """
        evidence = dict(data["evidence"])
        for name in ("name_servers", "lists", "libraries"):
            evidence[name] = tuple(evidence.get(name, ()))
        source = evidence.get("source")
        evidence["source"] = None if source is None else DomainSource(source)
        evidence["refused"] = tuple(
            Refusal(source=DomainSource(each["source"]), code=CompanyCode(each["code"])) for each in evidence["refused"]
        )
        return cls(
            verdict=CompanyStanding(data["verdict"]),
            codes=tuple(CompanyCode(each["code"]) for each in data["reasons"]),
            facts=CompanyFacts(**data["facts"]),
            evidence=CompanyEvidence(**times(evidence)),
        )


def _reason(code: CompanyCode) -> dict[str, Any]:
    means = COMPANY_MEANINGS[code]
    return {
        "code": code.value,
        "stage": means.stage.value,
        "subject": means.subject.value,
        "polarity": means.polarity.value,
        "retryable": means.retry_after is not None,
        "meaning": means.meaning,
        "action": means.action,
    }
