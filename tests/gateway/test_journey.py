"""The story told with fakes of its ports: who moves a lead, when, and what happens when somebody was faster."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from consent.claims import Cap
from consent.terms import Channel, Outcome, Purpose
from gateway import afterwards, journey
from gateway.errors import Moved
from gateway.lead import Dispatched, Lead, Ruling, Status
from gateway.lookup import Lookup
from gateway.ports import Ask, Course, Exposure, Finding, Move, World
from gateway.steps import UPDATED, verified
from gateway.verification.model import PhoneVerdict, RegionHint
from gateway.verification.phone import judge
from tests.conformance.journal.examples import NOW, arrival, finding, lookup, observation, ruling
from tests.conformance.journal.memory import MemoryJournal


@dataclass
class Hands:
    """A clock that stands, and a verifier, an enricher and a policy that answer as they are told."""

    time: datetime = NOW
    findings: list[Finding] = field(default_factory=list)
    answers: dict[str, tuple[Ruling, ...]] = field(default_factory=dict)
    may_ask: Outcome = Outcome.ALLOW
    asked: list[Ask] = field(default_factory=list)
    verified: list[str] = field(default_factory=list)
    shown: list[Ask] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    """What the vendor makes of the leads that it sees."""
    ruled: int = 0
    decided: int = 0
    meanwhile: Callable[[Sequence[Lead]], None] = lambda _: None
    """Called while the policy thinks: what somebody else does to the leads."""

    def now(self) -> datetime:
        return self.time

    async def verify(self, leads: Sequence[Lead], now: datetime) -> Sequence[Finding]:
        self.verified += [lead.id for lead in leads]
        return [self.findings.pop(0) if self.findings else finding() for _ in leads]

    async def show(self, asks: Sequence[Ask], now: datetime) -> Sequence[Finding]:
        self.shown += asks
        return [self.told.pop(0) if ask.exposure is Exposure.PERSONAL else finding() for ask in asks]

    def number(
        self, value: str, regions: Sequence[RegionHint], now: datetime
    ) -> tuple[PhoneVerdict, Mapping[Channel, Cap]]:
        return judge(value, regions=regions, now=now), {}

    async def enrich(self, asks: Sequence[Ask], now: datetime) -> Sequence[Lookup]:
        self.asked += asks
        return [lookup(observation(), at=now, example="match") for _ in asks]

    async def may_enrich(self, leads: Sequence[Lead], now: datetime) -> Sequence[Ruling]:
        self.decided += 1
        return [ruling("enrichment", self.may_ask, Purpose.ENRICHMENT) for _ in leads]

    async def rule(self, leads: Sequence[Lead], now: datetime) -> Sequence[tuple[Ruling, ...]]:
        self.ruled += 1
        found = [self.answers.get(lead.id, (ruling("crm"),)) for lead in leads]
        self.meanwhile(leads)
        return found


@dataclass
class Told:
    """A world and the hands that move in it."""

    world: World
    journal: MemoryJournal
    hands: Hands

    def lead(self, lead_id: str) -> Lead:
        """A lead as it stands."""
        return self.journal.leads[lead_id]

    def events(self, lead_id: str) -> list[str]:
        """What happened to a lead, in order."""
        return [move.event for move in self.journal.moves if move.lead.id == lead_id]


@pytest.fixture
def told() -> Told:
    """A world of fakes."""
    hands, journal = Hands(), MemoryJournal()
    return Told(World(journal=journal, verifier=hands, enricher=hands, policy=hands, clock=hands), journal, hands)


async def test_a_lead_goes_all_the_way_in_one_call(told: Told) -> None:
    """Received, verified, enriched, decided: each step committed by itself, in order."""
    (lead,) = await journey.receive(told.world, [arrival()])
    (rested,) = await journey.advance(told.world, [lead.id])
    assert rested.status is Status.DECIDED
    assert told.events(lead.id) == ["lead.verified", "lead.enriched", "lead.decided"]
    assert told.lead(lead.id).revision == 4


@pytest.mark.parametrize("may_ask", Outcome)
async def test_a_vendor_sees_an_address_after_the_decision(told: Told, may_ask: Outcome) -> None:
    """Of two leads only the one that is open is decided on, with its verdicts; what is decided goes into the move."""
    told.hands.may_ask = may_ask
    told.hands.findings = [finding(), finding(vendor=True)]
    told.hands.told = [finding(Course.REJECT, reason="email_undeliverable", shown_to="example")]
    plain, open_ = await journey.receive(told.world, [arrival(), arrival("b@acme.example")])
    await journey.advance(told.world, [plain.id, open_.id])
    exposure = {Outcome.ALLOW: Exposure.PERSONAL, Outcome.HOLD: Exposure.COMPANY, Outcome.DENY: Exposure.NOTHING}
    assert [(ask.lead.id, ask.exposure) for ask in told.hands.shown] == [(open_.id, exposure[may_ask])]
    first, second = [move for move in told.journal.moves if "verdicts" in move.parts]
    assert (first.rulings, "vendor" in first.facts) == ((), False)
    assert [each.decision.outcome for each in second.rulings] == [may_ask]
    allowed = may_ask is Outcome.ALLOW
    assert second.event == ("lead.rejected" if allowed else "lead.verified")
    assert (second.facts["vendor"]["outcome"], second.facts["vendor"]["shown_to"]) == (
        may_ask.value,
        "example" if allowed else None,
    )


async def test_nothing_is_decided_where_no_vendor_could_say_more(told: Told) -> None:
    """Verification alone asks no policy: the ENRICH decision is made once, by the step after it."""
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    assert (told.hands.shown, told.hands.decided) == ([], 1)


async def test_leads_of_a_batch_part_where_their_answers_differ(told: Told) -> None:
    """One is rejected, one held, one goes on: none waits for another."""
    bad, unknown, good = await journey.receive(told.world, [arrival(f"{name}@acme.example") for name in "abc"])
    hold = finding(Course.HOLD, reason="email_unknown", retry_after=timedelta(minutes=15))
    told.hands.findings = [finding(Course.REJECT, reason="email_undeliverable"), hold, finding()]
    await journey.advance(told.world, [bad.id, unknown.id, good.id])
    stands = [told.lead(each.id).status for each in (bad, unknown, good)]
    assert stands == [Status.REJECTED, Status.HELD, Status.DECIDED]
    assert [ask.lead.id for ask in told.hands.asked] == [good.id]


async def test_advancing_again_changes_nothing(told: Told) -> None:
    """A job that runs twice finds its leads where they rest."""
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    await journey.advance(told.world, [lead.id, "ld_00000000000000000000000000"])
    assert len(told.events(lead.id)) == 3


@pytest.mark.parametrize("done", [0, 1, 2])
async def test_a_journey_that_broke_off_goes_on_where_it_was(told: Told, done: int) -> None:
    """After a crash between two steps only what is missing is done."""
    (lead,) = await journey.receive(told.world, [arrival()])
    for step in list(journey.STEPS.values())[:done]:
        await told.journal.commit(await step(told.world, [told.lead(lead.id)]))
    await journey.advance(told.world, [lead.id])
    assert told.events(lead.id) == ["lead.verified", "lead.enriched", "lead.decided"]
    assert told.hands.verified == [lead.id]


async def test_a_hold_is_taken_up_when_it_comes_due(told: Told) -> None:
    """Before its time nothing happens; at its time the lead is verified again and goes on."""
    hold = finding(Course.HOLD, reason="email_unknown", retry_after=timedelta(minutes=15))
    told.hands.findings = [hold]
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    told.hands.time += timedelta(minutes=14)
    await journey.advance(told.world, [lead.id])
    assert told.lead(lead.id).status is Status.HELD
    told.hands.time += timedelta(minutes=1)
    await journey.advance(told.world, [lead.id])
    assert told.lead(lead.id).status is Status.DECIDED


async def test_a_doubt_about_enrichment_shows_connectors_the_company_alone(told: Told) -> None:
    """The decision comes first, and what it says is what connectors get to see."""
    for outcome, exposure in ((Outcome.HOLD, Exposure.COMPANY), (Outcome.DENY, Exposure.NOTHING)):
        told.hands.may_ask = outcome
        (lead,) = await journey.receive(told.world, [arrival(f"{outcome}@acme.example")])
        await journey.advance(told.world, [lead.id])
        assert told.hands.asked[-1].exposure is exposure


async def test_whoever_was_faster_keeps_its_move(told: Told) -> None:
    """Two workers on one lead: the slower one's moves are dropped, and the lead is moved once per step."""
    (lead,) = await journey.receive(told.world, [arrival()])
    (stale,) = await told.journal.load([lead.id])
    await journey.advance(told.world, [lead.id])
    assert await told.journal.commit([verified(stale, finding(), NOW)]) == []
    assert told.lead(lead.id).status is Status.DECIDED


