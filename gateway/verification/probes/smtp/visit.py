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

    @property
    def group(self) -> str:
        """By whose pace and pauses the visit goes."""
        return group_of(self.hosts[0])

    async def make(self) -> dict[str, MailboxAnswer]:
        """Ask for every address, and give an answer for each."""
        pause = await self.means.memory.pause(self.group, now=self.moment.now())
        if pause is not None:
            return self._rest(_paused(pause.until))
        found = await self._places()
        if not found.found:
            return self._rest(MailboxAnswer(outcome=found.why))
        for batch in _batches(self.wanted, self.means.limits.recipients):
            if batch[0].address not in self.answers:
                async with self.means.pace.connection(self.group, self.moment) as busy:
                    await self._visit(found.found, batch, busy)
        return self.answers

    async def _places(self) -> Places:
        means = self.means
        address = means.identity.address
        version = 4 if address is None else address.version
        return await places(means.dns, self.hosts, version=version, reach=means.reach)

    async def _visit(self, found: tuple[Place, ...], batch: Sequence[Mailbox], busy: datetime | None) -> None:
        """Take a turn for the first address before anybody is connected to, then talk within one deadline."""
        if busy is not None:
            self._rest(_paused(busy))
            return
        if not await self._turn():
            return
        talk: Talk | None = None
        host = found[0].host
        try:
            async with asyncio.timeout(self.means.limits.session):
                talk = await self._begin(found)
                if talk is not None:
                    host = talk.place.host
                    await self._ask_all(talk, batch)
                    await talk.quit()
        except TimeoutError:
            self._rest(MailboxAnswer(outcome=MailboxOutcome.TIMEOUT, host=host, starttls=_encrypted(talk)))
        finally:
            if talk is not None:
                talk.drop()

    async def _begin(self, found: tuple[Place, ...]) -> Talk | None:
        """Talk with the first server that takes the connection; the next one only where that one could not, for now."""
        means = self.means
        for place in found:
            try:
                return await Talk.begin(place, means.identity, means.limits, port=means.reach.port)
            except Ended as ended:
                heard = None if ended.reply is None else outcome.read(ended.reply, means.identity)
                last = place is found[-1]
                if not last and (ended.outcome is MailboxOutcome.UNREACHABLE or _for_now(heard)):
                    continue
                await self._end(ended.outcome, heard, place.host, starttls=None)
                return None
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
    return heard is not None and heard.reply.transient


def _paused(until: datetime) -> MailboxAnswer:
    moment = until.isoformat(timespec="seconds").replace("+00:00", "Z")
    return MailboxAnswer(outcome=MailboxOutcome.PAUSED, text=f"until {moment}")


def _batches(mailboxes: Sequence[Mailbox], size: int) -> Iterator[Sequence[Mailbox]]:
    for at in range(0, len(mailboxes), size):
        yield mailboxes[at : at + size]


def visits(means: Means, wanted: Iterable[tuple[tuple[str, ...], Mailbox]], moment: Moment) -> list[list[Visit]]:
    """Sort addresses into visits by their mail servers, and the visits by group; those of a group go one by one."""
    by_hosts: dict[tuple[str, ...], list[Mailbox]] = {}
    for hosts, mailbox in wanted:
        by_hosts.setdefault(hosts, []).append(mailbox)
    by_group: dict[str, list[Visit]] = {}
    for hosts, mailboxes in by_hosts.items():
        visit = Visit(means=means, hosts=hosts, wanted=mailboxes, moment=moment)
        by_group.setdefault(visit.group, []).append(visit)
    return list(by_group.values())
