"""A lead and what hangs on it, and what came in and is no lead yet."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

from gateway.storage.engine.schema import Json, Time, metadata

leads = Table(
    "leads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject_id", Text, nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("revision", Integer, nullable=False),
    Column("resume", Text),
    Column("attempt", Integer, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("due_at", Time),
    Index("ix_leads_status", "status", "id"),
    Index("ix_leads_source", "source", "id"),
    Index(  # holds alone, by the time at which they go on
        "ix_leads_held_due",
        "status",  # the same in every row of it, but without it SQLite takes ix_leads_status
        "due_at",
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    ),
)

lead_parts = Table(
    "lead_parts",
    metadata,
    Column("lead_id", Text, primary_key=True),
    # submission, verdicts, asserted, evidence; lookup-NNNNNN by the lead's revision; observations of older versions
    Column("part", Text, primary_key=True),
    # Under the profile key, evidence under that; AAD names lead and part.
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Time),  # when something in it may not be kept any longer
    Index(
        "ix_lead_parts_expires_at",
        "expires_at",
        sqlite_where=text("expires_at IS NOT NULL"),
        postgresql_where=text("expires_at IS NOT NULL"),
    ),
)

lead_transitions = Table(
    "lead_transitions",
    metadata,
    Column("lead_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("at", Time, nullable=False),
    Column("event_id", LargeBinary, nullable=False),
)

decisions = Table(  # one row per lead, recipient and time: every purpose and channel asked together
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("recipient", Text, nullable=False),  # a destination's name, or "enrichment"
    Column("outcome", Text, nullable=False),  # the best of its rulings: ALLOW, HOLD, DENY
    Column("reason", Text),
    Column("pack_fingerprint", Text, nullable=False),
    Column("rulings", Json, nullable=False),  # per purpose and channel: outcome, rule, citations, why, way out, until
    Column("sealed_facts", LargeBinary, nullable=False),  # under the evidence key
    Column("facts_mac", LargeBinary, nullable=False),
    Column("decided_at", Time, nullable=False),
    Column("event_id", LargeBinary, nullable=False, index=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("subject_id", Text, nullable=False, index=True),
    Column("destination", Text, nullable=False),
    Column("kind", Text, nullable=False),  # lead.created, lead.updated, lead.retracted
    Column("revision", Integer, nullable=False),  # the lead's own, that asked for it: with the id, its place in order
    Column("status", Text, nullable=False),  # pending, sending, delivered, cancelled, dead
    Column("reason", Text),
    Column("decided_by", LargeBinary, nullable=False),  # event id whose checkpoint it waits for
    Column("body_sealed", LargeBinary),  # fixed at the first attempt; under the profile key
    Column("attempts", Integer, nullable=False),
    Column("next_at", Time, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("remote_id", Text),
    Index("ix_deliveries_due", "status", "next_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lead_id", Text, nullable=False, index=True),
    Column("outcome", Text, nullable=False),  # accepted, rejected, won, lost
    Column("reason", Text),
    Column("value_minor", BigInteger),
    Column("currency", Text),
    Column("at", Time, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # of key and caller
    Column("fingerprint", LargeBinary, nullable=False),  # HMAC of the payload
    Column("answer", Json),  # ids and status only; None while the first is in flight
    Column("expires_at", Time, nullable=False, index=True),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False, index=True),
    Column("reasons", Json, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # under the source-day key
    Column("day", Text, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
    Column("replayed_at", Time),
    Column("lead_id", Text),
)

quarantine_keys = Table(
    "quarantine_keys",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("kek_generation", Integer, nullable=False),
    Column("wrapped", LargeBinary),  # None once expired: its destruction is the expiry
)

form_challenges = Table(  # a challenge is used once
    "form_challenges",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("expires_at", Time, nullable=False, index=True),
)
