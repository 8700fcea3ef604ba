"""What happened to a lead, and why it stands where it stands, as values that people and programs are shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from consent.decision import explain
from consent.terms import Outcome
from gateway import typeid
from gateway.desk.checks import judged, limited, nowhere
from gateway.lead import Lead, Ruling
from gateway.storage.leads.circumstances import read_circumstances
from gateway.storage.leads.tables import deliveries, lead_transitions
from gateway.storage.sealing.vault import Vault
from gateway.storage.sending.tables import delivery_attempts
from gateway.verification.company.model import CompanyVerdict
from gateway.verification.model import EmailVerdict, PhoneVerdict

Verdict = EmailVerdict | PhoneVerdict | CompanyVerdict
"""What verification says of a contact point or of the company."""
SEES_EVIDENCE: Final = frozenset({"consents:read", "admin"})
"""The scopes, any of them, that let see how an inquiry came in: page, address and browser are a person's."""


def explained(lead: Lead) -> Sequence[Mapping[str, Any]]:
    """Give what verification and each decision say of a lead in plain words, with rule, citations and way out.

    An item of verification names no recipient and no purpose: it is about the whole lead, or about one channel of it.
    Nothing is called allowed that the contact point does not allow: a call to a lead without a number is not.
    """
    checked = judged(lead) or nowhere(lead)
    channels = limited(lead)
    limits = {each["channel"]: each for each in channels}
    decisions = [_told(ruling, limits.get(ruling.channel)) for ruling in lead.rulings]
    return [*([checked] if checked else []), *channels, *decisions]


def _told(ruling: Ruling, limit: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A decision, as far as verification leaves it standing."""
    decision = ruling.decision
    told: dict[str, Any] = {
        "recipient": ruling.recipient,
        "purpose": ruling.purpose,
        "channel": ruling.channel,
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "says": explain(decision),
        "rule": decision.rule,
        "citations": list(decision.citations),
        "way_out": None if decision.way_out is None else decision.way_out.to_mapping(),
        "other_ways": [way.to_mapping() for way in decision.other_ways],
    }
    if limit is None or Outcome(limit["outcome"]).strictness <= decision.outcome.strictness:
        return told
    own = {name: limit[name] for name in ("outcome", "reason", "way_out", "other_ways")}
    return {**told, **own, "says": [*(f"By law: {line}" for line in told["says"][:1]), *limit["says"]]}


def read_timeline(connection: Connection, lead: Lead, vault: Vault | None = None) -> Sequence[Mapping[str, Any]]:
    """Read a lead's transitions and delivery attempts, oldest first, each with its entry of the audit log.

    The step at which its verdicts were given has them (`verdicts`: `email`, `phone` and `company`); those of an earlier
    step that could not end are in its entry alone, as reason codes. With a vault, its first step says how it came in
    (`gateway.lead.Circumstances`), as far as that was kept.
    """
    lead_id = lead.id
    came = None if vault is None else read_circumstances(connection, vault, lead_id, lead.subject_id)
    query = select(lead_transitions).where(lead_transitions.c.lead_id == lead_id).order_by(lead_transitions.c.revision)
    moves = connection.execute(query).mappings().all()
    judged = _judged(lead, moves)
    happened: list[dict[str, Any]] = [
        {
            "at": row["at"],
            "what": row["status"],
            "reason": row["reason"],
            "entry": typeid.encode("ev", row["event_id"]),
            **({"came": came} if came is not None and row["revision"] == 1 else {}),
            **({"verdicts": judged[row["revision"]]} if row["revision"] in judged else {}),
        }
        for row in moves
    ]
    attempts = (
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
        for row in connection.execute(attempts).mappings()
    ]
    return sorted(happened, key=lambda each: each["at"])


def _judged(lead: Lead, moves: Sequence[RowMapping]) -> dict[int, dict[str, Verdict]]:
    """A lead's verdicts by the revision that they were given with: the first one that is not before them."""
    found: dict[int, dict[str, Verdict]] = {}
    verdicts: dict[str, Verdict | None] = {"email": lead.email, "phone": lead.phone, "company": lead.company}
    for name, verdict in verdicts.items():
        if verdict is not None:
            since = verdict.evidence.checked_at
            revision = next((row["revision"] for row in moves if row["revision"] > 1 and row["at"] >= since), None)
            if revision is not None:
                found.setdefault(revision, {})[name] = verdict
    return found
