"""The closed, versioned list of codes that a company verdict gives, apart from those of contact points."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gateway.verification.reasons import Effect, Polarity

COMPANY_CODES_VERSION: Final = "2"
"""Goes up when a code is added, removed or changes its meaning; every company verdict carries it."""


class CompanyStage(StrEnum):
    """Where a code arises, in the order of the checks."""

    READING = "reading"
    LISTS = "lists"
    DNS = "dns"
    COMPARISON = "comparison"
    VAT = "vat"


class CompanySubject(StrEnum):
    """What a code is about. `us` is the checker itself: it never counts against the company."""

    DOMAIN = "domain"
    MAILBOX = "mailbox"
    VAT_ID = "vat_id"
    US = "us"


class CompanyCode(StrEnum):
    """Every code that a company verdict can give. Codes are never reused for another meaning."""

    SITE_UNREADABLE = "site_unreadable"
    SITE_CREDENTIALS = "site_credentials"
    SITE_IP_ADDRESS = "site_ip_address"
    SITE_SPECIAL_USE = "site_special_use"
    SITE_PUBLIC_SUFFIX = "site_public_suffix"

    SOCIAL_PROFILE = "social_profile"
    MARKETPLACE_PAGE = "marketplace_page"
    HOSTED_PAGE = "hosted_page"
    FREE_PROVIDER_DOMAIN = "free_provider_domain"
    DISPOSABLE_DOMAIN = "disposable_domain"
    PRIVACY_RELAY_DOMAIN = "privacy_relay_domain"
    TYPO_TRAP_DOMAIN = "typo_trap_domain"
    LOOKALIKE_DOMAIN = "lookalike_domain"
    MAIL_DOMAIN_UNCHECKED = "mail_domain_unchecked"

    DOMAIN_NOT_FOUND = "domain_not_found"
    PARKED_MAIL = "parked_mail"
    PARKED_NAME_SERVERS = "parked_name_servers"
    NAME_SERVERS_UNKNOWN = "name_servers_unknown"

    DOMAIN_GIVEN = "domain_given"
    DOMAIN_OF_WEBSITE = "domain_of_website"
    DOMAIN_OF_MAILBOX = "domain_of_mailbox"
    DOMAIN_MISSING = "domain_missing"
    ROLE_MAILBOX = "role_mailbox"
    MAIL_DOMAIN_AGREES = "mail_domain_agrees"
    MAIL_DOMAIN_DIFFERS = "mail_domain_differs"
    WEBSITE_DIFFERS = "website_differs"

    VAT_VALID = "vat_valid"
    VAT_UNREADABLE = "vat_unreadable"
    VAT_FORMAT_INVALID = "vat_format_invalid"
    VAT_CHECK_DIGIT_WRONG = "vat_check_digit_wrong"
    VAT_PREFIX_MISSING = "vat_prefix_missing"
    VAT_PREFIX_UNKNOWN = "vat_prefix_unknown"
    VAT_SUFFIX_MISSING = "vat_suffix_missing"
    VAT_COUNTRY_DIFFERS = "vat_country_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyMeaning:
    """All there is to know about a code.

    `effect` is `none`, `doubt` or `open`: nothing here proves that a company does not exist. `ttl` is how long a
    verdict that gives this code may be relied on; `retry_after` says when asking again makes sense, None if the same
    question would get the same answer. `meaning` and `action` are one sentence each.
    """

    stage: CompanyStage
    subject: CompanySubject
    polarity: Polarity
    effect: Effect
    ttl: timedelta
    retry_after: timedelta | None
    meaning: str
    action: str
