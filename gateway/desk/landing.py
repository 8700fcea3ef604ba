"""What had begun when somebody said no: the attempts under way then, waited for, and told with what became of them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import Connection, RowMapping, select

from gateway.desk.office import Actor, Office
from gateway.release import ATTEMPT_SECONDS
from gateway.storage.leads.tables import leads
from gateway.storage.sending.tables import delivery_attempts

_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a withdrawal did: its event, and the attempts that had begun before it and may have arrived.

    `persons` is how many people it is about that are known, all who share a contact point; None is not told.
    """

    event_id: str | None
    in_flight: tuple[Mapping[str, Any], ...]
    persons: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A refusal that is committed: its event, and those of the attempts it met that the caller may know of."""

    event_id: str | None
    flying: Sequence[RowMapping]

    @classmethod
    def joined(cls, stops: Iterable[Self]) -> Self:
        """Make one of several refusals without events."""
        return cls(event_id=None, flying=[row for stop in stops for row in stop.flying])


def shown_to(connection: Connection, actor: Actor, flying: Sequence[RowMapping]) -> Sequence[RowMapping]:
    """Those of these attempts that the caller may see: a source those of its own leads.

    For a source, the others are not waited for either: how long an answer takes would tell of other sources' people.
    """
    if actor.source is None:
        return flying
    query = select(leads.c.id).where(leads.c.id.in_({row["lead_id"] for row in flying}), leads.c.source == actor.source)
    own = set(connection.execute(query).scalars())
    return [row for row in flying if row["lead_id"] in own]


async def landed(office: Office, stop: Stop) -> Stopped:
    """Wait until every attempt that had begun has ended or passed its deadline, and say what became of it.

    Deadlines are read off the clock, which may be set back; but no attempt lasts longer than its life, and all of these
    had begun: after that long nothing is waited for any more.
    """
    loop = asyncio.get_running_loop()
    last = loop.time() + ATTEMPT_SECONDS
    wanted = {(row["id"], row["number"]): row for row in stop.flying}  # one may be met twice
    ended: dict[tuple[str, int], str | None] = {}
    while wanted.keys() - ended.keys():
        open_ones = [key for key in wanted if key not in ended]
        ended |= await office.database.read(lambda connection: _ended(connection, open_ones))  # noqa: B023 - read at once
        now = office.now()
        over = loop.time() >= last
        ended |= {key: None for key in open_ones if key not in ended and (over or wanted[key]["deadline"] < now)}
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
