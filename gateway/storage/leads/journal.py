"""The journal on the database: leads in, leads out, and each move committed whole."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Select, select, text

from gateway.errors import Conflict
from gateway.lead import Lead, Status
from gateway.ports import ADVANCE, ASK_AGAIN, OBJECTED, Arrival, Ids, Mark, Move
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.marks import once, write_mark
from gateway.storage.leads.rows import (
    LOOKUP,
    delivery_row,
    lead_row,
    part_row,
    read_leads,
    transition_row,
    write_rulings,
)
from gateway.storage.leads.tables import deliveries, lead_parts, lead_transitions, leads
from gateway.storage.log.entries import record
from gateway.storage.sealing.vault import Keys, Vault
from gateway.storage.vendors.records import record_row
from gateway.storage.vendors.tables import vendor_records

_ATTEMPTS: Final = 4
_CHUNK: Final = 100
_FORGOTTEN: Final = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class SqlJournal:
    """`gateway.ports.Journal` on a `Database`."""

    def __init__(self, database: Database, vault: Vault, arrivals: Arrivals, ids: Ids) -> None:
        self.database = database
        self.vault = vault
        self.arrivals = arrivals
        self.ids = ids

    async def open(self, arrivals: Sequence[Arrival], mark: Mark | None = None) -> Sequence[Lead]:
        """Store what came in, as received leads with their consent events and entries.

        Two first inquiries of one person may race to make the subject: the loser finds it and tries again.

        Raises:
            Conflict: what the mark burns was used before by another request, or inquiries of one person race too long.
            StoreUnavailable: not all was stored; the sender may try again.
            KeyReused: the mark was used with another payload.
        """
        if mark is not None:
            return await self._open_once(arrivals, mark)
        opened: dict[int, Lead] = {}
        waiting = list(range(len(arrivals)))
        for _ in range(_ATTEMPTS):
            drafts = await self.arrivals.draft([arrivals[position] for position in waiting])
            faults = await self.database.write_each([draft.unit for draft in drafts])
            left = []
            for position, draft, fault in zip(waiting, drafts, faults, strict=True):
                if isinstance(fault, Conflict):
                    left.append(position)
                elif fault is not None:
                    raise fault
                else:
                    self.vault.keep(draft.keys)
                    opened[position] = draft.lead
            waiting = left
            if not waiting:
                return [opened[position] for position in range(len(arrivals))]
        raise Conflict("Too many inquiries of one person at once; send it again.")

    async def _open_once(self, arrivals: Sequence[Arrival], mark: Mark) -> Sequence[Lead]:
        now = arrivals[0].received_at
        for _ in range(_ATTEMPTS):
            unit = Unit()
            drafts = await self.arrivals.draft(arrivals, unit)
            write_mark(unit, mark, [draft.lead.id for draft in drafts])
            try:
                await self.database.write(unit)
            except Conflict:
                before = await self.database.transact(lambda tx: once(tx.connection, mark, now))
                if before is not None:
                    return await self.load(before)
                continue
            for draft in drafts:
                self.vault.keep(draft.keys)
            return [draft.lead for draft in drafts]
        raise Conflict("Too many inquiries of one person at once; send it again.")

    async def load(self, ids: Sequence[str]) -> Sequence[Lead]:
        """Read leads as they stand; an id that is not there, or whose person was erased, is left out."""
        return await self.database.read(lambda connection: read_leads(connection, self.vault, ids))

    async def commit(self, moves: Sequence[Move]) -> Sequence[Lead]:
        """Commit each move that is still from the newest revision; a lead that has gone on is left out."""
        if not moves:
            return []
        subjects = {move.lead.subject_id for move in moves}
        keys = await self.database.read(lambda connection: self.vault.keys(connection, subjects))
        writes = []
        for move in moves:
            unit = Unit()
            write_move(unit, move, keys[move.lead.subject_id], self.vault, self.ids)
            writes.append(self.database.write(unit))
        results = await asyncio.gather(*writes, return_exceptions=True)
        committed = []
        for move, result in zip(moves, results, strict=True):
            if isinstance(result, Conflict):
                log.info("lead.moved_meanwhile", lead=move.lead.id)
                if move.objections:  # what a vendor said of the person holds wherever the lead stands
                    await self.database.write(Unit().enqueue(_objected(move)))
            elif isinstance(result, BaseException):
                raise result
            else:
                committed.append(replace(move.lead, revision=move.lead.revision + 1))
        return committed

    async def revive(self, now: datetime, limit: int = 1000) -> int:
        """Queue again the holds that came due a while ago and that nobody took up, the longest due first.

        A job may come a little before its time, where the queue's clock is ahead of the worker's; it then finds
        nothing to do. Leads that are queued already are not among them, nor those whose job has died and was not
        replayed: dead letters are for a person to look at.

        Args:
            now: the time.
            limit: leads at most.

        Returns:
            How many leads were queued.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        query = forgotten(self.database, now, limit)
        found = await self.database.read(lambda connection: connection.execute(query).scalars().all())
        if found:
            chunks = [tuple(found[start : start + _CHUNK]) for start in range(0, len(found), _CHUNK)]
            await self.database.write(Unit().enqueue(*(Job(name=ADVANCE, ids=ids) for ids in chunks)))
        return len(found)


def forgotten(database: Database, now: datetime, limit: int) -> Select[Any]:
    """Ask for the ids of the holds that came due a while ago and that are neither queued nor in a dead letter."""
    return (
        select(leads.c.id)
        .where(text("leads.status = 'held'"), leads.c.due_at <= now - _FORGOTTEN)  # in the words of its partial index
        .where(database.at_rest("leads.id", ADVANCE))
        .order_by(leads.c.due_at, leads.c.id)
        .limit(limit)
    )


def write_move(unit: Unit, move: Move, keys: Keys, vault: Vault, ids: Ids) -> bytes:
    """Add every row of one move; returns the id of its audit entry."""
    lead = move.lead
    payload = {"lead_id": lead.id, "subject_id": lead.subject_id, **move.facts}
    event_id = record(unit, ids, keys.proof(), move.event, payload, at=lead.updated_at)
    unit.put(leads, lead_row(lead, lead.revision + 1))
    unit.insert(lead_transitions, transition_row(lead, lead.revision + 1, event_id))
    for part in sorted(move.parts):
        unit.put(lead_parts, part_row(lead, part, keys))
    for asked in lead.lookups[-1].asked if LOOKUP in move.parts else ():
        if asked.record:  # it said something of the person
            unit.put(vendor_records, record_row(vault, asked.id, asked.record, lead.subject_id))
    write_rulings(unit, lead, move.rulings, keys, vault, ids, event_id)
    for dispatch in move.dispatches:
        row = delivery_row(lead, dispatch.destination, dispatch.kind, event_id, ids, revision=lead.revision + 1)
        unit.insert(deliveries, row)
    if lead.status is Status.HELD and lead.due_at is not None:
        unit.enqueue(Job(name=ADVANCE, ids=(lead.id,), run_at=lead.due_at))
    if move.ask_again_at is not None:
        unit.enqueue(Job(name=ASK_AGAIN, ids=(lead.id,), run_at=move.ask_again_at))
    if move.objections:
        unit.enqueue(_objected(move))
    return event_id


def _objected(move: Move) -> Job:
    return Job(name=OBJECTED, ids=tuple(each.about(move.lead.subject_id) for each in move.objections))
