"""The port of a mailbox check, whoever makes it: our own SMTP probe or a vendor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.verification.answers import DomainMail, MailboxAnswer, MailboxOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One address as it goes over the wire: the local part as it was written, the domain in A-label form."""

    address: str = field(repr=False)

    @property
    def domain(self) -> str:
        """Its domain."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainMailboxes:
    """The addresses of one domain that are asked about, each once, and who takes the domain's mail."""

    mail: DomainMail
    mailboxes: tuple[Mailbox, ...] = field(repr=False)


class MailboxSource(Protocol):
    """Answers whether there are such mailboxes."""

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        """Give an answer for every address that is asked about, by `Mailbox.address`.

        Every domain receives mail as far as DNS says, and comes once. A failure is an outcome, never an exception.
        """
        ...


class StandIn:
    """Our own probe, and a vendor in its place where port 25 is shut here."""

    def __init__(self, probe: MailboxSource, vendor: MailboxSource) -> None:
        self._probe = probe
        self._vendor = vendor

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        """Ask the probe, and the vendor for what cannot be probed from here."""
        answers = dict(await self._probe.check(asked, now=now))
        shut = {address for address, each in answers.items() if each.outcome is MailboxOutcome.PORT_CLOSED}
        left = [
            DomainMailboxes(mail=each.mail, mailboxes=kept)
            for each in asked
            if (kept := tuple(mailbox for mailbox in each.mailboxes if mailbox.address in shut))
        ]
        return answers | dict(await self._vendor.check(left, now=now)) if left else answers
