"""Kickbox: four results, each with one of eleven reasons.

Source: https://docs.kickbox.com/reference/verify-an-email-address (read 2026-11).
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
    truth,
)

DELIVERABLE: Final = "deliverable"
UNDELIVERABLE: Final = "undeliverable"
RISKY: Final = "risky"
UNKNOWN: Final = "unknown"

_UNKNOWN_REASONS: Final = ("no_connect", "timeout", "invalid_smtp", "unavailable_smtp", "unexpected_error")
OUTCOMES: Final[Mapping[tuple[str, str], Outcome]] = {
    (DELIVERABLE, ""): Outcome.ACCEPTED,
    (DELIVERABLE, "accepted_email"): Outcome.ACCEPTED,
    (UNDELIVERABLE, ""): Outcome.DOUBTED,
    (UNDELIVERABLE, "rejected_email"): Outcome.NOT_FOUND,
    (UNDELIVERABLE, "invalid_email"): Outcome.DOUBTED,
    (UNDELIVERABLE, "invalid_domain"): Outcome.DOUBTED,
    (UNDELIVERABLE, "invalid_smtp"): Outcome.DOUBTED,
    (RISKY, ""): Outcome.DOUBTED,
    (RISKY, "low_quality"): Outcome.DOUBTED,
    (RISKY, "low_deliverability"): Outcome.DOUBTED,
    (UNKNOWN, ""): Outcome.UNDECIDED,
    **{(UNKNOWN, reason): Outcome.UNDECIDED for reason in _UNKNOWN_REASONS},
}
"""What each documented pair says of the mailbox: `rejected_email` is that the server refused it as not existing.
With `accept_all` a `risky` is a catch-all's yes, and a `rejected_email` contradicts itself and proves nothing.
A reason that is not documented beside a result counts as none."""

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
        Word(status=UNDELIVERABLE, sub="invalid_email"),
    ),
    **dict.fromkeys(
        (R.DOMAIN_SPECIAL_USE, R.DOMAIN_NOT_FOUND, R.NO_MAIL_HOST, R.NULL_MX),
        Word(status=UNDELIVERABLE, sub="invalid_domain"),
    ),
    **dict.fromkeys((R.MAILBOX_NOT_FOUND, R.VENDOR_NOT_FOUND), Word(status=UNDELIVERABLE, sub="rejected_email")),
    R.DISPOSABLE_DOMAIN: Word(status=RISKY, sub="low_quality", flag="disposable"),
    **dict.fromkeys(
        (
            R.DISPLAY_NAME,
            R.QUOTED_LOCAL_PART,
            R.DOMAIN_LITERAL,
            R.LOCAL_PART_STRAY_SIGN,
            R.LOCAL_PART_LOOKALIKE,
            R.DOMAIN_LOOKALIKE,
            R.DENY_LISTED_DOMAIN,
            R.TYPO_TRAP_DOMAIN,
            R.SPF_REJECT_ALL,
            R.PARKED_DOMAIN,
            R.VENDOR_TRAP,
            R.VENDOR_DOUBT,
        ),
        Word(status=RISKY, sub="low_quality"),
    ),
    **dict.fromkeys(
        (R.CATCH_ALL_DOMAIN, R.VENDOR_CATCH_ALL), Word(status=RISKY, sub="low_deliverability", flag="accept_all")
    ),
    **dict.fromkeys(
        (
            R.MAIL_HOST_NOT_PUBLIC,
            R.MX_HOST_UNUSABLE,
            R.MAILBOX_FULL,
            R.MAILBOX_DISABLED,
            R.DOMAIN_NOT_SERVED,
            R.MX_NOT_PUBLIC,
            R.VENDOR_MAILBOX_FULL,
        ),
        Word(status=RISKY, sub="low_deliverability"),
    ),
    **dict.fromkeys(
        (R.MAILBOX_ACCEPTED, R.CATCH_ALL_EXCLUDED, R.VENDOR_ACCEPTED), Word(status=DELIVERABLE, sub="accepted_email")
    ),
    **dict.fromkeys((R.DNS_TIMEOUT, R.SMTP_TIMEOUT), Word(status=UNKNOWN, sub="timeout")),
    **dict.fromkeys(
        (
            R.SYNTAX_OK,
            R.NEEDS_SMTPUTF8,
            R.TAGGED_ADDRESS,
            R.GIBBERISH_LOCAL_PART,
            R.LISTS_CLEAR,
            R.ALLOW_LISTED_DOMAIN,
            R.PRIVACY_RELAY_DOMAIN,
            R.MX_FOUND,
            R.IMPLICIT_MX,
            R.DNS_UNREACHABLE,
            R.SMTP_UNREACHABLE,
            R.SMTP_PORT_CLOSED,
            R.SMTP_PROBE_OFF,
            R.VENDOR_CHECK_OFF,
        ),
        Word(status=UNKNOWN, sub="no_connect"),
    ),
    R.ROLE_ADDRESS: Word(status=UNKNOWN, sub="no_connect", flag="role"),
    R.FREE_PROVIDER: Word(status=UNKNOWN, sub="no_connect", flag="free"),
    **dict.fromkeys((R.SMTP_UNCLEAR, R.SMTP_DROPPED), Word(status=UNKNOWN, sub="invalid_smtp")),
    **dict.fromkeys(
        (
            R.CATCH_ALL_UNTESTED,
            R.SMTP_GREYLISTED,
            R.SMTP_THROTTLED,
            R.SMTP_TEMPORARY,
            R.SMTP_REFUSED_US,
            R.SMTP_PAUSED,
        ),
        Word(status=UNKNOWN, sub="unavailable_smtp"),
    ),
    **dict.fromkeys(
        (
            R.DNS_SERVFAIL,
            R.DNS_REFUSED,
            R.DNS_MALFORMED,
            R.RESOLVER_UNTRUSTED,
            R.SMTP_SELF_TEST_FAILED,
            R.VENDOR_UNDECIDED,
        ),
        Word(status=UNKNOWN, sub="unexpected_error"),
    ),
}
"""The nearest word for each reason. Where it loses: a trap, a doubt of another vendor and a strange address are all
`low_quality`, and a mailbox that nobody asked about is `no_connect`."""
_NOT_ASKED: Final = Word(status=UNKNOWN, sub="no_connect")


def read(fields: Mapping[str, object]) -> VendorReading:
    """Read an answer of its verify call: `result`, `reason`, `accept_all`, `role`, `free`, `disposable`."""
    result, reason = text(fields.get("result")), text(fields.get("reason"))
    everything = truth(fields.get("accept_all"))
    known = OUTCOMES.get((result, reason))
    outcome = known or OUTCOMES.get((result, ""))
    if everything and reason == "low_deliverability" and result == RISKY:
        outcome = Outcome.ACCEPTED
    if everything and outcome is Outcome.NOT_FOUND:
        outcome = Outcome.DOUBTED
    return VendorReading(
        answer=answer(
            Vendor.KICKBOX,
            outcome or Outcome.UNDECIDED,
            result,
            reason,
            catch_all=everything if outcome else None,
            odd=known is None,
        ),
        flags=VendorFlags(
            disposable=truth(fields.get("disposable")),
            role=truth(fields.get("role")),
            free=truth(fields.get("free")),
            typo=True if text(fields.get("did_you_mean")) else None,
        ),
    )


def write(verdict: EmailVerdict) -> VendorWords:
    """Tell a verdict in its words.

    What was checked up to DNS alone is `unknown`: its `deliverable` is about the mailbox.
    """
    code = decisive(verdict)
    word = _NOT_ASKED if code is None else WORDS[code]
    facts = verdict.facts
    fields: dict[str, Any] = {
        "result": word.status,
        "reason": word.sub,
        "role": facts.role,
        "free": facts.free,
        "disposable": facts.disposable,
        "accept_all": facts.catch_all,
    }
    return VendorWords(status=word.status, sub_status=word.sub, fields=fields)
