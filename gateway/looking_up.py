"""What looking a lead up at connectors makes of it: what they may see, what they said, when to ask again."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from consent.terms import Basis, Outcome
from gateway.facts import ENRICHMENT
from gateway.lead import Lead, Ruling, Status
from gateway.lookup import Lookup
from gateway.ports import Ask, Cause, Exposure, Move, Objection, World
from gateway.steps import OVER, essence, go, ruled_facts, updates

AGAIN_AFTER: Final = timedelta(seconds=30)
"""After which a lead's connectors are asked again for the first time, unless they name a later one; then fourfold."""
AGAIN_MOST: Final = 6
"""Rounds in which somebody was asked; one in which every window was full is none of them."""
AGAIN_ROUNDS: Final = 24
AGAIN_FOR: Final = timedelta(days=3)
_LONGEST: Final = timedelta(hours=6)


def ask(lead: Lead, ruling: Ruling) -> Ask:
    """Say how much of a lead connectors may see: a veto closes all, a doubt leaves the company.

    So does an allowance that rests on nobody's data being sent.
    """
    exposure = {Outcome.ALLOW: Exposure.PERSONAL, Outcome.HOLD: Exposure.COMPANY, Outcome.DENY: Exposure.NOTHING}
    impersonal = ruling.decision.basis is Basis.NO_PERSONAL_DATA
    return Ask(lead=lead, exposure=Exposure.COMPANY if impersonal else exposure[ruling.decision.outcome])


def enriched(lead: Lead, ruling: Ruling, lookup: Lookup, now: datetime) -> Move:
    """Enrichment never delays a lead: what was skipped or failed is a mark."""
    return _looked_up(go(lead, Status.ENRICHED), ruling, lookup, now)


def held_back(lead: Lead) -> bool:
    """Whether a hold kept a lead that is not over from those who are asked about people."""
    held = any(each.decision.outcome is Outcome.HOLD for each in lead.rulings if each.recipient == ENRICHMENT)
    return held and lead.status not in OVER


def enrichable(lead: Lead, ruling: Ruling) -> bool:
    """Whether this ruling on looking a lead up says something else than the last one did."""
    return essence(each for each in lead.rulings if each.recipient == ENRICHMENT) != essence([ruling])


def enriched_again(lead: Lead, ruling: Ruling, lookup: Lookup | None, now: datetime) -> Move:
    """Add what connectors may be asked now; the lead stays where it stands, and whoever has it is told what they said.

    `lookup` is None where nothing more may be asked. What was said before stays, superseded where the same connector
    has answered again.
    """
    move = _looked_up(lead, ruling, lookup, now)
    return move if move.lead.observations == lead.observations else replace(move, dispatches=updates(lead))


def _looked_up(lead: Lead, ruling: Ruling, lookup: Lookup | None, now: datetime) -> Move:
    found = Lookup(at=now) if lookup is None else lookup
    known = replace(lead, lookups=lead.lookups if lookup is None else (*lead.lookups, lookup), updated_at=now)
    skipped = ruling.decision.outcome is Outcome.DENY
    facts = {
        **ruled_facts(ruling),
        "connectors": dict(found.marks),
        "costs": dict(found.costs),
        "fields": sorted({observation.field for observation in found.observations}),
    }
    return Move(
        lead=known,
        event="lead.enrichment_skipped" if skipped else "lead.enriched",
        facts=facts,
        parts=frozenset() if lookup is None else frozenset({"lookup"}),
        rulings=(ruling,),
        ask_again_at=None if lookup is None else again_at(known.lookups, lead.id),
        objections=tuple(_objections(found)),
    )


def _objections(lookup: Lookup) -> Iterator[Objection]:
    """Who said that the person objected; said of a company alone it only ends the asking."""
    for each in lookup.asked:
        if each.objected and each.about_person:
            yield Objection(connector=each.id, cause=Cause.OBJECTED)


def erased(lead: Lead, objection: Objection, connectors: Collection[str], now: datetime) -> Move | None:
    """Take what connectors of one vendor said of the person out of a lead; whoever has it hears of it.

    Args:
        lead: of the person.
        objection: what follows from it.
        connectors: those of the vendor, by id.
        now: aware.

    Returns:
        None where they have said nothing that is still there.
    """
    gone = [seen for lookup in lead.lookups for seen in lookup.personal if seen.connector in connectors]
    if not gone:
        return None
    facts = {
        "reasons": [objection.cause.value],
        "connectors": sorted({seen.connector for seen in gone}),
        "fields": sorted({seen.field for seen in gone}),
    }
    known = replace(lead, lookups=tuple(lookup.without(gone) for lookup in lead.lookups), updated_at=now)
    return Move(lead=known, event="lead.observations_erased", facts=facts, dispatches=updates(lead))


async def look_up(world: World, asks: Sequence[Ask], now: datetime) -> Sequence[Lookup]:
    """Ask connectors. What they say of a person who has objected meanwhile is not taken: asking may take a minute."""
    found = list(await world.enricher.enrich(asks, now))
    told = [place for place, lookup in enumerate(found) if lookup.personal]
    if told:
        rulings = await world.policy.may_enrich([asks[place].lead for place in told], world.clock.now())
        for place, ruling in zip(told, rulings, strict=True):
            if ruling.decision.outcome is Outcome.DENY:
                found[place] = found[place].without(found[place].personal)
    return found


def again_at(lookups: Sequence[Lookup], lead_id: str) -> datetime | None:
    """When to ask the connectors again that could not answer the last time; ever later, and not for ever.

    Each lead has its own place in a spread that is as long as the wait: leads that came together would be put off
    together else, and together find the vendor's window full again.
    """
    due, last = lookups[-1].again_at, lookups[-1].at
    asked = sum(any(each.called for each in lookup.asked) for lookup in lookups)
    if due is None or asked > AGAIN_MOST or len(lookups) > AGAIN_ROUNDS or last - lookups[0].at > AGAIN_FOR:
        return None
    doublings = len(lookups) - 1 + max(0, asked - 1)
    wait = min(_LONGEST, AGAIN_AFTER * (1 << doublings))
    place = zlib.crc32(f"{lead_id} {len(lookups)}".encode()) / (1 << 32)
    return max(due, last + wait) + wait * place


def unanswered(lead: Lead) -> bool:
    """Whether a lead that is not over waits for connectors that could not answer the last time."""
    return bool(lead.lookups) and bool(lead.lookups[-1].open) and lead.status not in OVER
