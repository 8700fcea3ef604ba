"""Acts about leads and the people in them: looking, ending holds, the suppression list."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any, Final

from consent.claims import caps_as_text
from consent.suppression import SuppressionKind
from consent.terms import Channel, Purpose
from gateway.cli.seat import Seat
from gateway.desk.leads import Filter
from gateway.desk.preferences import Against
from gateway.errors import Invalid
from gateway.intake.kit.spam import told
from gateway.lead import Stage, Status

_NAMES: Final[Mapping[type[StrEnum], str]] = {
    Status: "status",
    Stage: "stage",
    SuppressionKind: "kind",
    Purpose: "purpose",
    Channel: "channel",
}
_CLEAR: Final = ("id", "status", "reason", "stage", "source", "received_at", "due_at")


async def list_leads(seat: Seat, *, limit: int, wanted: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Leads' clear rows by id: nothing personal is in them. `wanted` are the other fields of `Filter`."""
    for name, kind in (("status", Status), ("stage", Stage)):
        if (text := wanted.get(name)) is not None:
            _word(kind, text)
    rows = await seat.desks.leads.list(seat.actor, Filter(limit=limit, **wanted))
    return [{name: row[name] for name in _CLEAR} for row in rows]


async def show_lead(seat: Seat, *, lead_id: str) -> dict[str, Any]:
    """One lead as it stands, what happened to it and why; without the contact data themselves."""
    shown = await seat.desks.leads.show(seat.actor, lead_id)
    lead = shown.lead
    return {
        "id": lead.id,
        "subject_id": lead.subject_id,
        "source": lead.source,
        "stage": lead.stage.value,
        "status": lead.status.value,
        "reason": lead.reason,
        "received_at": lead.received_at,
        "due_at": lead.due_at,
        "email": None if lead.email is None else lead.email.to_json(personal=False),
        "phone": None if lead.phone is None else lead.phone.to_json(personal=False),
        "company": None if lead.company is None else lead.company.to_json(personal=False),
        "limits": caps_as_text(lead.caps),
        "signals": {"proof": lead.submission.signals.proof, "spam": told(lead.submission.signals.spam)},
        "site": None if shown.site is None else shown.site.reveal(),
        "enrichment": dict(lead.enrichment),
        "fields": sorted({each.field for each in lead.observations}),
        "timeline": [_step(each) for each in shown.timeline],
        "deliveries": [dict(each) for each in shown.deliveries],
        "explain": [dict(each) for each in shown.explained],
        "golden": dict(shown.company),
    }


def _step(happened: Mapping[str, Any]) -> dict[str, Any]:
    """One step, with its verdicts in short: the whole of them stands beside the timeline."""
    rest = {name: value for name, value in happened.items() if name != "verdicts"}
    if "verdicts" not in happened:
        return rest
    return {**rest, "verdicts": {name: verdict.verdict.value for name, verdict in happened["verdicts"].items()}}


async def explain_lead(seat: Seat, *, lead_id: str) -> list[dict[str, Any]]:
    """Each decision on a lead in plain words, with its citations and the call that ends a hold."""
    return [dict(each) for each in await seat.desks.leads.explain(seat.actor, lead_id)]


async def resolve_hold(seat: Seat, *, lead_id: str, reason: str, facts: Mapping[str, Any], note: str) -> dict[str, Any]:
    """End a hold with evidence, and say what it changed and what still waits."""
    resolved = await seat.desks.leads.resolve(seat.actor, lead_id, reason, facts, note)
    return {
        "id": resolved.lead.id,
        "status": resolved.lead.status.value,
        "changed": [asdict(use) for use in resolved.changed],
        "still_held": [asdict(use) for use in resolved.still_held],
    }


async def add_suppression(
    seat: Seat,
    *,
    kind: str,
    value: str,
    purpose: str | None,
    channel: str | None,
    reason: str,
    whole_provider: bool,
) -> dict[str, Any]:
    """Put one contact point on the list; it is in force when this answers."""
    point, against = _word(SuppressionKind, kind), _against(purpose, channel)
    stopped = await seat.desks.preferences.suppress(
        seat.actor, point, value, against, reason, whole_provider=whole_provider
    )
    return {"in_flight": [dict(each) for each in stopped.in_flight]}


async def import_suppressions(
    seat: Seat,
    *,
    entries: Sequence[Mapping[str, Any]],
    purpose: str | None,
    channel: str | None,
    reason: str,
    whole_provider: bool,
) -> dict[str, Any]:
    """Put `{"line", "kind", "value"}` entries on the list; one that cannot be used is named by its line."""
    points = [(_word(SuppressionKind, entry["kind"]), entry["value"]) for entry in entries]
    done = await seat.desks.preferences.suppress_all(
        seat.actor, points, _against(purpose, channel), reason, whole_provider=whole_provider
    )
    return {
        "added": done.added,
        "standing": done.standing,
        "refused": [{"line": entries[position]["line"], "why": why} for position, why in done.refused.items()],
        "in_flight": [dict(each) for each in done.in_flight],
    }


async def lift_suppression(
    seat: Seat, *, kind: str, value: str, entry: str | None, reason: str
) -> list[dict[str, Any]]:
    """Take a contact point or domain off the list, or one entry of it; the answer holds what stood there."""
    point = _word(SuppressionKind, kind)
    return [dict(each) for each in await seat.desks.preferences.lift(seat.actor, point, value, reason, entry=entry)]


async def check_suppression(seat: Seat, *, kind: str, value: str) -> list[dict[str, Any]]:
    """What the list says of a contact point or domain."""
    return [
        dict(each) for each in await seat.desks.preferences.suppressed(seat.actor, _word(SuppressionKind, kind), value)
    ]


def _against(purpose: str | None, channel: str | None) -> Against:
    return Against(
        purpose=None if purpose is None else _word(Purpose, purpose),
        channel=None if channel is None else _word(Channel, channel),
    )


def _word(kind: type[StrEnum], text: str) -> Any:  # noqa: ANN401 - a member of the enumeration
    try:
        return kind(text)
    except ValueError:
        names = ", ".join(each.value for each in kind)
        raise Invalid(f"There is no {_NAMES[kind]} of this name: it is one of {names}.") from None
