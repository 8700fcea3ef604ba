"""Hunter: six statuses, and nine truths beside them.

Sources: https://hunter.io/api-documentation/v2#email-verifier (statuses and fields; `result` is the older word) and
https://help.hunter.io/en/articles/6103281-what-are-the-possible-verification-statuses-for-an-email (read 2026-11). By
the first, `smtp_check` says that the address does not bounce, `smtp_server` that its server was reached, and `block`
that the domain keeps verifiers from finding out.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.verification.answers import MailboxOutcome as Outcome
from gateway.verification.answers import MailOutcome
from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import Level
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
ACCEPT_ALL: Final = "accept_all"
WEBMAIL: Final = "webmail"
DISPOSABLE: Final = "disposable"
UNKNOWN: Final = "unknown"

OUTCOMES: Final[Mapping[str, Outcome]] = {
    VALID: Outcome.ACCEPTED,
    INVALID: Outcome.DOUBTED,
    ACCEPT_ALL: Outcome.ACCEPTED,
    WEBMAIL: Outcome.UNDECIDED,
    DISPOSABLE: Outcome.DOUBTED,
    UNKNOWN: Outcome.UNDECIDED,
    "deliverable": Outcome.ACCEPTED,
    "undeliverable": Outcome.DOUBTED,
    "risky": Outcome.DOUBTED,
}
"""What each status, and each older `result`, says of the mailbox. `invalid` is proof where its server was reached
(`smtp_server`) and refused the address (`smtp_check` false) of a domain that neither blocks nor accepts everything;
`webmail` is a yes where `smtp_check` is true."""
_RECORDS: Final = {
    MailOutcome.MX: True,
    **dict.fromkeys((MailOutcome.IMPLICIT_MX, MailOutcome.NULL_MX, MailOutcome.NODATA, MailOutcome.NXDOMAIN), False),
}
"""Whether there are MX records by which mail can come; of other outcomes DNS has not told, or told something else."""
_OLDER: Final = frozenset({"deliverable", "undeliverable", "risky"})

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
            R.DOMAIN_SPECIAL_USE,
        ),
        Word(status=INVALID, flag="regexp: false"),
    ),
    **dict.fromkeys((R.DOMAIN_NOT_FOUND, R.NO_MAIL_HOST, R.NULL_MX), Word(status=INVALID, flag="mx_records: false")),
    **dict.fromkeys((R.MAILBOX_NOT_FOUND, R.VENDOR_NOT_FOUND), Word(status=INVALID, flag="smtp_check: false")),
    R.DISPOSABLE_DOMAIN: Word(status=DISPOSABLE, flag="disposable: true"),
    **dict.fromkeys((R.CATCH_ALL_DOMAIN, R.VENDOR_CATCH_ALL), Word(status=ACCEPT_ALL, flag="accept_all: true")),
    R.GIBBERISH_LOCAL_PART: Word(status=UNKNOWN, flag="gibberish: true"),
    R.FREE_PROVIDER: Word(status=WEBMAIL, flag="webmail: true"),
    R.MX_FOUND: Word(status=UNKNOWN, flag="mx_records: true"),
    R.SMTP_REFUSED_US: Word(status=UNKNOWN, flag="block: true"),
    **dict.fromkeys((R.MAILBOX_ACCEPTED, R.VENDOR_ACCEPTED), Word(status=VALID, flag="smtp_check: true")),
    R.CATCH_ALL_EXCLUDED: Word(status=VALID, flag="accept_all: false"),
    R.SYNTAX_OK: Word(status=UNKNOWN, flag="regexp: true"),
    **dict.fromkeys(
        (
            R.DISPLAY_NAME,
            R.QUOTED_LOCAL_PART,
            R.DOMAIN_LITERAL,
            R.NEEDS_SMTPUTF8,
            R.TAGGED_ADDRESS,
            R.LOCAL_PART_STRAY_SIGN,
            R.LOCAL_PART_LOOKALIKE,
            R.DOMAIN_LOOKALIKE,
            R.LISTS_CLEAR,
            R.ALLOW_LISTED_DOMAIN,
            R.DENY_LISTED_DOMAIN,
            R.PRIVACY_RELAY_DOMAIN,
            R.ROLE_ADDRESS,
            R.TYPO_TRAP_DOMAIN,
            R.IMPLICIT_MX,
            R.MAIL_HOST_NOT_PUBLIC,
            R.MX_HOST_UNUSABLE,
            R.SPF_REJECT_ALL,
            R.PARKED_DOMAIN,
            R.DNS_TIMEOUT,
            R.DNS_SERVFAIL,
            R.DNS_REFUSED,
            R.DNS_UNREACHABLE,
            R.DNS_MALFORMED,
            R.RESOLVER_UNTRUSTED,
            R.MAILBOX_FULL,
            R.MAILBOX_DISABLED,
            R.DOMAIN_NOT_SERVED,
            R.MX_NOT_PUBLIC,
            R.CATCH_ALL_UNTESTED,
            R.SMTP_GREYLISTED,
            R.SMTP_THROTTLED,
            R.SMTP_TEMPORARY,
            R.SMTP_UNCLEAR,
            R.SMTP_TIMEOUT,
            R.SMTP_DROPPED,
            R.SMTP_UNREACHABLE,
            R.SMTP_PORT_CLOSED,
            R.SMTP_SELF_TEST_FAILED,
            R.SMTP_PAUSED,
            R.SMTP_PROBE_OFF,
            R.VENDOR_MAILBOX_FULL,
            R.VENDOR_TRAP,
            R.VENDOR_DOUBT,
            R.VENDOR_UNDECIDED,
            R.VENDOR_CHECK_OFF,
        ),
        Word(status=UNKNOWN),
    ),
}
"""The nearest word for each reason. Where it loses: Hunter has no word for a risk, nor for why it cannot tell."""


def read(fields: Mapping[str, object]) -> VendorReading:
    """Read the `data` of an answer of its verifier: `status` (else the older `result`) and the truths beside it."""
    status = text(fields.get("status"))
    if not status and text(fields.get("result")) in _OLDER:
        status = text(fields.get("result"))
    told = {name: truth(fields.get(name)) for name in ("regexp", "mx_records", "smtp_server", "smtp_check", "block")}
    everything = truth(fields.get("accept_all"))
    outcome = OUTCOMES.get(status)
    if status == INVALID and _refused(told) and not everything:
        outcome = Outcome.NOT_FOUND
    if status == WEBMAIL and told["smtp_check"]:
        outcome = Outcome.ACCEPTED
    return VendorReading(
        answer=answer(
            Vendor.HUNTER,
            Outcome.UNDECIDED if outcome is None else outcome,
            status,
            catch_all=None if outcome is None else status == ACCEPT_ALL or everything,
            odd=outcome is None,
        ),
        flags=VendorFlags(
            disposable=status == DISPOSABLE or truth(fields.get("disposable")),
            free=status == WEBMAIL or truth(fields.get("webmail")),
            gibberish=truth(fields.get("gibberish")),
        ),
    )


def _refused(told: Mapping[str, bool | None]) -> bool:
    """Whether the server was reached and refused the address."""
    reached = told["smtp_server"] is True and told["smtp_check"] is False
    return reached and told["regexp"] is not False and told["mx_records"] is not False and told["block"] is not True


def write(verdict: EmailVerdict) -> VendorWords:
    """Tell a verdict in its words; what was checked up to DNS alone is `unknown`, or `webmail` at a free provider."""
    code = decisive(verdict)
    facts = verdict.facts
    status = (WEBMAIL if facts.free else UNKNOWN) if code is None else WORDS[code].status
    fields: dict[str, Any] = {
        "status": status,
        "regexp": R.SYNTAX_OK in verdict.reasons,
        "gibberish": facts.gibberish,
        "disposable": facts.disposable,
        "webmail": facts.free,
        "mx_records": None if verdict.evidence.dns is None else _RECORDS.get(MailOutcome(verdict.evidence.dns)),
        "accept_all": facts.catch_all,
        **_mailbox(verdict),
    }
    return VendorWords(status=status, sub_status=None, fields=fields)


def _mailbox(verdict: EmailVerdict) -> dict[str, bool | None]:
    """What the mailbox check tells of the server; None for whatever it did not find out.

    A vendor's check says nothing of the server, unless it says that the mailbox was refused. A server that may accept
    everything has not said that the address does not bounce.
    """
    reasons = verdict.reasons
    refused = R.MAILBOX_NOT_FOUND in reasons or R.VENDOR_NOT_FOUND in reasons
    told = R.MAILBOX_ACCEPTED in reasons or R.VENDOR_ACCEPTED in reasons
    accepted = told and R.CATCH_ALL_UNTESTED not in reasons
    answered = verdict.level is Level.SMTP and R.MX_NOT_PUBLIC not in reasons
    turned_away = R.SMTP_REFUSED_US in reasons
    return {
        "smtp_server": True if answered or refused or turned_away else None,
        "smtp_check": True if accepted else False if refused else None,
        "block": True if turned_away else False if answered else None,
    }
