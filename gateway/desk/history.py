"""What happened to a lead, and why it stands where it stands, as values that people and programs are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from consent.decision import explain
from gateway import typeid
from gateway.desk.checks import judged, nowhere
from gateway.lead import Lead
from gateway.storage.tables import deliveries, delivery_attempts, lead_transitions


def explained(lead: Lead) -> Sequence[Mapping[str, Any]]:
    """Give what verification and each decision say of a lead in plain words, with rule, citations and way out.

    An item of verification names no recipient, purpose or channel: it is about the whole lead.
    """
    checked = judged(lead) or nowhere(lead)
    decisions: list[Mapping[str, Any]] = [
        {
            "recipient": ruling.recipient,
            "purpose": ruling.purpose,
            "channel": ruling.channel,
            "outcome": ruling.decision.outcome.value,
            "reason": ruling.decision.reason,
            "says": explain(ruling.decision),
            "rule": ruling.decision.rule,
            "citations": list(ruling.decision.citations),
            "way_out": None if ruling.decision.way_out is None else ruling.decision.way_out.to_mapping(),
            "other_ways": [way.to_mapping() for way in ruling.decision.other_ways],
        }
        for ruling in lead.rulings
    ]
    return decisions if checked is None else [checked, *decisions]


def read_timeline(connection: Connection, lead_id: str) -> Sequence[Mapping[str, Any]]:
    """Read a lead's transitions and delivery attempts, oldest first, each with its entry of the audit log."""
    moves = connection.execute(select(lead_transitions).where(lead_transitions.c.lead_id == lead_id)).mappings()
    happened: list[dict[str, Any]] = [
        {
            "at": row["at"],
            "what": row["status"],
            "reason": row["reason"],
            "entry": typeid.encode("ev", row["event_id"]),
        }
        for row in moves
    ]
    query = (
        select(delivery_attempts, deliveries.c.destination, deliveries.c.kind)
        .join(deliveries, deliveries.c.id == delivery_attempts.c.delivery_id)
        .where(deliveries.c.lead_id == lead_id)
    )
    happened += [
        {
            "at": row["ended_at"] or row["claimed_at"],
            "what": f"delivery.{row['outcome'] or 'sending'}",
            "reason": row["detail"],
            "entry": typeid.encode("ev", row["event_id"]),
            "destination": row["destination"],
            "kind": row["kind"],
            "attempt": row["number"],
        }
        for row in connection.execute(query).mappings()
    ]
    return sorted(happened, key=lambda each: each["at"])
