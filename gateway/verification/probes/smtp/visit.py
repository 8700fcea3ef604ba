"""One visit to the mail servers of one or more domains: the talk, address by address, and what follows from it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.mail_servers import CatchAll, group_of
from gateway.verification.probes.mailboxes import Mailbox
from gateway.verification.probes.smtp import outcome
from gateway.verification.probes.smtp.hosts import Place, Places, places
from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach
from gateway.verification.probes.smtp.outcome import Heard
from gateway.verification.probes.smtp.pace import Moment, Pace
from gateway.verification.probes.smtp.ports import Dns, Invent, ProbeMemory
from gateway.verification.probes.smtp.talk import Ended, Talk
from gateway.verification.smtp.reply import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What every visit uses."""

    dns: Dns
    memory: ProbeMemory
    pace: Pace
    identity: Identity
    limits: ProbeLimits
    reach: Reach
    invent: Invent


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
        async with self.means.pace.connection(self.group, self.moment) as busy:
            if busy is not None:
                return self._rest(_paused(busy))
            found = await self._places()
            if not found.found:
                return self._rest(MailboxAnswer(outcome=found.why))
            for batch in _batches(self.wanted, self.means.limits.recipients):
                await self._connect_and_ask(found.found, batch)
        return self.answers

    async def _places(self) -> Places:
        means = self.means
        address = means.identity.address
        version = 4 if address is None else address.version
        return await places(means.dns, self.hosts, version=version, reach=means.reach)

    async def _connect_and_ask(self, found: tuple[Place, ...], batch: Sequence[Mailbox]) -> None:
        """Take a turn for the first address before anybody is connected to, then talk within one deadline."""
        open_ones = [each for each in batch if each.address not in self.answers]
        if not open_ones or not await self._turn():
            return
        talk: Talk | None = None
        host = found[0].host
        try:
            async with asyncio.timeout(self.means.limits.session):
                talk = await self._begin(found)
                if talk is not None:
                    host = talk.place.host
                    await self._ask_all(talk, open_ones)
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
        host, starttls = talk.place.host, talk.starttls
        for number, mailbox in enumerate(batch):
            if number and not await self._turn():
                return
            if not (mailbox.address.isascii() or talk.utf8):
                self.answers[mailbox.address] = MailboxAnswer(
                    outcome=MailboxOutcome.UNCLEAR, host=host, starttls=starttls, text="SMTPUTF8 is not offered"
                )
                continue
            try:
                heard = outcome.read(await talk.ask(mailbox.address), self.means.identity)
                if await self._ends(heard, talk, mailbox.address):
                    return
                catch_all = await self._catch_all(talk, mailbox.domain, heard)
            except Ended as ended:
                await self._end(ended.outcome, None, host, starttls=starttls)
                return
            self.answers[mailbox.address] = heard.answer(
                host=host, starttls=starttls, address=mailbox.address, catch_all=catch_all
            )

    async def _ends(self, heard: Heard, talk: Talk, address: str) -> bool:
        """Whether a reply ends the visit, as a refusal of us and a closing server do."""
        slow = heard.outcome is MailboxOutcome.THROTTLED
        if not (heard.blames_us or heard.closing or slow):
            return False
        if slow:
            await self.means.pace.rest(self.group, self.moment)
        await self._end(heard.outcome, heard, talk.place.host, starttls=talk.starttls, address=address)
        return True

    async def _catch_all(self, talk: Talk, domain: str, heard: Heard) -> bool | None:
        """Whether the domain takes any address: from memory, or by the one invented address of the day."""
        memory = self.means.memory
        if heard.outcome is MailboxOutcome.NOT_FOUND:
            await memory.remember(domain, CatchAll.NO, now=self.moment.now())
            return False
        if heard.outcome is not MailboxOutcome.ACCEPTED:
            return None
        known = await memory.claim(domain, now=self.moment.now())
        if known is None:
            known = await self._probe_catch_all(talk, domain)
        return None if known is CatchAll.UNCLEAR else known is CatchAll.YES

    async def _probe_catch_all(self, talk: Talk, domain: str) -> CatchAll:
        address = f"{self.means.invent()}@{domain}"
        try:
            heard = outcome.read(await talk.ask(address), self.means.identity)
        except Ended:
            return CatchAll.UNCLEAR  # the real address has its answer; the next one meets the lost connection
        found = _says(heard)
        await self.means.memory.remember(domain, found, now=self.moment.now())
        if heard.blames_us:
            await self.means.memory.refused(self.group, heard.why(address), now=self.moment.now())
        return found

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
        self._rest(heard.answer(host=host, starttls=starttls, address=address))

    def _rest(self, answer: MailboxAnswer) -> dict[str, MailboxAnswer]:
        for mailbox in self.wanted:
            self.answers.setdefault(mailbox.address, answer)
        return self.answers


_OTHERWISE = frozenset({MailboxOutcome.REFUSED_US, MailboxOutcome.THROTTLED})


def _says(heard: Heard) -> CatchAll:
    """What an invented address shows: a final no at RCPT, in whatever words, unless it is about us."""
    if heard.outcome is MailboxOutcome.ACCEPTED:
        return CatchAll.YES
    refused = heard.reply.permanent and heard.reply.stage is Stage.RCPT and heard.outcome not in _OTHERWISE
    return CatchAll.NO if refused else CatchAll.UNCLEAR


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
