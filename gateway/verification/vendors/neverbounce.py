"""NeverBounce: five results, and a list of flags.

Sources: https://developers.neverbounce.com/reference/single-check (results and flags) and
https://www.neverbounce.com/blog/how-to-understand-never-bounce-email-verification-results (read 2026-11). By the second
an `invalid` address may not exist, or its domain may not function. The flags tell the two apart: `smtp_connectable`
says that the domain's server was reached, so that it was the address that was refused.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.verification.answers import MailboxOutcome as Outcome
from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import ReasonCode as R
from gateway.verification.vendors.values import (
    Vendor,
    VendorFlags,
    VendorReading,
    VendorWords,
    Word,
    answer,
    decisive,
    text,
)

VALID: Final = "valid"
INVALID: Final = "invalid"
DISPOSABLE: Final = "disposable"
CATCHALL: Final = "catchall"
UNKNOWN: Final = "unknown"

OUTCOMES: Final[Mapping[str, Outcome]] = {
    VALID: Outcome.ACCEPTED,
    INVALID: Outcome.DOUBTED,
    DISPOSABLE: Outcome.DOUBTED,
    CATCHALL: Outcome.ACCEPTED,
    UNKNOWN: Outcome.UNDECIDED,
}
"""What each result says of the mailbox; `invalid` is proof only beside `smtp_connectable` and none of `NO_PROOF`."""
_NUMBERED: Final = (VALID, INVALID, DISPOSABLE, CATCHALL, UNKNOWN)
"""Its clients also tell results as numbers, from 0."""

REACHED: Final = "smtp_connectable"
NO_PROOF: Final = frozenset({"bad_syntax", "bad_dns", "temporary_dns_error", "connect_fails", "accepts_all"})
"""Flags by which an `invalid` is about something else, or about a mailbox that cannot be told from others."""
FLAGS: Final = frozenset(
    {
        *("has_dns", "has_dns_mx", "bad_syntax", "free_email_host", "profanity", "role_account", "disposable_email"),
        *("government_host", "academic_host", "military_host", "international_host", "squatter_host"),
        *("spelling_mistake", "bad_dns", "temporary_dns_error", "connect_fails", "accepts_all", "contains_alias"),
        *("contains_subdomain", "smtp_connectable", "spamtrap_network"),
    }
)
"""Every flag that its documents name."""

WORDS: Final[Mapping[R, Word]] = {
    **dict.fromkeys(
        (
            R.ADDRESS_EMPTY,
            R.ADDRESS_TOO_LONG,
            R.AT_SIGN_MISSING,
            R.AT_SIGN_LOOKALIKE,
            R.UNSAFE_CHARACTERS,
            R.LOCAL_PART_INVALID,
            R.DOMAIN_INVALID,
        ),
        Word(status=INVALID, flag="bad_syntax"),
    ),
    **dict.fromkeys(
        (R.DOMAIN_SPECIAL_USE, R.DOMAIN_NOT_FOUND, R.NO_MAIL_HOST, R.NULL_MX), Word(status=INVALID, flag="bad_dns")
    ),
    **dict.fromkeys((R.MAILBOX_NOT_FOUND, R.VENDOR_NOT_FOUND), Word(status=INVALID, flag=REACHED)),
    R.DISPOSABLE_DOMAIN: Word(status=DISPOSABLE, flag="disposable_email"),
    **dict.fromkeys((R.CATCH_ALL_DOMAIN, R.VENDOR_CATCH_ALL), Word(status=CATCHALL, flag="accepts_all")),
    **dict.fromkeys((R.TYPO_TRAP_DOMAIN, R.DOMAIN_LOOKALIKE), Word(status=UNKNOWN, flag="spelling_mistake")),
    R.PARKED_DOMAIN: Word(status=UNKNOWN, flag="squatter_host"),
    R.VENDOR_TRAP: Word(status=UNKNOWN, flag="spamtrap_network"),
    **dict.fromkeys(
        (R.MAIL_HOST_NOT_PUBLIC, R.MX_HOST_UNUSABLE, R.MX_NOT_PUBLIC), Word(status=UNKNOWN, flag="bad_dns")
    ),
    **dict.fromkeys(
        (
            R.MAILBOX_FULL,
            R.MAILBOX_DISABLED,
            R.DOMAIN_NOT_SERVED,
            R.CATCH_ALL_UNTESTED,
            R.SMTP_GREYLISTED,
            R.SMTP_THROTTLED,
            R.SMTP_TEMPORARY,
            R.SMTP_REFUSED_US,
            R.SMTP_UNCLEAR,
        ),
        Word(status=UNKNOWN, flag=REACHED),
    ),
    **dict.fromkeys(
        (R.SMTP_TIMEOUT, R.SMTP_DROPPED, R.SMTP_UNREACHABLE, R.SMTP_PORT_CLOSED),
        Word(status=UNKNOWN, flag="connect_fails"),
    ),
    **dict.fromkeys(
        (R.DNS_TIMEOUT, R.DNS_SERVFAIL, R.DNS_REFUSED, R.DNS_UNREACHABLE, R.DNS_MALFORMED, R.RESOLVER_UNTRUSTED),
        Word(status=UNKNOWN, flag="temporary_dns_error"),
    ),
    R.ROLE_ADDRESS: Word(status=UNKNOWN, flag="role_account"),
    R.FREE_PROVIDER: Word(status=UNKNOWN, flag="free_email_host"),
    **dict.fromkeys((R.TAGGED_ADDRESS, R.PRIVACY_RELAY_DOMAIN), Word(status=UNKNOWN, flag="contains_alias")),
    R.MX_FOUND: Word(status=UNKNOWN, flag="has_dns_mx"),
    **dict.fromkeys((R.IMPLICIT_MX, R.SPF_REJECT_ALL), Word(status=UNKNOWN, flag="has_dns")),
    **dict.fromkeys((R.MAILBOX_ACCEPTED, R.CATCH_ALL_EXCLUDED), Word(status=VALID, flag=REACHED)),
    R.VENDOR_ACCEPTED: Word(status=VALID),
    **dict.fromkeys(
        (
            R.SYNTAX_OK,
            R.DISPLAY_NAME,
            R.QUOTED_LOCAL_PART,
            R.DOMAIN_LITERAL,
            R.NEEDS_SMTPUTF8,
            R.GIBBERISH_LOCAL_PART,
            R.LOCAL_PART_STRAY_SIGN,
            R.LOCAL_PART_LOOKALIKE,
            R.LISTS_CLEAR,
            R.ALLOW_LISTED_DOMAIN,
            R.DENY_LISTED_DOMAIN,
            R.VENDOR_MAILBOX_FULL,
            R.VENDOR_DOUBT,
            R.VENDOR_UNDECIDED,
            R.VENDOR_CHECK_OFF,
            R.SMTP_SELF_TEST_FAILED,
            R.SMTP_PAUSED,
            R.SMTP_PROBE_OFF,
        ),
        Word(status=UNKNOWN),
    ),
}
"""The nearest word for each reason. Where it loses: NeverBounce has no word for a risk, so that a doubt that is none of
its results is `unknown`, with a flag where one fits."""


def read(fields: Mapping[str, object]) -> VendorReading:
    """Read an answer of its single check: `result` (a word or its number) and `flags`."""
    result = _result(fields.get("result"))
    given = fields.get("flags")
    flags = {text(each) for each in given[:100]} if isinstance(given, list | tuple) else set()
    outcome = OUTCOMES.get(result)
    if result == INVALID and REACHED in flags and not flags & NO_PROOF:
        outcome = Outcome.NOT_FOUND
    everything = outcome is not None and (result == CATCHALL or "accepts_all" in flags)
    return VendorReading(
        answer=answer(
            Vendor.NEVERBOUNCE,
            Outcome.UNDECIDED if outcome is None else outcome,
            result,
            catch_all=True if everything else None,
            odd=outcome is None,
        ),
        flags=VendorFlags(
            disposable=True if result == DISPOSABLE or "disposable_email" in flags else None,
            role=True if "role_account" in flags else None,
            free=True if "free_email_host" in flags else None,
            trap=True if "spamtrap_network" in flags else None,
            typo=True if "spelling_mistake" in flags else None,
            tagged=True if "contains_alias" in flags else None,
        ),
    )


def _result(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_NUMBERED):
        return _NUMBERED[value]
    return text(value)


def write(verdict: EmailVerdict) -> VendorWords:
    """Tell a verdict in its words.

    What was checked up to DNS alone is `unknown`: its `valid` is about the mailbox.
    """
    code = decisive(verdict)
    status = UNKNOWN if code is None else WORDS[code].status
    flags = list(dict.fromkeys(flag for each in verdict.reasons if (flag := WORDS[each].flag) is not None))
    fields: dict[str, Any] = {"result": status, "flags": flags}
    return VendorWords(status=status, sub_status=None, fields=fields)
