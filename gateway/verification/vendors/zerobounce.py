"""ZeroBounce: seven statuses, each with sub-statuses.

Source: https://www.zerobounce.net/docs/email-validation-api-quickstart/v2-status-codes (read 2026-11). `gold`,
`allowed` and `blocked` stand only among the counters of its usage call; the last two tell a customer's own rules.
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

VALID: Final = "valid"
INVALID: Final = "invalid"
CATCH_ALL: Final = "catch-all"
SPAMTRAP: Final = "spamtrap"
ABUSE: Final = "abuse"
DO_NOT_MAIL: Final = "do_not_mail"
UNKNOWN: Final = "unknown"

_UNKNOWN_SUBS: Final = (
    "antispam_system exception_occurred failed_smtp_connection forcible_disconnect greylisted "
    "mail_server_did_not_respond mail_server_temporary_error timeout_exceeded"
)
OUTCOMES: Final[Mapping[tuple[str, str], Outcome]] = {
    (VALID, ""): Outcome.ACCEPTED,
    **{(VALID, sub): Outcome.ACCEPTED for sub in ("alias_address", "leading_period_removed", "alternate", "gold")},
    **{(VALID, sub): Outcome.ACCEPTED for sub in ("accept_all", "role_based_accept_all", "ai_agent_mailbox")},
    (VALID, "allowed"): Outcome.UNDECIDED,
    (INVALID, ""): Outcome.DOUBTED,
    (INVALID, "mailbox_not_found"): Outcome.NOT_FOUND,
    (INVALID, "mailbox_quota_exceeded"): Outcome.FULL,
    (INVALID, "does_not_accept_mail"): Outcome.DOUBTED,
    (INVALID, "failed_syntax_check"): Outcome.DOUBTED,
    (INVALID, "possible_typo"): Outcome.DOUBTED,
    (INVALID, "no_dns_entries"): Outcome.DOUBTED,
    (INVALID, "unroutable_ip_address"): Outcome.DOUBTED,
    (CATCH_ALL, ""): Outcome.ACCEPTED,
    (CATCH_ALL, "ai_agent_mailbox"): Outcome.ACCEPTED,
    (SPAMTRAP, ""): Outcome.TRAP,
    (ABUSE, ""): Outcome.TRAP,
    (DO_NOT_MAIL, ""): Outcome.DOUBTED,
    (DO_NOT_MAIL, "role_based"): Outcome.ACCEPTED,
    (DO_NOT_MAIL, "role_based_catch_all"): Outcome.ACCEPTED,
    (DO_NOT_MAIL, "disposable"): Outcome.DOUBTED,
    (DO_NOT_MAIL, "mx_forward"): Outcome.DOUBTED,
    (DO_NOT_MAIL, "blocked"): Outcome.DOUBTED,
    (DO_NOT_MAIL, "global_suppression"): Outcome.TRAP,
    (DO_NOT_MAIL, "possible_trap"): Outcome.TRAP,
    (DO_NOT_MAIL, "toxic"): Outcome.TRAP,
    (UNKNOWN, ""): Outcome.UNDECIDED,
    **{(UNKNOWN, sub): Outcome.UNDECIDED for sub in _UNKNOWN_SUBS.split()},
}
"""What each documented pair says of the mailbox. `invalid` is proof with `mailbox_not_found` alone. Role addresses are
valid by its own words ("technically valid"): that they are not to be mailed is a policy, so the flag says it. A
`mailbox_not_found` at a `catchall_domain` contradicts itself and proves nothing. New sub-statuses count as none."""

_ALL: Final = frozenset({"accept_all", "role_based_accept_all", "role_based_catch_all"})
_ROLES: Final = frozenset({"role_based", "role_based_accept_all", "role_based_catch_all"})

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
        Word(status=INVALID, sub="failed_syntax_check"),
    ),
    **dict.fromkeys(
        (R.DOMAIN_SPECIAL_USE, R.DOMAIN_NOT_FOUND, R.NO_MAIL_HOST), Word(status=INVALID, sub="no_dns_entries")
    ),
    R.NULL_MX: Word(status=INVALID, sub="does_not_accept_mail"),
    **dict.fromkeys((R.MAILBOX_NOT_FOUND, R.VENDOR_NOT_FOUND), Word(status=INVALID, sub="mailbox_not_found")),
    **dict.fromkeys((R.MAILBOX_FULL, R.VENDOR_MAILBOX_FULL), Word(status=INVALID, sub="mailbox_quota_exceeded")),
    **dict.fromkeys(
        (
            R.DISPLAY_NAME,
            R.QUOTED_LOCAL_PART,
            R.DOMAIN_LITERAL,
            R.MAIL_HOST_NOT_PUBLIC,
            R.MX_HOST_UNUSABLE,
            R.MAILBOX_DISABLED,
            R.DOMAIN_NOT_SERVED,
            R.MX_NOT_PUBLIC,
            R.LOCAL_PART_STRAY_SIGN,
            R.LOCAL_PART_LOOKALIKE,
            R.DOMAIN_LOOKALIKE,
            R.TYPO_TRAP_DOMAIN,
            R.SPF_REJECT_ALL,
            R.VENDOR_DOUBT,
        ),
        Word(status=DO_NOT_MAIL),
    ),
    R.DENY_LISTED_DOMAIN: Word(status=DO_NOT_MAIL, sub="blocked"),
    R.DISPOSABLE_DOMAIN: Word(status=DO_NOT_MAIL, sub="disposable"),
    R.PARKED_DOMAIN: Word(status=DO_NOT_MAIL, sub="mx_forward"),
    **dict.fromkeys((R.CATCH_ALL_DOMAIN, R.VENDOR_CATCH_ALL), Word(status=CATCH_ALL)),
    R.VENDOR_TRAP: Word(status=SPAMTRAP),
    R.ROLE_ADDRESS: Word(status=DO_NOT_MAIL, sub="role_based"),
    **dict.fromkeys((R.TAGGED_ADDRESS, R.PRIVACY_RELAY_DOMAIN), Word(status=VALID, sub="alias_address")),
    R.GIBBERISH_LOCAL_PART: Word(status=VALID, sub="alternate"),
    R.ALLOW_LISTED_DOMAIN: Word(status=VALID, sub="allowed"),
    **dict.fromkeys((R.MAILBOX_ACCEPTED, R.CATCH_ALL_EXCLUDED, R.VENDOR_ACCEPTED), Word(status=VALID)),
    R.FREE_PROVIDER: Word(status=UNKNOWN, flag="free_email"),
    R.MX_FOUND: Word(status=UNKNOWN, flag="mx_found"),
    **dict.fromkeys((R.SYNTAX_OK, R.NEEDS_SMTPUTF8, R.LISTS_CLEAR, R.IMPLICIT_MX), Word(status=UNKNOWN)),
    **dict.fromkeys((R.DNS_TIMEOUT, R.SMTP_TIMEOUT), Word(status=UNKNOWN, sub="timeout_exceeded")),
    R.SMTP_GREYLISTED: Word(status=UNKNOWN, sub="greylisted"),
    **dict.fromkeys((R.SMTP_THROTTLED, R.SMTP_TEMPORARY), Word(status=UNKNOWN, sub="mail_server_temporary_error")),
    R.SMTP_REFUSED_US: Word(status=UNKNOWN, sub="antispam_system"),
    R.SMTP_DROPPED: Word(status=UNKNOWN, sub="forcible_disconnect"),
    R.SMTP_UNREACHABLE: Word(status=UNKNOWN, sub="mail_server_did_not_respond"),
    R.SMTP_PORT_CLOSED: Word(status=UNKNOWN, sub="failed_smtp_connection"),
    **dict.fromkeys(
        (
            R.DNS_SERVFAIL,
            R.DNS_REFUSED,
            R.DNS_UNREACHABLE,
            R.DNS_MALFORMED,
            R.RESOLVER_UNTRUSTED,
            R.CATCH_ALL_UNTESTED,
            R.SMTP_UNCLEAR,
            R.SMTP_SELF_TEST_FAILED,
            R.SMTP_PAUSED,
            R.SMTP_PROBE_OFF,
            R.VENDOR_UNDECIDED,
            R.VENDOR_CHECK_OFF,
        ),
        Word(status=UNKNOWN, sub="exception_occurred"),
    ),
}
"""The nearest word for each reason. Where it loses: a doubt that ZeroBounce has no word for is `do_not_mail` alone,
also a misspelt or imitated domain, which need be nobody's spam trap (`possible_trap`); and a full mailbox, a doubt to
us, is one it knows only under `invalid`."""

_RANK: Final = (R.ROLE_ADDRESS, R.PRIVACY_RELAY_DOMAIN, R.TAGGED_ADDRESS, R.GIBBERISH_LOCAL_PART)


def read(fields: Mapping[str, object]) -> VendorReading:
    """Read an answer of its validation call: `status`, `sub_status`, `free_email`, `catchall_domain`."""
    status, sub = text(fields.get("status")), text(fields.get("sub_status"))
    known, outcome = OUTCOMES.get((status, sub)), _outcome(status, sub)
    everything = status == CATCH_ALL or sub in _ALL or truth(fields.get("catchall_domain"))
    if everything and outcome is Outcome.NOT_FOUND:
        outcome = Outcome.DOUBTED
    said = answer(
        Vendor.ZEROBOUNCE,
        outcome or Outcome.UNDECIDED,
        status,
        sub,
        catch_all=(True if everything else truth(fields.get("catchall_domain"))) if outcome else None,
        odd=known is None,
    )
    return VendorReading(
        answer=said,
        flags=VendorFlags(
            disposable=True if sub == "disposable" else None,
            role=True if sub in _ROLES else None,
            free=truth(fields.get("free_email")),
            full=True if outcome is Outcome.FULL else None,
            trap=True if outcome is Outcome.TRAP else None,
            typo=True if sub == "possible_typo" else None,
        ),
    )


def _outcome(status: str, sub: str) -> Outcome | None:
    """What the pair says; of a sub-status that is not documented beside this status, what the status says alone."""
    if status == DO_NOT_MAIL and sub in _ROLES:
        return Outcome.ACCEPTED
    return OUTCOMES.get((status, sub)) or OUTCOMES.get((status, ""))


def write(verdict: EmailVerdict) -> VendorWords:
    """Tell a verdict in its words.

    What was checked up to DNS alone is `unknown`: its `valid` is about the mailbox.
    """
    code = decisive(verdict, _RANK)
    word = Word(status=UNKNOWN) if code is None else WORDS[code]
    if word.status == CATCH_ALL and verdict.facts.role:
        word = Word(status=DO_NOT_MAIL, sub="role_based_catch_all")
    fields: dict[str, Any] = {"status": word.status, "sub_status": word.sub or "", "free_email": verdict.facts.free}
    if verdict.facts.catch_all is not None:
        fields["catchall_domain"] = verdict.facts.catch_all
    return VendorWords(status=word.status, sub_status=word.sub, fields=fields)
