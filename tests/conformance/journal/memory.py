"""A journal in memory, with the state of the real one; it passes the same suite."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.errors import Conflict, KeyReused
from gateway.lead import Dispatched, Lead, Ruling, Status
from gateway.ports import Arrival, Mark, Move
from gateway.steps import RETRACTED


class MemoryJournal:
    """`gateway.ports.Journal` in dictionaries; `moves` keeps every move that was committed, in order."""

    def __init__(self) -> None:
        self.leads: dict[str, Lead] = {}
        self.moves: list[Move] = []
        self._subjects: dict[str, str] = {}
        self._marks: dict[bytes, tuple[Mark, list[str]]] = {}
        self._burned: set[bytes] = set()
        self._numbers = itertools.count(1)

    async def open(self, arrivals: Sequence[Arrival], mark: Mark | None = None) -> Sequence[Lead]:
        if mark is not None and mark.key in self._marks:
            first, ids = self._marks[mark.key]
            if first.expires_at > arrivals[0].received_at:
                if first.fingerprint != mark.fingerprint:
                    raise KeyReused
                return await self.load(ids)
        if mark is not None and mark.burn is not None:
            if mark.burn.mac in self._burned:
                raise Conflict
            self._burned.add(mark.burn.mac)
        opened = [self._opened(arrival) for arrival in arrivals]
        self.leads |= {lead.id: lead for lead in opened}
        if mark is not None:
            self._marks[mark.key] = (mark, [lead.id for lead in opened])
        return opened

    def _opened(self, arrival: Arrival) -> Lead:
        number = next(self._numbers)
        email = arrival.submission.person.email
        local = "" if email is None else email.reveal().lower()
        subject = f"sb_{number:026}"
        if local and not local.startswith("info@"):
            subject = self._subjects.setdefault(local, subject)
        return Lead(
            id=f"ld_{number:026}",
            subject_id=subject,
            status=Status.RECEIVED,
            submission=arrival.submission,
            received_at=arrival.received_at,
            updated_at=arrival.received_at,
        )

    async def load(self, ids: Sequence[str]) -> Sequence[Lead]:
        return [self.leads[lead_id] for lead_id in ids if lead_id in self.leads]

    async def commit(self, moves: Sequence[Move]) -> Sequence[Lead]:
        committed = []
        for move in moves:
            before = self.leads[move.lead.id]
            if before.revision != move.lead.revision:
                continue
            moved = replace(move.lead, revision=before.revision + 1)
            self.leads[moved.id] = replace(
                _kept(before, moved, move.parts),
                rulings=_newest(before.rulings, move.rulings),
                dispatched=_dispatched(before, move),
            )
            self.moves.append(move)
            committed.append(moved)
        return committed


def _kept(before: Lead, moved: Lead, parts: frozenset[str]) -> Lead:
    """Only the parts that a move names are written."""
    held: dict[str, dict[str, Any]] = {
        "verdicts": {"email": before.email, "phone": before.phone, "caps": before.caps},
        "lookup": {"lookups": before.lookups},
        "asserted": {"asserted": before.asserted},
    }
    old = {name: value for part, values in held.items() if part not in parts for name, value in values.items()}
    return replace(moved, **old)


def _newest(before: Sequence[Ruling], after: Sequence[Ruling]) -> tuple[Ruling, ...]:
    decided = {ruling.recipient for ruling in after}
    kept = [ruling for ruling in before if ruling.recipient not in decided]
    return (*kept, *(replace(ruling, facts=None) for ruling in after))


def _dispatched(before: Lead, move: Move) -> dict[str, Dispatched]:
    states = dict(before.dispatched)
    for dispatch in move.dispatches:
        if dispatch.kind == RETRACTED:
            states[dispatch.destination] = Dispatched.RETRACTED
        elif states.get(dispatch.destination) is not Dispatched.SENT:
            states[dispatch.destination] = Dispatched.PENDING
    return states
