"""Between leads and their rows: what is sealed, what stays in clear, and how a lead is put together again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import BindParameter, Connection, RowMapping, Text, bindparam, cast, select

from connectors.kit import Observation
from consent.claims import Cap
from consent.decision import Decision
from consent.logic import FALSE
from consent.terms import Channel
from gateway.lead import Dispatched, Lead, Ruling, Status, Submission
from gateway.lookup import Asked, Lookup
from gateway.ports import Ids
from gateway.steps import RETRACTED
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import decisions, deliveries, lead_parts, leads
from gateway.storage.sealing import codec
from gateway.storage.sealing.vault import Keys, Vault
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.model import EmailVerdict, PhoneVerdict

SUBMISSION: Final = "submission"
VERDICTS: Final = "verdicts"
LOOKUP: Final = "lookup"
LOOKUPS: Final = "lookup-"
"""What the part of each look-up begins with; the lead's revision follows."""
OBSERVATIONS: Final = "observations"
"""What older versions kept of enrichment: observations and marks, without more."""
ASSERTED: Final = "asserted"
_DECISION: Final = tuple(field.name for field in fields(Decision))
_decision = attrgetter(*_DECISION)


class Verdicts(msgspec.Struct, array_like=True, frozen=True):
    """What is sealed of verification, in order; what came later has a default, for leads that were sealed before."""

    email: EmailVerdict | None
    phone: PhoneVerdict | None
    caps: Mapping[Channel, Cap]
    company: CompanyVerdict | None = None
    because: tuple[str, ...] = ()


_FOUND: Final = frozenset({"match", "partial", "no_match"})
_Observations = tuple[tuple[Observation, ...], dict[str, str]]


def lead_row(lead: Lead, revision: int) -> dict[str, Any]:
    """The clear row: ids, words of the closed lists and times, nothing personal."""
    return {
        "id": lead.id,
        "subject_id": lead.subject_id,
        "source": lead.source,
        "stage": lead.stage.value,
        "status": lead.status.value,
        "reason": lead.reason,
        "revision": revision,
        "resume": None if lead.resume is None else lead.resume.value,
        "attempt": lead.attempt,
        "received_at": lead.received_at,
        "updated_at": lead.updated_at,
        "due_at": lead.due_at,
    }


def part_row(lead: Lead, part: str, keys: Keys) -> dict[str, Any]:
    """One sealed part of a lead; the seal binds it to its lead and part."""
    values: dict[str, Any] = {
        SUBMISSION: lead.submission,
        VERDICTS: Verdicts(lead.email, lead.phone, lead.caps, lead.company, lead.because),
        ASSERTED: lead.asserted,
    }
    if part == LOOKUP:  # the last one, which nothing is ever put in place of
        return lookup_row(lead.id, f"{LOOKUPS}{lead.revision + 1:06}", lead.lookups[-1], keys)
    return {"lead_id": lead.id, "part": part, "sealed": _seal(keys, lead.id, part, values[part]), "expires_at": None}


def lookup_row(lead_id: str, part: str, lookup: Lookup, keys: Keys) -> dict[str, Any]:
    """One look-up, sealed, and when the first of its observations has to go."""
    sealed = _seal(keys, lead_id, part, lookup)
    return {"lead_id": lead_id, "part": part, "sealed": sealed, "expires_at": lookup.keep_until}


def read_lookup(keys: Keys, lead_id: str, part: str, sealed: bytes) -> Lookup:
    """A look-up as it was sealed."""
    found: Lookup = codec.decode(Lookup, keys.open(sealed, f"{lead_id}/{part}"))
    return found


def _seal(keys: Keys, lead_id: str, part: str, value: object) -> bytes:
    return keys.seal(codec.encode(value), f"{lead_id}/{part}")


def transition_row(lead: Lead, revision: int, event_id: bytes) -> dict[str, Any]:
    """One line of the lead's timeline; its key is the optimistic lock."""
    return {
        "lead_id": lead.id,
        "revision": revision,
        "status": lead.status.value,
        "reason": lead.reason,
        "at": lead.updated_at,
        "event_id": event_id,
    }


