"""From what a mail server said to the answer of a mailbox check: one table, and who is to blame."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.probes.smtp.identity import Identity
from gateway.verification.smtp.classify import classify
from gateway.verification.smtp.meaning import NOBODY, Classified, Ourselves, ReplyMeaning, ShownBy
from gateway.verification.smtp.redaction import KEPT, redacted
from gateway.verification.smtp.reply import Reply, Stage

OUTCOMES: Final[Mapping[ReplyMeaning, MailboxOutcome]] = MappingProxyType(
    {
        ReplyMeaning.ACCEPTED: MailboxOutcome.ACCEPTED,
        ReplyMeaning.NO_SUCH_MAILBOX: MailboxOutcome.NOT_FOUND,
        ReplyMeaning.MAILBOX_FULL: MailboxOutcome.FULL,
        ReplyMeaning.MAILBOX_DISABLED: MailboxOutcome.DISABLED,
        ReplyMeaning.DOMAIN_NOT_SERVED: MailboxOutcome.NOT_SERVED,
        ReplyMeaning.REFUSED_US: MailboxOutcome.REFUSED_US,
        ReplyMeaning.GREYLISTED: MailboxOutcome.GREYLISTED,
        ReplyMeaning.THROTTLED: MailboxOutcome.THROTTLED,
        ReplyMeaning.TEMPORARY: MailboxOutcome.TEMPORARY,
        ReplyMeaning.UNCLEAR: MailboxOutcome.UNCLEAR,
    }
)
"""What each meaning of a reply is for a mailbox check."""

CLOSING: Final = 421
"""The server closes the connection (RFC 5321, 4.2.1)."""
_TLS_WANTED: Final = 530
"""Also "Must issue a STARTTLS command first" (RFC 3207): about this talk, not about our reputation."""
_AGAINST_US: Final = re.compile(r"5\.(?:7\.\d{1,3}|1\.[789])")
"""Permission and policy (RFC 3463, 3.8), and our sender (3.2). A size, an option or a route is nothing against us."""
_BARE: Final = frozenset({550, 554})
"""Codes that, alone, refuse a client for policy's sake (RFC 5321, 3.1 and 4.2.2)."""
_ITS_OWN_RATE: Final = re.compile(r"receiving ?(?:mail|rate)", re.IGNORECASE)
_OF_THE_MAILBOX: Final = re.compile(r"[45]\.2\.\d{1,3}")
"""What is wrong is the mailbox (RFC 3463, 3.3): 4.2.1 of a mailbox that gets too much, Microsoft's 5.2.121, 5.2.122."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A reply, read: what it means for the mailbox, and whether the server refuses us so that we stay away."""

    outcome: MailboxOutcome
    blames_us: bool
    reply: Reply = field(repr=False)
    us: Ourselves = field(default=NOBODY, repr=False)

    @property
    def for_everybody(self) -> bool:
        """Whether the reply is one to any address: the server refuses us, slows us down, closes, or takes no sender."""
        before = self.reply.stage is Stage.MAIL or self.reply.code == CLOSING
        return before or self.blames_us or self.outcome is MailboxOutcome.THROTTLED

    def answer(self, *, host: str, starttls: bool | None, address: str, catch_all: bool | None = None) -> MailboxAnswer:
        """The answer for an address, its text without the address and without our names."""
        return MailboxAnswer(
            outcome=self.outcome,
            catch_all=catch_all,
            starttls=starttls,
            host=host,
            code=self.reply.code,
            enhanced=self.reply.enhanced,
            text=redacted(self.reply.text, address, us=self.us) or None,
        )

    def why(self, address: str = "") -> str:
        """The reply in one line, without the address and our names, for the list of pauses."""
        codes = " ".join(str(each) for each in (self.reply.code, self.reply.enhanced) if each)
        return f"{codes} {redacted(self.reply.text, address, us=self.us)}"[:KEPT].strip()


def read(reply: Reply, identity: Identity) -> Heard:
    """Classify a reply to us."""
    address = () if identity.address is None else (str(identity.address),)
    us = Ourselves(addresses=address, helo=identity.helo, sender=identity.sender)
    found = classify(reply, us=us)
    return Heard(
        outcome=MailboxOutcome.TEMPORARY if _about_its_rate(reply, found) else OUTCOMES[found.meaning],
        blames_us=_blames_us(reply, found),
        reply=reply,
        us=us,
    )


def _blames_us(reply: Reply, found: Classified) -> bool:
    """Whether to leave the server alone: it names us, or refuses us for good before anybody's address was given.

    That it does so is said by its words, by the class of its code, or by a bare 550 or 554.
    """
    if found.meaning is not ReplyMeaning.REFUSED_US or reply.code == _TLS_WANTED:
        return False
    if found.by is ShownBy.OURSELVES:
        return True
    if not reply.permanent or not (reply.stage and reply.stage.before_rcpt):
        return False
    if reply.enhanced is None or reply.enhanced.endswith(".0.0"):
        return found.by is ShownBy.PHRASE or reply.code in _BARE
    return found.by is ShownBy.PHRASE or _AGAINST_US.fullmatch(reply.enhanced) is not None


def _about_its_rate(reply: Reply, found: Classified) -> bool:
    """Whether it is one mailbox that gets too much mail, from whomever: that says nothing about another one, or us."""
    if found.meaning is not ReplyMeaning.THROTTLED or reply.stage is not Stage.RCPT:
        return False
    return bool(_OF_THE_MAILBOX.fullmatch(reply.enhanced or "") or _ITS_OWN_RATE.search(reply.text))
