"""The verdicts on an e-mail address and a phone number: result, reasons, facts, score and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from gateway.verification.codec import codes, contributions, head, plain, times
from gateway.verification.reasons import REASONS_VERSION, Effect, Level, ReasonCode
from gateway.verification.score import Contribution, retry_delay


class Deliverability(StrEnum):
    """What is said of an e-mail address."""

    DELIVERABLE = "deliverable"
    """No check speaks against it, at the level reached."""
    RISKY = "risky"
    """Something speaks against it, without proof."""
    UNDELIVERABLE = "undeliverable"
    """Proved about the address itself; never because of us, time or policy."""
    UNKNOWN = "unknown"
    """A wanted check could not end."""


class Validity(StrEnum):
    """What is said of a phone number."""

    VALID = "valid"
    POSSIBLE = "possible"
    """It may exist: to be held, not dropped, because numbering plans change every month."""
    INVALID = "invalid"
    UNKNOWN = "unknown"


DELIVERABILITY_OF = {
    Effect.PROOF: Deliverability.UNDELIVERABLE,
    Effect.OPEN: Deliverability.UNKNOWN,
    Effect.DOUBT: Deliverability.RISKY,
    Effect.NONE: Deliverability.DELIVERABLE,
}
VALIDITY_OF = {
    Effect.PROOF: Validity.INVALID,
    Effect.OPEN: Validity.UNKNOWN,
    Effect.DOUBT: Validity.POSSIBLE,
    Effect.NONE: Validity.VALID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailFacts:
    """What is known about the address, each True, False or None for "not tested"; None is never coerced."""

    role: bool | None = None
    free: bool | None = None
    disposable: bool | None = None
    privacy_relay: bool | None = None
    typo_trap: bool | None = None
    tagged: bool | None = None
    smtputf8: bool | None = None
    gibberish: bool | None = None
    lookalike: bool | None = None
    denied: bool | None = None
    null_mx: bool | None = None
    implicit_mx: bool | None = None
    spf_reject_all: bool | None = None
    parked: bool | None = None
    catch_all: bool | None = None
    full: bool | None = None
    disabled: bool | None = None
    starttls: bool | None = None


_TELLING = frozenset({"normalised", "canonical", "domain", "mx", "mailbox_host", "reply_text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailEvidence:
    """What the verdict rests on, so that it can be replayed in an audit.

    `normalised` is the address as it should be written (RFC 5321, IDNA 2008); `canonical` is the form that
    identifies its owner: lower case, A-label domain, dots and tags folded only where the provider folds them.
    Both are None when the syntax is wrong, and `canonical` also for a domain literal. `dns` is the outcome of
    the mail look-up; `lists` and `libraries` hold `name@version`. The last six are those of a mailbox check: who
    made it (`smtp`, or a vendor's name), how it ended in the checker's own word, and what the mail server `host`
    answered, with its basic and enhanced code (RFC 5321, RFC 3463) and a text that names no address.
    """

    normalised: str | None = field(default=None, repr=False)
    canonical: str | None = field(default=None, repr=False)
    domain: str | None = field(default=None, repr=False)
    dns: str | None = None
    mx: tuple[str, ...] = field(default=(), repr=False)
    lists: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    reasons_version: str = REASONS_VERSION
    checked_at: datetime
    expires_at: datetime
    mailbox_by: str | None = None
    mailbox_outcome: str | None = None
    mailbox_host: str | None = field(default=None, repr=False)
    reply_code: int | None = None
    reply_enhanced: str | None = None
    reply_text: str | None = field(default=None, repr=False)

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The evidence as JSON types, times in RFC 3339; without what tells address or domain unless `personal`."""
        hidden = frozenset() if personal else _TELLING
        return plain(self, hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerdict:
    """What verification says of one e-mail address.

    `level` is the last stage that ended. `reasons` are in the order of the checks; `score` is 50 plus the
    sum of the `contributions`. `suggestion` is what the person may have meant; it is shown, never applied.
    """

    verdict: Deliverability
    level: Level
    score: int
    reasons: tuple[ReasonCode, ...]
    contributions: tuple[Contribution, ...]
    facts: EmailFacts
    evidence: EmailEvidence
    suggestion: str | None = field(default=None, repr=False)

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait before asking again; None when asking again changes nothing."""
        return retry_delay(self.reasons)

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The verdict as JSON types; without the address, its domain and the suggestion unless `personal`."""
        shown = {"suggestion": self.suggestion} if personal else {}
        return {
            **head(self.verdict, self.level, self.score, reasons=self.reasons, contributions=self.contributions),
            "facts": plain(self.facts, frozenset()),
            **shown,
            "evidence": self.evidence.to_json(personal=personal),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote, of this or an earlier version of the model.

        Raises:
            KeyError, ValueError: when `data` was not written by `to_json`, or names a code that is not known.
        """
        evidence = dict(data["evidence"])
        for name in ("mx", "lists", "libraries"):
            evidence[name] = tuple(evidence.get(name, ()))
        return cls(
            verdict=Deliverability(data["verdict"]),
            level=Level(data["level"]),
            score=data["score"],
            reasons=codes(data),
            contributions=contributions(data),
            facts=EmailFacts(**data["facts"]),
            evidence=EmailEvidence(**times(evidence)),
            suggestion=data.get("suggestion"),
        )


class PhoneType(StrEnum):
    """What a range of numbers is assigned for; both, where the plan does not tell fixed from mobile."""

    FIXED_LINE = "fixed_line"
    MOBILE = "mobile"
    TOLL_FREE = "toll_free"
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    VOIP = "voip"
    PERSONAL_NUMBER = "personal_number"
    PAGER = "pager"
    UAN = "uan"
    VOICEMAIL = "voicemail"


class RegionSource(StrEnum):
    """Which piece of information said in which country's form to read a number."""

    NUMBER = "number"
    """The number itself: it begins with + or 00 and a country code."""
    DECLARED_COUNTRY = "declared_country"
    COMPANY_COUNTRY = "company_country"
    FORM_LOCALE = "form_locale"
    DEFAULT = "default"
    TOLD = "told"
    """Somebody said so of this number; it comes before every other hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionHint:
    """A country to try: `region` is ISO 3166-1 alpha-2 in upper case."""

    source: RegionSource
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvidence:
    """What the verdict rests on. `region` is where the number belongs; `region_source` says who told us.

    `read_as` is the country in whose national form the number was read, None for an international number;
    `possible_reason` is libphonenumber's answer to whether the length fits, in lower case. `registers` is what each
    do-not-call register of the region says: `us_dnc@2026-10-01: listed` (see `gateway.verification.registers`).
    """

    e164: str | None = field(default=None, repr=False)
    extension: str | None = field(default=None, repr=False)
    region: str | None = None
    region_source: RegionSource | None = None
    read_as: str | None = None
    possible_reason: str | None = None
    phone_metadata_version: str
    reasons_version: str = REASONS_VERSION
    checked_at: datetime
    expires_at: datetime
    registers: tuple[str, ...] = ()

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The evidence as JSON types, times in RFC 3339; without the number unless `personal`."""
        return plain(self, frozenset() if personal else frozenset({"e164", "extension"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneVerdict:
    """What verification says of one phone number; `types` is empty when no plan holds its range."""

    verdict: Validity
    level: Level
    score: int
    reasons: tuple[ReasonCode, ...]
    contributions: tuple[Contribution, ...]
    types: frozenset[PhoneType] = frozenset()
    evidence: PhoneEvidence

    @property
    def retry_after(self) -> timedelta | None:
        """How long to wait before asking again; None when asking again changes nothing."""
        return retry_delay(self.reasons)

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The verdict as JSON types; without the number itself unless `personal`."""
        return {
            **head(self.verdict, self.level, self.score, reasons=self.reasons, contributions=self.contributions),
            "types": sorted(self.types),
            "evidence": self.evidence.to_json(personal=personal),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote, of this or an earlier version of the model.

        Raises:
            KeyError, ValueError: when `data` was not written by `to_json`, or names a code that is not known.
        """
        evidence = dict(data["evidence"])
        source = evidence.get("region_source")
        evidence["region_source"] = None if source is None else RegionSource(source)
        evidence["registers"] = tuple(evidence.get("registers", ()))
        return cls(
            verdict=Validity(data["verdict"]),
            level=Level(data["level"]),
            score=data["score"],
            reasons=codes(data),
            contributions=contributions(data),
            types=frozenset(map(PhoneType, data["types"])),
            evidence=PhoneEvidence(**times(evidence)),
        )
