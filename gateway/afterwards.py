"""What a change means for leads that have come as far as a decision: they are looked at again, and may go on.

Somebody consented, withdrew, gave evidence, accepted a rule or named a destination. A lead that goes on meanwhile is
read again, since its mover may not know the change.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gateway import looking_up, steps
from gateway.errors import Moved
from gateway.journey import decide
from gateway.lead import Lead
from gateway.ports import Exposure, Move, World

_ROUNDS: Final = 8


async def reconsider(world: World, ids: Sequence[str]) -> Sequence[Lead]:
    """Decide again after a change; what enrichment held back is looked up first, where that may be done now.

    Raises:
        Moved: a lead went on so often meanwhile that it was never decided on what is so now.
    """
    done: list[Lead] = []
    for _ in range(_ROUNDS):
        leads = [lead for lead in await world.journal.load(ids) if steps.decidable(lead)]
        found = await look_up_again(world, leads)
        first = {move.lead.id for move in found}
        moves = [*found, *await decide(world, [lead for lead in leads if lead.id not in first])]
        committed = await world.journal.commit(moves)
        done += committed
        ids = sorted(first | {move.lead.id for move in moves} - {lead.id for lead in committed})
        if not ids:
            return done
    raise Moved


async def look_up_again(world: World, leads: Sequence[Lead]) -> Sequence[Move]:
    """Ask connectors about people whom a hold kept from them on the way; nobody waits for it."""
    held = [lead for lead in leads if looking_up.held_back(lead)]
    if not held:
        return []
    now = world.clock.now()
    rulings = await world.policy.may_enrich(held, now)
    changed = [pair for pair in zip(held, rulings, strict=True) if looking_up.enrichable(*pair)]
    asks = [ask for ask in (looking_up.ask(*pair) for pair in changed) if ask.exposure is Exposure.PERSONAL]
    answers = dict(zip((ask.lead.id for ask in asks), await looking_up.look_up(world, asks, now), strict=True))
    return [looking_up.enriched_again(lead, ruling, answers.get(lead.id), now) for lead, ruling in changed]


async def ask_again(world: World, ids: Sequence[str]) -> Sequence[Lead]:
    """Ask the connectors that were late, busy or down the last time; whoever has the lead hears what they say now.

    Suppression and the ENRICH decision come first, as ever. A lead that has moved on meanwhile is left: its own next
    job asks.
    """
    now = world.clock.now()
    leads = [lead for lead in await world.journal.load(ids) if looking_up.unanswered(lead)]
    rulings = await world.policy.may_enrich(leads, now) if leads else ()
    asks = [replace(looking_up.ask(*pair), only=pair[0].lookups[-1].open) for pair in zip(leads, rulings, strict=True)]
    open_ = [(ask, ruling) for ask, ruling in zip(asks, rulings, strict=True) if ask.exposure is not Exposure.NOTHING]
    answers = await looking_up.look_up(world, [ask for ask, _ in open_], now)
    moves = [
        looking_up.enriched_again(ask.lead, ruling, answer, now)
        for (ask, ruling), answer in zip(open_, answers, strict=True)
    ]
    return await world.journal.commit(moves)