def delivery_row(
    lead: Lead, destination: str, kind: str, decided_by: bytes, ids: Ids, *, revision: int
) -> dict[str, Any]:
    """A delivery that waits for the checkpoint over the entry that decided it.

    `revision` is the lead's revision that asks for it. Ids are drawn before the commit, and by many clocks; revisions
    of a lead are committed one after the other, so they say which of two messages is the later one.
    """
    return {
        "id": ids.ordered("dv"),
        "lead_id": lead.id,
        "subject_id": lead.subject_id,
        "destination": destination,
        "kind": kind,
        "revision": revision,
        "status": "pending",
        "decided_by": decided_by,
        "attempts": 0,
        "next_at": lead.updated_at,
        "created_at": lead.updated_at,
    }


def write_rulings(
    unit: Unit,
    lead: Lead,
    rulings: Sequence[Ruling],
    keys: Keys,
    vault: Vault,
    ids: Ids,
    event_id: bytes,
) -> None:
    """Add one decision row per recipient; its facts are sealed under the evidence key and outlive erasure."""
    for recipient, group in by_recipient(rulings).items():
        best = min(group, key=lambda ruling: ruling.decision.outcome.strictness)
        facts = facts_of(group)
        decision_id = ids.ordered("de")
        unit.insert(
            decisions,
            {
                "id": decision_id,
                "lead_id": lead.id,
                "recipient": recipient,
                "outcome": best.decision.outcome.value,
                "reason": best.decision.reason,
                "pack_fingerprint": best.decision.policy_fingerprint,
                "rulings": codec.clear_json([_clear(ruling) for ruling in group]),
                "sealed_facts": keys.seal_proof(facts, decision_id),
                "facts_mac": vault.facts_mac(facts),
                "decided_at": lead.updated_at,
                "event_id": event_id,
            },
        )


def _clear(ruling: Ruling) -> dict[str, Any]:
    """What of a ruling is stored in clear: not the facts, nor the rules that were asked and had nothing to say."""
    decision = dict(zip(_DECISION, _decision(ruling.decision), strict=True))
    decision["evaluated"] = [each for each in ruling.decision.evaluated if each.truth is not FALSE]
    place = {"recipient": ruling.recipient, "purpose": ruling.purpose, "channel": ruling.channel}
    return {**place, "decision": decision, "facts": None}


def by_recipient(rulings: Iterable[Ruling]) -> dict[str, list[Ruling]]:
    """Group rulings, in order."""
    groups: dict[str, list[Ruling]] = defaultdict(list)
    for ruling in rulings:
        groups[ruling.recipient].append(ruling)
    return groups


def facts_of(group: Sequence[Ruling]) -> bytes:
    """The facts of one recipient's rulings, in order: equal bytes for equal facts."""
    return b"\n".join(ruling.facts or b"" for ruling in group)


_IDS: Final[BindParameter[str]] = bindparam("ids", expanding=True)
_LEADS: Final = select(leads).where(leads.c.id.in_(_IDS))
_PARTS: Final = select(lead_parts).where(lead_parts.c.lead_id.in_(_IDS))
_RULINGS: Final = (
    select(decisions.c.lead_id, decisions.c.recipient, cast(decisions.c.rulings, Text).label("rulings"))
    .where(decisions.c.lead_id.in_(_IDS))
    .order_by(decisions.c.id)
)
"""As text, since only the newest of each is decoded, and that straight into rulings."""
_DELIVERIES: Final = (
    select(*(deliveries.c[name] for name in ("lead_id", "destination", "kind", "status", "attempts")))
    .where(deliveries.c.lead_id.in_(_IDS))
    .order_by(deliveries.c.revision, deliveries.c.id)
)


