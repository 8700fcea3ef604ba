"""What had begun when somebody said no: the attempts under way then, waited for, and told with what became of them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Connection, RowMapping, select

from gateway.desk.office import Actor, Office
from gateway.storage.leads.tables import leads
from gateway.storage.sending.tables import delivery_attempts

_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a withdrawal did: its event, and the attempts that had begun before it and may have arrived."""

    event_id: str | None
    in_flight: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A refusal that is committed: its event, the attempts it met, and the leads that the caller may see."""

    event_id: str | None
    flying: Sequence[RowMapping]
    shown: frozenset[str]

    @classmethod
    def joined(cls, stops: Iterable[Self]) -> Self:
        """Make one of several refusals without events."""
        every = list(stops)
        flying = [row for stop in every for row in stop.flying]
        return cls(event_id=None, flying=flying, shown=frozenset[str]().union(*(stop.shown for stop in every)))


def shown_to(connection: Connection, actor: Actor, flying: Sequence[RowMapping]) -> frozenset[str]:
    """The leads of these attempts that the caller may see."""
    query = select(leads.c.id).where(leads.c.id.in_({row["lead_id"] for row in flying}))
    if actor.source is not None:
        query = query.where(leads.c.source == actor.source)
    return frozenset(connection.execute(query).scalars())


async def landed(office: Office, stop: Stop) -> Stopped:
    """Wait until every attempt that had begun has ended or passed its deadline, and say what became of it."""
    wanted = {(row["id"], row["number"]): row for row in stop.flying}  # one may be met twice
    ended: dict[tuple[str, int], str | None] = {}
    while wanted.keys() - ended.keys():
        open_ones = [key for key in wanted if key not in ended]
        ended |= await office.database.read(lambda connection: _ended(connection, open_ones))  # noqa: B023 - read at once
        now = office.now()
        ended |= {key: None for key in open_ones if key not in ended and wanted[key]["deadline"] < now}
        if wanted.keys() - ended.keys():
            await asyncio.sleep(_POLL_SECONDS)
    flying = tuple(
        {
            "delivery_id": row["id"],
            "lead_id": row["lead_id"],
            "destination": row["destination"],
            "outcome": ended[key] or "unknown",
        }
        for key, row in wanted.items()
        if row["lead_id"] in stop.shown
    )
    return Stopped(event_id=stop.event_id, in_flight=flying)


def _ended(connection: Connection, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str | None]:
    query = select(delivery_attempts).where(
        delivery_attempts.c.delivery_id.in_([delivery for delivery, _ in keys]),
        delivery_attempts.c.ended_at.is_not(None),
    )
    rows = connection.execute(query).mappings()
    found = {(row["delivery_id"], row["number"]): row["outcome"] for row in rows}
    return {key: found[key] for key in keys if key in found}
