"""What connectors said, taken out of what is stored: of look-ups, and of the messages that were written with it."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, update

from gateway.lead import Lead
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.rows import LOOKUPS, OBSERVATIONS, lookup_row
from gateway.storage.leads.tables import deliveries, lead_parts
from gateway.storage.sealing.vault import Keys


def rewrite_lookups(connection: Connection, unit: Unit, lead: Lead, keys: Keys) -> None:
    """Put a lead's look-ups in place of those that are stored, one by one in their order."""
    query = select(lead_parts.c.part).where(lead_parts.c.lead_id == lead.id)
    parts = sorted(part for part in connection.execute(query).scalars() if part.startswith((LOOKUPS, OBSERVATIONS)))
    if OBSERVATIONS in parts:  # of older versions: it comes before all others, and is a look-up from now on
        parts.remove(OBSERVATIONS)
        parts.insert(0, f"{LOOKUPS}{0:06}")
        unit.delete(lead_parts, {"lead_id": lead.id, "part": OBSERVATIONS})
    for part, lookup in zip(parts, lead.lookups, strict=True):
        unit.put(lead_parts, lookup_row(lead.id, part, lookup, keys))


def forget_messages(connection: Connection, lead_ids: Sequence[str]) -> None:
    """Delete what was written for destinations about these leads, unless it may have arrived and is sent again.

    Such a message keeps its bytes, as its id promises, and the update that follows it corrects what it says.
    """
    done = or_(deliveries.c.attempts == 0, deliveries.c.status.in_(("delivered", "dead", "cancelled")))
    written = update(deliveries).where(deliveries.c.lead_id.in_(lead_ids), done)
    connection.execute(written.values(body_sealed=None))
