"""The story of a lead: received > verified > enriched > decided > audited > released. Read this first.

A step takes leads that stand at one status and returns moves; the journal commits each move whole: the lead's new
state, its sealed audit entry, its decisions, its deliveries and its next work. So *audited* is no step of its own
but part of every one, and *released* is the outbox's: a delivery leaves when its decision's entry stands under a
signed checkpoint, and the lead is `released` once a destination has answered. Every step is safe to repeat: a move
from a revision that is no longer the newest commits nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway import looking_up, steps
from gateway.lead import Lead, Status
from gateway.ports import Arrival, Mark, Move, World

Step = Callable[[World, Sequence[Lead]], Awaitable[Sequence[Move]]]


async def receive(world: World, arrivals: Sequence[Arrival], mark: Mark | None = None) -> Sequence[Lead]:
    """Take leads in; when this returns, they are durable and their journey is queued."""
    return await world.journal.open(arrivals, mark)


async def advance(world: World, ids: Sequence[str]) -> Sequence[Lead]:
    """Carry leads from where they stand to where they must rest: decided, held or rejected."""
    leads = await world.journal.load(ids)
    for status, step in STEPS.items():
        now = world.clock.now()
        ready = [lead for lead in leads if steps.standing(lead, now) is status]
        if ready:
            rest = [lead for lead in leads if steps.standing(lead, now) is not status]
            leads = [*rest, *await world.journal.commit(await step(world, ready))]
    return leads


async def verify(world: World, leads: Sequence[Lead]) -> Sequence[Move]:
    """Received > verified: verdicts for e-mail and phone; undeliverable is rejected, unknown held.

    What only a vendor can tell comes last: suppression and the ENRICH decision say whether it sees the address.
    """
    now = world.clock.now()
    findings = dict(zip((lead.id for lead in leads), await world.verifier.verify(leads, now), strict=True))
    open_ = [findings[lead.id].on(lead) for lead in leads if findings[lead.id].vendor]
    rulings = await world.policy.may_enrich(open_, now) if open_ else ()
    asks = [looking_up.ask(*each) for each in zip(open_, rulings, strict=True)]
    findings |= zip((ask.lead.id for ask in asks), await world.verifier.show(asks, now), strict=True)
    ruled = {ask.lead.id: ruling for ask, ruling in zip(asks, rulings, strict=True)}
    return [steps.verified(lead, findings[lead.id], now, ruled.get(lead.id)) for lead in leads]


async def enrich(world: World, leads: Sequence[Lead]) -> Sequence[Move]:
    """Verified > enriched: suppression and the ENRICH decision first, then the connectors, free ones first."""
    now = world.clock.now()
    rulings = await world.policy.may_enrich(leads, now)
    asks = [looking_up.ask(lead, ruling) for lead, ruling in zip(leads, rulings, strict=True)]
    answers = await looking_up.look_up(world, asks, now)
    return [looking_up.enriched(*each, now) for each in zip(leads, rulings, answers, strict=True)]


async def decide(world: World, leads: Sequence[Lead]) -> Sequence[Move]:
    """Enriched > decided: a decision per destination, purpose and channel; what none allows is held or rejected."""
    now = world.clock.now()
    rulings = await world.policy.rule(leads, now)
    moves = [steps.decided(lead, ruled, now) for lead, ruled in zip(leads, rulings, strict=True)]
    return [move for move in moves if move is not None]


STEPS: Final[Mapping[Status, Step]] = MappingProxyType(
    {Status.RECEIVED: verify, Status.VERIFIED: enrich, Status.ENRICHED: decide}
)
