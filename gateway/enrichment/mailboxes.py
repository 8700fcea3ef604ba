"""A vendor's mailbox check for verification: asked as every connector is, and read in the words of verification.

It fits `gateway.verification.probes.mailboxes.MailboxSource` by shape; neither side imports the other.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, Self

from connectors.kit import Answer, Query
from gateway.enrichment.asker import Asker
from gateway.enrichment.budget import micros
from gateway.enrichment.engine import all_or_none
from gateway.enrichment.leads import AT_ONCE
from gateway.enrichment.model import Question, Skip
from gateway.enrichment.plan import Installed
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.vendors.maps import from_vendor
from gateway.verification.vendors.values import Vendor

_SPARE: Final = timedelta(seconds=5)
"""Beyond the time of one call: for a place in the rate windows, and a second attempt after one that failed at once."""
_ADDRESS: Final = "person.email"
_MAPPED: Final = frozenset(vendor.value for vendor in Vendor)


class Box(Protocol):
    """One address, as `Mailbox` holds it."""

    @property
    def address(self) -> str:
        """As it goes over the wire."""


class Boxes(Protocol):
    """The addresses of one domain, as `DomainMailboxes` holds them."""

    @property
    def mailboxes(self) -> Sequence[Box]:
        """Each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose check it is: a lead and its person."""

    lead_id: str
    subject_id: str | None


NOBODY: Final = Owner(lead_id="by_hand", subject_id=None)
"""Stands for the lead in the record of a paid call that no lead has asked for."""


class VendorMailboxes:
    """Asks one connector of the kind mailbox; implements `MailboxSource`.

    Calls are recorded, bounded and repeated as in enrichment. An answer is kept for its person alone, so one to a
    question that belongs to no lead is not kept.

    Args:
        entry: the connector.
        tools: the engine's; its own asker keeps the breaker and the calls in flight.
        budget_micros: the most that the check of one address may cost, in millionths.
        owner: the lead that asks, and its person.
        asker: of the check for other leads.
    """

    def __init__(
        self,
        entry: Installed,
        tools: Tools,
        *,
        budget_micros: int,
        owner: Owner = NOBODY,
        asker: Asker | None = None,
    ) -> None:
        self.entry = entry
        self._tools = tools
        self._asker = asker or Asker(tools)
        self._budget_micros = budget_micros
        self._owner = owner

    def of(self, *, lead_id: str, subject_id: str) -> Self:
        """The same check for one lead: its calls are recorded under it, its answers kept for its person."""
        owner = Owner(lead_id=lead_id, subject_id=subject_id)
        return type(self)(self.entry, self._tools, budget_micros=self._budget_micros, owner=owner, asker=self._asker)

    async def check(self, asked: Sequence[Boxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:  # noqa: ARG002 - the tools have the clock
        """Give an answer for every address; what could not be asked is an answer too.

        What raises is only the gateway's own storage: then nothing is known for certain.
        """
        room = asyncio.Semaphore(AT_ONCE)

        async def one(address: str) -> MailboxAnswer:
            async with room:
                return await self._one(address)

        tasks = {box.address: asyncio.ensure_future(one(box.address)) for domain in asked for box in domain.mailboxes}
        await all_or_none(list(tasks.values()))
        return {address: task.result() for address, task in tasks.items()}

    async def _one(self, address: str) -> MailboxAnswer:
        entry, facts = self.entry, {_ADDRESS: address}
        query = Query.project(entry.manifest, facts)
        kept = await self._asker.kept(entry, query)
        if kept is not None:
            return replace(read(entry.manifest.id, kept), asked=False)
        cost = entry.manifest.cost
        if micros(cost.per_call) > self._budget_micros:
            return _undecided(entry.manifest.id, Skip.OVER_BUDGET, asked=False)
        question = Question(
            lead_id=self._owner.lead_id,
            facts=facts,
            subject_id=self._owner.subject_id,
            personal_allowed=True,
            company_known=False,
        )
        ends = self._tools.clock.now() + timedelta(seconds=entry.manifest.timeout) + _SPARE
        deadline = ClockDeadline(clock=self._tools.clock, ends=ends)
        result, _shared = await self._asker.ask(entry, query, question, deadline)
        if result.answer is None:
            # A call that failed and may not be repeated yet has shown the address all the same.
            return _undecided(entry.manifest.id, result.skip or Skip.DEADLINE, asked=result.attempts > 0)
        return read(entry.manifest.id, result.answer)


def read(name: str, answer: Answer) -> MailboxAnswer:
    """Say what a connector's answer means for the mailbox.

    What it found in our words counts; else the vendor's words are looked up, where they are mapped. Everything that is
    no answer about the mailbox is undecided, with how it ended as the word.

    Args:
        name: the connector's id, which is the vendor's name.
        answer: of one question.
    """
    if not answer.outcome.found:
        return _undecided(name, answer.outcome)
    seen = {each.field: each.value for each in answer.observations}
    words = seen.get("mailbox.words")
    told = words if isinstance(words, Mapping) else {}
    finding = seen.get("mailbox.finding")
    if finding is None and name in _MAPPED:
        return from_vendor(Vendor(name), told).answer
    catch_all = seen.get("mailbox.catch_all")
    outcome = MailboxOutcome.UNDECIDED if finding is None else MailboxOutcome(str(finding))
    if outcome is MailboxOutcome.NOT_FOUND and catch_all is True:
        outcome = MailboxOutcome.DOUBTED  # who takes everything refuses nobody
    said = "/".join(word for word in told.values() if isinstance(word, str) and word)
    return MailboxAnswer(
        outcome=outcome,
        by=name,
        catch_all=catch_all if isinstance(catch_all, bool) else None,
        word=said or outcome.value,
    )


def _undecided(name: str, why: str, *, asked: bool = True) -> MailboxAnswer:
    return MailboxAnswer(outcome=MailboxOutcome.UNDECIDED, by=name, word=str(why), asked=asked)