def read_leads(connection: Connection, vault: Vault, ids: Sequence[str]) -> list[Lead]:
    """Read leads in the order of `ids`; one that is not there, or whose person was erased, is left out."""
    rows = {row["id"]: row for row in connection.execute(_LEADS, {"ids": list(ids)}).mappings()}
    keys = vault.keys(connection, {row["subject_id"] for row in rows.values()})
    parts: dict[str, dict[str, bytes]] = defaultdict(dict)
    for part in connection.execute(_PARTS, {"ids": list(rows)}).mappings():
        parts[part["lead_id"]][part["part"]] = part["sealed"]
    ruled = _read_rulings(connection, rows)
    sent = _read_dispatched(connection, rows)
    found = []
    for lead_id in ids:
        row = rows.get(lead_id)
        if row is not None and SUBMISSION in parts[lead_id] and keys[row["subject_id"]].profile is not None:
            extras = {"rulings": ruled.get(lead_id, ()), "dispatched": sent.get(lead_id, {})}
            found.append(_read_lead(row, parts[lead_id], keys[row["subject_id"]], extras))
    return found


def _read_lead(row: RowMapping, parts: Mapping[str, bytes], keys: Keys, extras: Mapping[str, Any]) -> Lead:
    def opened(part: str, kind: Any) -> Any:  # noqa: ANN401 - a type expression, and a value of it
        return codec.decode(kind, keys.open(parts[part], f"{row['id']}/{part}"))

    said: Verdicts = opened(VERDICTS, Verdicts) if VERDICTS in parts else Verdicts(None, None, {})
    looked = [read_lookup(keys, row["id"], part, parts[part]) for part in sorted(parts) if part.startswith(LOOKUPS)]
    if OBSERVATIONS in parts:
        looked.insert(0, _of_old(row["received_at"], *opened(OBSERVATIONS, _Observations)))
    return Lead(
        **_place(row),
        submission=opened(SUBMISSION, Submission),
        email=said.email,
        phone=said.phone,
        company=said.company,
        caps=said.caps,
        because=said.because,
        lookups=tuple(looked),
        asserted=opened(ASSERTED, dict[str, Any]) if ASSERTED in parts else {},
        **extras,
    )


def _of_old(at: datetime, observations: tuple[Observation, ...], marks: Mapping[str, str]) -> Lookup:
    """What an older version kept, as a look-up: who was asked, and nothing of what it cost."""
    asked = tuple(Asked(connector=name, mark=mark, called=mark in _FOUND) for name, mark in marks.items())
    return Lookup(at=at, asked=asked, observations=observations)


def placed(lead: Lead, row: RowMapping) -> Lead:
    """A lead that was read before, standing where its row says now; nothing sealed is opened again."""
    return replace(lead, **_place(row))


def _place(row: RowMapping) -> dict[str, Any]:
    """What the clear row says of a lead, beside its source and stage."""
    names = ("id", "subject_id", "revision", "received_at", "updated_at", "reason", "due_at", "attempt")
    resume = None if row["resume"] is None else Status(row["resume"])
    return {**{name: row[name] for name in names}, "status": Status(row["status"]), "resume": resume}


def _read_rulings(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[Ruling, ...]]:
    newest: dict[tuple[str, str], str] = {}
    for row in connection.execute(_RULINGS, {"ids": list(ids)}):
        newest[row.lead_id, row.recipient] = row.rulings
    found: dict[str, tuple[Ruling, ...]] = {}
    for (lead_id, _), text in newest.items():
        found[lead_id] = (*found.get(lead_id, ()), *codec.convert_text(tuple[Ruling, ...], text))
    return found


def _read_dispatched(connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, Dispatched]]:
    found: dict[str, dict[str, Dispatched]] = defaultdict(dict)
    for row in connection.execute(_DELIVERIES, {"ids": list(ids)}):
        states = found[row.lead_id]
        state = dispatched(states.get(row.destination), row.kind, row.status, row.attempts)
        if state is not None:
            states[row.destination] = state
    return found


def dispatched(before: Dispatched | None, kind: str, status: str, attempts: int) -> Dispatched | None:
    """What a destination has after one more delivery, given what it had before (in the order they were made)."""
    if kind == RETRACTED:
        return before if status == "cancelled" else Dispatched.RETRACTED
    if before is Dispatched.SENT or (not attempts and status != "pending"):
        return before
    if not attempts:
        return Dispatched.SENT if before in {Dispatched.FAILED, Dispatched.STOPPED} else Dispatched.PENDING
    return {"dead": Dispatched.FAILED, "cancelled": Dispatched.STOPPED}.get(status, Dispatched.SENT)
