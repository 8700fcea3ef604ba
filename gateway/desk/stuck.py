"""The desk of what got stuck: jobs and deliveries that were given up, listed and tried again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.desk.missed import send_again
from gateway.desk.office import Actor, Office
from gateway.errors import Conflict, NotFound
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import deliveries
from gateway.storage.sending.deliveries import siblings
from gateway.storage.sending.order import overtaken
from gateway.work import dead_letters


class StuckDesk:
    """Dead letters (`dl_…`) and dead deliveries (`dv_…`)."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def list(self, *, limit: int = 50) -> Sequence[Mapping[str, Any]]:
        """What was given up and not tried again, newest first; ids and stable codes, nothing personal."""
        letters = await dead_letters.dead(self.office.database, limit=limit)
        found: list[dict[str, Any]] = [
            {
                "id": each.id,
                "what": each.name,
                "about": list(each.ids),
                "attempts": each.attempts,
                "why": each.error,
                "at": each.at,
            }
            for each in letters
        ]
        found += await self.office.database.read(lambda connection: _dead(connection, limit))
        return sorted(found, key=lambda each: each["at"], reverse=True)[:limit]

    async def replay(self, actor: Actor, ident: str) -> None:
        """Try one again: a job with its failures forgotten, a delivery with one more attempt under its own id.

        That it was tried again, and by whom, is noted in the same transaction.

        Raises:
            NotFound: there is no such job or delivery.
            Conflict: it was not given up, is tried again already, or would come behind something later.
            StoreUnavailable: the store cannot be reached.
        """
        now = self.office.now()

        def run(tx: Tx) -> None:
            again = _send_again if ident.startswith("dv_") else _work_again
            unit = Unit()
            facts = {"item": ident, **again(tx, ident, now)}
            self.office.note(unit, actor, "work.replayed", facts, at=now)
            tx.apply(unit)

        await self.office.database.transact(run)


def _work_again(tx: Tx, ident: str, now: datetime) -> dict[str, Any]:
    job = dead_letters.replay(tx, ident, now=now)
    return {"what": job.name, "about": list(job.ids)}


def _send_again(tx: Tx, ident: str, now: datetime) -> dict[str, Any]:
    query = select(deliveries).where(deliveries.c.id == ident).with_for_update()
    row = tx.connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("There is no such delivery.")
    if row["status"] != "dead":
        raise Conflict(f"This delivery was not given up: it is {row['status']}.")
    place = row["lead_id"], row["destination"]
    if overtaken(row, siblings(tx.connection, [place])[place]):
        raise Conflict(
            "This delivery is overtaken: its destination was sent, or is to be, something later of the lead."
        )
    tx.apply(send_again(Unit(), [ident], now))
    return {"what": f"{row['kind']} to {row['destination']}", "about": [row["lead_id"]]}


def _dead(connection: Connection, limit: int) -> list[dict[str, Any]]:
    query = select(deliveries).where(deliveries.c.status == "dead").order_by(deliveries.c.ended_at.desc()).limit(limit)
    return [
        {
            "id": row["id"],
            "what": f"{row['kind']} to {row['destination']}",
            "about": [row["lead_id"]],
            "attempts": row["attempts"],
            "why": row["reason"],
            "at": row["ended_at"],
        }
        for row in connection.execute(query).mappings()
    ]
