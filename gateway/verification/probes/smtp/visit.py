"""One visit to the mail servers of one or more domains: the talk, address by address, and what follows from it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.mail_servers import group_of
from gateway.verification.probes.mailboxes import Mailbox
from gateway.verification.probes.smtp import outcome
from gateway.verification.probes.smtp.catch_all import takes_any
from gateway.verification.probes.smtp.hosts import Place, Places, places
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.outcome import Heard
from gateway.verification.probes.smtp.pace import Moment
from gateway.verification.probes.smtp.talk import Ended, Talk


@dataclass(slots=True, kw_only=True)
class Visit:
    """The addresses that the same mail servers answer for, and the answers so far.

    What ends a talk for good (a refusal of us, a lost connection, a used-up pace) is the answer for every address that
    has none yet: nobody is asked again in the same visit.
    """

    means: Means
    hosts: tuple[str, ...] = field(repr=False)
    wanted: Sequence[Mailbox] = field(repr=False)
    moment: Moment
    answers: dict[str, MailboxAnswer] = field(default_factory=dict, repr=False)
    group: str = ""
    """By whose pace and pauses it goes: the operator of the server that is spoken to."""
    lost: bool = False
    """A server took no connection, fell silent or hung up."""
    in_hand: str = ""
    """The group that a turn was taken for and not used: its server took no connection."""

    async def make(self) -> dict[str, MailboxAnswer]:
        """Ask for every address, and give an answer for each."""
        found = await self._places()
        if not found.found:
            return self._rest(MailboxAnswer(outcome=found.why))
        for batch in _batches(self.wanted, self.means.limits.recipients):
            for place in found.found:
                if batch[0].address not in self.answers:
                    await self._visit(place, batch, last=place is found.found[-1])
        return self.answers

    def give_up(self, why: str) -> dict[str, MailboxAnswer]:
        """Pause whatever has no answer yet."""
        return self._rest(MailboxAnswer(outcome=MailboxOutcome.PAUSED, text=why))

    async def _places(self) -> Places:
        means = self.means
        address = means.identity.address
        version = 4 if address is None else address.version
        return await places(means.dns, self.hosts, version=version, reach=means.reach)

    async def _visit(self, place: Place, batch: Sequence[Mailbox], *, last: bool) -> None:
        """Go by the pauses and the pace of whom we are about to speak with; then talk within one deadline.

        Nobody is connected to before there is a turn for the first address. Without an answer for it afterwards, the
        next server may be tried.
        """
        self.group = group_of(place.host)
        pause = await self.means.memory.pause(self.group, now=self.moment.now())
        if pause is not None:
            self._rest(_paused(pause.until))
            return
        async with self.means.pace.connection(self.group, self.moment) as busy:
            if busy is not None:
                self._rest(_paused(busy))
            elif self.in_hand == self.group or await self._turn():
                self.in_hand = self.group
                await self._talk(place, batch, last=last)

    async def _talk(self, place: Place, batch: Sequence[Mailbox], *, last: bool) -> None:
        talk: Talk | None = None
        try:
            async with asyncio.timeout(self.means.limits.session):
                talk = await self._begin(place, last=last)
                if talk is not None:
                    self.in_hand = ""
                    await self._ask_all(talk, batch)
                    await talk.quit()
        except TimeoutError:
            await self._end(MailboxOutcome.TIMEOUT, None, place.host, starttls=_encrypted(talk))
        finally:
            if talk is not None:
                talk.drop()

    async def _begin(self, place: Place, *, last: bool) -> Talk | None:
        """Talk with a server; where it could not, for now, there is no answer yet unless it is the last one."""
        means = self.means
        try:
            return await Talk.begin(place, means.identity, means.limits, port=means.reach.port)
        except Ended as ended:
            heard = None if ended.reply is None else outcome.read(ended.reply, means.identity)
            if last or not (ended.outcome is MailboxOutcome.UNREACHABLE or _for_now(heard)):
                await self._end(ended.outcome, heard, place.host, starttls=None)
        return None

    async def _ask_all(self, talk: Talk, batch: Sequence[Mailbox]) -> None:
        for number, mailbox in enumerate(batch):
            if number and not await self._turn():
                return
            try:
                going_on = await self._ask(talk, mailbox)
            except Ended as ended:
                await self._end(ended.outcome, None, talk.place.host, starttls=talk.starttls)
                return
            if not going_on:
                return

    async def _ask(self, talk: Talk, mailbox: Mailbox) -> bool:
        """Ask for one address; says whether the talk may go on."""
        address, host, starttls = mailbox.address, talk.place.host, talk.starttls
        if unaskable := _unaskable(address, talk):
            answer = MailboxAnswer(outcome=MailboxOutcome.UNCLEAR, host=host, starttls=starttls, text=unaskable)
            self.answers[address] = answer
            return True
        heard = outcome.read(await talk.ask(address), self.means.identity)
        if heard.for_everybody and address.isascii():
            await self._end(heard.outcome, heard, host, starttls=starttls, address=address)
            return False
        found = await takes_any(self.means, talk, heard, mailbox.domain, self.group, self.moment)
        self.answers[address] = heard.answer(host=host, starttls=starttls, address=address, catch_all=found.fact)
        self.lost = self.lost or found.lost
        if found.ending is not None:
            await self._end(found.ending.outcome, found.ending, host, starttls=starttls)
        return found.ending is None

    async def _turn(self) -> bool:
        """Take a turn for one address; without one, everything that is left is paused."""
        later = await self.means.pace.turn(self.group, self.moment)
        if later is not None:
            self._rest(_paused(later))
        return later is None

    async def _end(
        self, why: MailboxOutcome, heard: Heard | None, host: str, *, starttls: bool | None, address: str = ""
    ) -> None:
        """Give every address without an answer the same one, and open the breaker where the server refuses us."""
        if heard is None:
            self.lost = True
            self._rest(MailboxAnswer(outcome=why, host=host, starttls=starttls))
            return
        if heard.blames_us:
            await self.means.memory.refused(self.group, heard.why(address), now=self.moment.now())
        if heard.outcome is MailboxOutcome.THROTTLED:
            await self.means.pace.rest(self.group, self.moment)
        self._rest(heard.answer(host=host, starttls=starttls, address=address))

    def _rest(self, answer: MailboxAnswer) -> dict[str, MailboxAnswer]:
        for mailbox in self.wanted:
            self.answers.setdefault(mailbox.address, answer)
        return self.answers


def _unaskable(address: str, talk: Talk) -> str | None:
    """Why an address cannot go over this wire; None where it can."""
    if not address.isprintable():
        return "the address cannot be written in a command"
    return None if address.isascii() or talk.utf8 else "SMTPUTF8 is not offered"


def _encrypted(talk: Talk | None) -> bool | None:
    return None if talk is None else talk.starttls


def _for_now(heard: Heard | None) -> bool:
    """Whether another server of the domain may take us: not where this one says that it is we who come too often."""
    if heard is None or heard.blames_us or heard.outcome is MailboxOutcome.THROTTLED:
        return False
    return heard.reply.transient


def _paused(until: datetime) -> MailboxAnswer:
    moment = until.isoformat(timespec="seconds").replace("+00:00", "Z")
    return MailboxAnswer(outcome=MailboxOutcome.PAUSED, text=f"until {moment}")


def _batches(mailboxes: Sequence[Mailbox], size: int) -> Iterator[Sequence[Mailbox]]:
    for at in range(0, len(mailboxes), size):
        yield mailboxes[at : at + size]


def visits(means: Means, wanted: Iterable[tuple[tuple[str, ...], Mailbox]], moment: Moment) -> list[list[Visit]]:
    """Sort addresses into visits by their mail servers, and the visits by the operator of the preferred one.

    Those of a group go one by one.
    """
    by_hosts: dict[tuple[str, ...], list[Mailbox]] = {}
    for hosts, mailbox in wanted:
        by_hosts.setdefault(hosts, []).append(mailbox)
    by_group: dict[str, list[Visit]] = {}
    for hosts, mailboxes in by_hosts.items():
        visit = Visit(means=means, hosts=hosts, wanted=mailboxes, moment=moment)
        by_group.setdefault(group_of(hosts[0]), []).append(visit)
    return list(by_group.values())
