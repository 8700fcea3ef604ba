"""Our own mailbox check: the self-test first, then a visit to each group of mail servers."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from gateway.verification.answers import MailboxAnswer
from gateway.verification.probes.mailboxes import DomainMailboxes
from gateway.verification.probes.smtp.hosts import hosts_of
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.pace import Moment
from gateway.verification.probes.smtp.self_test import SelfTest
from gateway.verification.probes.smtp.visit import Visit, visits

SESSIONS: Final = 3
"""A check takes so many times as long as one talk may take, and no longer."""


class SmtpProber:
    """Asks the mail servers of domains; implements `MailboxSource`. It keeps no answer: what is asked again is asked.

    Nobody is connected to while the self-test does not pass.
    """

    def __init__(self, means: Means, self_test: SelfTest) -> None:
        self.means = means
        self.self_test = self_test

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        """Probe every address; groups of mail servers side by side, the addresses of a group one by one.

        It ends within `SESSIONS` times the deadline of a talk: whoever has not been asked by then is paused.
        """
        moment = Moment(now)
        stopped = (await self.self_test.fresh(now)).stopped
        if stopped is not None:
            return {mailbox.address: stopped for each in asked for mailbox in each.mailboxes}
        wanted = [(hosts_of(each.mail), mailbox) for each in asked for mailbox in each.mailboxes]
        at_once = asyncio.Semaphore(self.means.limits.groups)
        groups = visits(self.means, wanted, moment)

        async def work(group: Sequence[Visit]) -> None:
            async with at_once:
                await _one_by_one(group)

        await _within(self.means.limits.session * SESSIONS, [work(group) for group in groups])
        answers: dict[str, MailboxAnswer] = {}
        for visit in chain.from_iterable(groups):
            answers.update(visit.give_up("the time of this check was used up"))
        return answers


async def _one_by_one(group: Sequence[Visit]) -> None:
    """Make the visits of a group; after one that found nobody to talk with, the others are left for another time."""
    for visit in group:
        if any(each.lost for each in group):
            visit.give_up("another mail server of its operator did not answer")
        else:
            await visit.make()


async def _within(seconds: float, works: Sequence[Coroutine[None, None, None]]) -> None:
    """Do works at once until they or the time are over; an error of one ends all, and is raised as it is."""
    tasks = [asyncio.create_task(work) for work in works]
    if not tasks:
        return
    try:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()  # not a task group: its caller knows a store that is gone by its own error