async def test_a_change_is_not_lost_to_whoever_moves_the_lead_meanwhile(told: Told) -> None:
    """The outbox releases a lead just when it is decided again: the decision is made once more, and counts."""
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    told.hands.answers[lead.id] = (ruling("crm", Outcome.DENY),)

    def release(leads: Sequence[Lead]) -> None:
        told.hands.meanwhile = lambda _: None
        standing = told.lead(lead.id)
        sent = {"crm": Dispatched.SENT}
        released = replace(standing, status=Status.RELEASED, dispatched=sent, revision=standing.revision + 1)
        told.journal.leads[lead.id] = released

    told.hands.meanwhile = release
    rested = await afterwards.reconsider(told.world, [lead.id])
    assert told.hands.ruled == 3
    assert [each.status for each in rested] == [Status.RETRACTED]


async def test_a_lead_that_never_stands_still_is_given_back(told: Told) -> None:
    """It is for the work engine to try again, later."""
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    told.hands.answers[lead.id] = (ruling("crm", Outcome.DENY),)

    def bump(leads: Sequence[Lead]) -> None:
        told.journal.leads[lead.id] = replace(told.lead(lead.id), revision=told.lead(lead.id).revision + 1)

    told.hands.meanwhile = bump
    with pytest.raises(Moved):
        await afterwards.reconsider(told.world, [lead.id])


