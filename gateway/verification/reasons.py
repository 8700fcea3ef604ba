"""The closed, versioned list of reason codes: what each means and what to do about it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

REASONS_VERSION: Final = "4"
"""Goes up when a code is added, removed or changes its meaning; every verdict carries it."""


class Level(StrEnum):
    """How far a check went; also the stage at which a reason arises.

    `numbering` is the phone numbering plan; the other five are the stages of an e-mail check, in order.
    """

    SYNTAX = "syntax"
    LISTS = "lists"
    NUMBERING = "numbering"
    DNS = "dns"
    SMTP = "smtp"
    VENDOR = "vendor"

    # Enum's own is written in Python, and levels and codes are looked up for every verdict.
    __hash__ = str.__hash__

    @property
    def rank(self) -> int:
        """Position in the order of the checks, from 0: one includes those below it, but a vendor's needs no probe."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(Level)}


class Subject(StrEnum):
    """What a reason is about. `us` is the checker itself: it never counts against the address."""

    ADDRESS = "address"
    DOMAIN = "domain"
    MX = "mx"
    US = "us"
    LIST = "list"


class Polarity(StrEnum):
    """Whether a reason speaks for the contact point, against it, or neither."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


class Effect(StrEnum):
    """What a reason does to the verdict; the strongest one decides, in this order."""

    PROOF = "proof"
    """Proves that the contact point cannot be reached: `undeliverable`, `invalid`."""
    OPEN = "open"
    """A wanted check could not end: `unknown`."""
    DOUBT = "doubt"
    """Speaks against it without proving anything: `risky`, `possible`."""
    NONE = "none"
    """Leaves the verdict as it is."""


class ReasonCode(StrEnum):
    """Every reason a verdict can give. Codes are never reused for another meaning."""

    __hash__ = str.__hash__

    ADDRESS_EMPTY = "address_empty"
    ADDRESS_TOO_LONG = "address_too_long"
    AT_SIGN_MISSING = "at_sign_missing"
    AT_SIGN_LOOKALIKE = "at_sign_lookalike"
    UNSAFE_CHARACTERS = "unsafe_characters"
    LOCAL_PART_INVALID = "local_part_invalid"
    DOMAIN_INVALID = "domain_invalid"
    DOMAIN_SPECIAL_USE = "domain_special_use"
    DISPLAY_NAME = "display_name"
    SYNTAX_OK = "syntax_ok"
    QUOTED_LOCAL_PART = "quoted_local_part"
    DOMAIN_LITERAL = "domain_literal"
    NEEDS_SMTPUTF8 = "needs_smtputf8"
    TAGGED_ADDRESS = "tagged_address"
    GIBBERISH_LOCAL_PART = "gibberish_local_part"
    LOCAL_PART_STRAY_SIGN = "local_part_stray_sign"
    LOCAL_PART_LOOKALIKE = "local_part_lookalike"
    DOMAIN_LOOKALIKE = "domain_lookalike"

    LISTS_CLEAR = "lists_clear"
    ALLOW_LISTED_DOMAIN = "allow_listed_domain"
    DENY_LISTED_DOMAIN = "deny_listed_domain"
    DISPOSABLE_DOMAIN = "disposable_domain"
    PRIVACY_RELAY_DOMAIN = "privacy_relay_domain"
    FREE_PROVIDER = "free_provider"
    ROLE_ADDRESS = "role_address"
    TYPO_TRAP_DOMAIN = "typo_trap_domain"

    MX_FOUND = "mx_found"
    IMPLICIT_MX = "implicit_mx"
    NULL_MX = "null_mx"
    DOMAIN_NOT_FOUND = "domain_not_found"
    NO_MAIL_HOST = "no_mail_host"
    MAIL_HOST_NOT_PUBLIC = "mail_host_not_public"
    MX_HOST_UNUSABLE = "mx_host_unusable"
    SPF_REJECT_ALL = "spf_reject_all"
    PARKED_DOMAIN = "parked_domain"
    DNS_TIMEOUT = "dns_timeout"
    DNS_SERVFAIL = "dns_servfail"
    DNS_REFUSED = "dns_refused"
    DNS_UNREACHABLE = "dns_unreachable"
    DNS_MALFORMED = "dns_malformed"
    RESOLVER_UNTRUSTED = "resolver_untrusted"

    MAILBOX_ACCEPTED = "mailbox_accepted"
    CATCH_ALL_EXCLUDED = "catch_all_excluded"
    CATCH_ALL_DOMAIN = "catch_all_domain"
    CATCH_ALL_UNTESTED = "catch_all_untested"
    MAILBOX_NOT_FOUND = "mailbox_not_found"
    MAILBOX_FULL = "mailbox_full"
    MAILBOX_DISABLED = "mailbox_disabled"
    DOMAIN_NOT_SERVED = "domain_not_served"
    MX_NOT_PUBLIC = "mx_not_public"
    SMTP_GREYLISTED = "smtp_greylisted"
    SMTP_THROTTLED = "smtp_throttled"
    SMTP_TEMPORARY = "smtp_temporary"
    SMTP_REFUSED_US = "smtp_refused_us"
    SMTP_UNCLEAR = "smtp_unclear"
    SMTP_TIMEOUT = "smtp_timeout"
    SMTP_DROPPED = "smtp_dropped"
    SMTP_UNREACHABLE = "smtp_unreachable"
    SMTP_PORT_CLOSED = "smtp_port_closed"
    SMTP_SELF_TEST_FAILED = "smtp_self_test_failed"
    SMTP_PAUSED = "smtp_paused"
    SMTP_PROBE_OFF = "smtp_probe_off"

    VENDOR_ACCEPTED = "vendor_accepted"
    VENDOR_NOT_FOUND = "vendor_not_found"
    VENDOR_CATCH_ALL = "vendor_catch_all"
    VENDOR_MAILBOX_FULL = "vendor_mailbox_full"
    VENDOR_TRAP = "vendor_trap"
    VENDOR_DOUBT = "vendor_doubt"
    VENDOR_UNDECIDED = "vendor_undecided"
    VENDOR_CHECK_OFF = "vendor_check_off"

    PHONE_EMPTY = "phone_empty"
    PHONE_INPUT_TOO_LONG = "phone_input_too_long"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_COUNTRY_CODE_INVALID = "phone_country_code_invalid"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_LENGTH_INVALID = "phone_length_invalid"
    PHONE_LOCAL_ONLY = "phone_local_only"
    PHONE_SHORT_NUMBER = "phone_short_number"
    PHONE_NOT_IN_PLAN = "phone_not_in_plan"
    PHONE_REGION_MISSING = "phone_region_missing"
    PHONE_VALID = "phone_valid"
    PHONE_TEXT_LEFT_OUT = "phone_text_left_out"
    PHONE_LETTER_FOR_DIGIT = "phone_letter_for_digit"
    PHONE_OTHER_DIGITS = "phone_other_digits"
    PHONE_PREMIUM_RATE = "phone_premium_rate"
    PHONE_SHARED_COST = "phone_shared_cost"
    PHONE_DO_NOT_CALL = "phone_do_not_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """All there is to know about a code.

    `points` (0 to 50) is how far it moves the score from 50, in the direction of `polarity`; `ttl` is how
    long a verdict that gives this reason may be relied on; `retry_after` says when asking again makes sense,
    None if the same question would get the same answer. `meaning` and `action` are one sentence each.
    """

    stage: Level
    subject: Subject
    polarity: Polarity
    effect: Effect
    points: int
    ttl: timedelta
    retry_after: timedelta | None
    meaning: str
    action: str

    @property
    def retryable(self) -> bool:
        """Whether asking again later may give another answer."""
        return self.retry_after is not None
