"""Our own mailbox check: the self-test first, then a visit to each group of mail servers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.verification.answers import MailboxAnswer
from gateway.verification.probes.mailboxes import DomainMailboxes
from gateway.verification.probes.smtp.hosts import hosts_of
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.pace import Moment
from gateway.verification.probes.smtp.self_test import SelfTest
from gateway.verification.probes.smtp.visit import Visit, visits


class SmtpProber:
    """Asks the mail servers of domains; implements `MailboxSource`. It keeps no answer: what is asked again is asked.

    Nobody is connected to while the self-test does not pass.
    """

    def __init__(self, means: Means, self_test: SelfTest) -> None:
        self.means = means
        self.self_test = self_test

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        """Probe every address; groups of mail servers side by side, the addresses of a group one by one."""
        moment = Moment(now)
        stopped = (await self.self_test.fresh(now)).stopped
        if stopped is not None:
            return {mailbox.address: stopped for each in asked for mailbox in each.mailboxes}
        wanted = [(hosts_of(each.mail), mailbox) for each in asked for mailbox in each.mailboxes]
        at_once = asyncio.Semaphore(self.means.limits.groups)
        answers: dict[str, MailboxAnswer] = {}

        async def work(group: Sequence[Visit]) -> None:
            async with at_once:
                for visit in group:
                    answers.update(await visit.make())

        tasks = [asyncio.create_task(work(group)) for group in visits(self.means, wanted, moment)]
        try:
            await asyncio.gather(*tasks)  # not a task group: its caller knows a store that is gone by its own error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return answers