async def test_what_waits_for_its_verification_is_not_decided_around_it(told: Told) -> None:
    """A consent that comes while an address is unknown does not release the lead unverified."""
    told.hands.findings = [finding(Course.HOLD, reason="email_review")]
    (lead,) = await journey.receive(told.world, [arrival()])
    (fresh,) = await journey.receive(told.world, [arrival("bob@acme.example")])
    await journey.advance(told.world, [lead.id])
    assert list(await afterwards.reconsider(told.world, [lead.id, fresh.id])) == []
    assert (told.lead(lead.id).status, told.lead(fresh.id).status) == (Status.HELD, Status.RECEIVED)


async def test_a_change_while_a_lead_is_on_its_way_is_decided_at_once(told: Told) -> None:
    """An enriched lead is about to be decided on what was known before: it is decided on what is known now."""
    (lead,) = await journey.receive(told.world, [arrival()])
    for step in list(journey.STEPS.values())[:2]:
        await told.journal.commit(await step(told.world, [told.lead(lead.id)]))
    slow: list[Move] = list(await journey.decide(told.world, [told.lead(lead.id)]))
    told.hands.answers[lead.id] = (ruling("crm", Outcome.HOLD),)
    await afterwards.reconsider(told.world, [lead.id])
    assert await told.journal.commit(slow) == []
    assert told.lead(lead.id).status is Status.HELD


async def test_nothing_to_decide_again_asks_once_and_moves_nothing(told: Told) -> None:
    """The same answers are no move."""
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    before = len(told.journal.moves)
    assert list(await afterwards.reconsider(told.world, [lead.id])) == []
    assert len(told.journal.moves) == before


async def test_what_enrichment_held_back_is_looked_up_once_it_may(told: Told) -> None:
    """The connectors are asked about the person, the lead stays where it stands, and the receiver hears what came."""
    told.hands.may_ask = Outcome.HOLD
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    released = replace(told.lead(lead.id), status=Status.RELEASED, dispatched={"crm": Dispatched.SENT}, lookups=())
    told.journal.leads[lead.id] = released
    await afterwards.reconsider(told.world, [lead.id])
    assert told.journal.moves[-1].event == "lead.decided", "still held: nobody is asked again"
    told.hands.may_ask = Outcome.ALLOW
    await afterwards.reconsider(told.world, [lead.id])
    assert [ask.exposure for ask in told.hands.asked] == [Exposure.COMPANY, Exposure.PERSONAL]
    move = told.journal.moves[-1]
    assert (move.event, move.lead.status, move.lead.observations) == (
        "lead.enriched",
        Status.RELEASED,
        (observation(),),
    )
    assert [(each.destination, each.kind) for each in move.dispatches] == [("crm", UPDATED)]
    await afterwards.reconsider(told.world, [lead.id])
    assert told.journal.moves[-1] is move


@pytest.mark.parametrize("outcome", [Outcome.ALLOW, Outcome.DENY])
async def test_a_look_up_that_brings_nothing_more_is_only_noted(told: Told, outcome: Outcome) -> None:
    """Denied, or allowed with the answer that is there already: the decision is on record, and nobody is told."""
    told.hands.may_ask = Outcome.HOLD
    (lead,) = await journey.receive(told.world, [arrival()])
    await journey.advance(told.world, [lead.id])
    told.journal.leads[lead.id] = replace(told.lead(lead.id), dispatched={"crm": Dispatched.SENT})
    told.hands.may_ask = outcome
    await afterwards.reconsider(told.world, [lead.id])
    move = told.journal.moves[-1]
    assert (move.rulings[0].decision.outcome, move.dispatches) == (outcome, ())
