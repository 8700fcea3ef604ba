"""What the answer of a mailbox check means for the verdict: its reasons, and whether the check came to an end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import Effect, Level, ReasonCode

_O = MailboxOutcome
_R = ReasonCode
SMTP: Final = "smtp"
"""Who made the check, when it was our own probe."""

_PROBED: Final[Mapping[MailboxOutcome, ReasonCode]] = MappingProxyType(
    {
        _O.ACCEPTED: _R.MAILBOX_ACCEPTED,
        _O.NOT_FOUND: _R.MAILBOX_NOT_FOUND,
        _O.FULL: _R.MAILBOX_FULL,
        _O.DISABLED: _R.MAILBOX_DISABLED,
        _O.NOT_SERVED: _R.DOMAIN_NOT_SERVED,
        _O.NOT_PUBLIC: _R.MX_NOT_PUBLIC,
        _O.GREYLISTED: _R.SMTP_GREYLISTED,
        _O.THROTTLED: _R.SMTP_THROTTLED,
        _O.TEMPORARY: _R.SMTP_TEMPORARY,
        _O.REFUSED_US: _R.SMTP_REFUSED_US,
        _O.UNCLEAR: _R.SMTP_UNCLEAR,
        _O.TIMEOUT: _R.SMTP_TIMEOUT,
        _O.DROPPED: _R.SMTP_DROPPED,
        _O.UNREACHABLE: _R.SMTP_UNREACHABLE,
        _O.PORT_CLOSED: _R.SMTP_PORT_CLOSED,
        _O.SELF_TEST_FAILED: _R.SMTP_SELF_TEST_FAILED,
        _O.PAUSED: _R.SMTP_PAUSED,
        _O.OFF: _R.SMTP_PROBE_OFF,
    }
)
_TOLD: Final[Mapping[MailboxOutcome, ReasonCode]] = MappingProxyType(
    {
        _O.ACCEPTED: _R.VENDOR_ACCEPTED,
        _O.NOT_FOUND: _R.VENDOR_NOT_FOUND,
        _O.FULL: _R.VENDOR_MAILBOX_FULL,
        _O.TRAP: _R.VENDOR_TRAP,
        _O.DISABLED: _R.VENDOR_DOUBT,
        _O.NOT_SERVED: _R.VENDOR_DOUBT,
        _O.DOUBTED: _R.VENDOR_DOUBT,
        _O.OFF: _R.VENDOR_CHECK_OFF,
    }
)
_BELIEVED: Final = frozenset({_R.CATCH_ALL_EXCLUDED, _R.VENDOR_ACCEPTED})
_SAID: Final[Mapping[MailboxOutcome, tuple[bool | None, bool | None]]] = MappingProxyType(
    {
        _O.ACCEPTED: (False, False),
        _O.NOT_FOUND: (False, False),
        _O.FULL: (True, False),
        _O.DISABLED: (None, True),
    }
)
"""By outcome that tells about the mailbox: full, disabled."""


def mailbox_reasons(answer: MailboxAnswer) -> list[ReasonCode]:
    """The reasons that stand for an answer: a yes counts once an invented address was refused.

    A catch-all's yes is a doubt. Whether the server says yes to anything, our own probe asks with every yes: where
    that is not told, the check did not end. A vendor is taken at its word.
    """
    probed = answer.by == SMTP
    if answer.outcome is _O.ACCEPTED and answer.catch_all:
        return [_R.CATCH_ALL_DOMAIN if probed else _R.VENDOR_CATCH_ALL]
    if not probed:
        return [_TOLD.get(answer.outcome, _R.VENDOR_UNDECIDED)]
    found = [_PROBED.get(answer.outcome, _R.SMTP_UNCLEAR)]
    if answer.outcome is _O.ACCEPTED:
        found.append(_R.CATCH_ALL_UNTESTED if answer.catch_all is None else _R.CATCH_ALL_EXCLUDED)
    return found


def mailbox_level(answer: MailboxAnswer) -> Level | None:
    """The level that a check has reached; None when it did not end, or no mail server was there to speak."""
    if answer.outcome is _O.NOT_PUBLIC or any(MEANINGS[code].effect is Effect.OPEN for code in mailbox_reasons(answer)):
        return None
    return Level.SMTP if answer.by == SMTP else Level.VENDOR


def full_and_disabled(answer: MailboxAnswer) -> tuple[bool | None, bool | None]:
    """Whether the mailbox is full, and whether it is switched off: None where nobody said anything about it.

    A yes of a server that says yes to anything, or may do so, is nothing about the mailbox.
    """
    if answer.outcome is _O.ACCEPTED and mailbox_reasons(answer)[-1] not in _BELIEVED:
        return None, None
    return _SAID.get(answer.outcome, (None, None))
