"""Every table once (SQLAlchemy Core). No column holds a personal value in clear.

A `sealed` column is AES-256-GCM under a key of the subject (profile or evidence), a source-day or a list; a `mac`
column is a keyed HMAC. Times are aware UTC; `Time` stores them as integer microseconds since 1970.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Time(TypeDecorator[datetime]):
    """An aware UTC datetime as integer microseconds since 1970: the same bytes and order on both stores."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """Count the microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Read the microseconds back."""
        return None if value is None else _EPOCH + value * _MICROSECOND


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")  # None is NULL, not JSON null
BigKey = BigInteger().with_variant(Integer(), "sqlite")

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# --- who may send, and what they show -------------------------------------------------------------------------

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # form, api
    Column("purposes", Json, nullable=False),
    Column("notice_id", Text),
    Column("settings", Json, nullable=False),  # field map, CORS origins, redirects, caps
    Column("created_at", Time, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),  # of 256 random bits, so nothing personal and no salt
    Column("source", Text),  # None: not bound to one source
    Column("role", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("revoked_at", Time),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

# --- who it is about ------------------------------------------------------------------------------------------

subjects = Table(
    "subjects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alias_of", Text, index=True),
    Column("created_at", Time, nullable=False),
)

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("subject_id", Text, primary_key=True),
    Column("dek_id", LargeBinary, nullable=False, unique=True),  # the evidence key's name, as leaves show it
    Column("profile_generation", Integer),
    Column("profile", LargeBinary),  # None once erased
    Column("evidence_generation", Integer),
    Column("evidence", LargeBinary),  # None once its limitation date is over
    Column("erased_at", Time),
)

blind_index = Table(
    "blind_index",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),  # email, phone
    Column("key_generation", Integer, nullable=False),
    Column("subject_id", Text, nullable=False, index=True),
)

contact_hints = Table(  # phones and role addresses only suggest a subject, domains not even that: many to many
    "contact_hints",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("subject_id", Text, primary_key=True, index=True),
    Column("kind", Text, nullable=False),
    Column("key_generation", Integer, nullable=False),
)

# --- leads ----------------------------------------------------------------------------------------------------

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
    Column("part", Text, primary_key=True),  # submission, verdicts, observations, asserted, evidence
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # under the profile key, evidence under that; AAD names lead and part
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

# --- consent --------------------------------------------------------------------------------------------------

consent_events = Table(
    "consent_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject_id", Text, nullable=False, index=True),
    Column("lead_id", Text),
    Column("kind", Text, nullable=False),  # of consent.ledger_codec.KINDS
    Column("event", Json, nullable=False),  # as that module writes it; nothing in it is personal
    Column("sealed_evidence", LargeBinary),  # page, address, browser: under the evidence key
    Column("occurred_at", Time, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("event_id", LargeBinary, nullable=False),
)

opt_in_tokens = Table(
    "opt_in_tokens",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),  # of 128 random bits
    Column("kind", Text, nullable=False),  # confirm, unsubscribe
    Column("subject_id", Text, nullable=False, index=True),
    Column("request_id", Text),
    Column("expires_at", Time, nullable=False),
    Column("used_at", Time),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mac", LargeBinary, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("key_generation", Integer, nullable=False),
    Column("purpose", Text),  # None: all
    Column("channel", Text),  # None: all
    Column("reason", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("lifted_at", Time),
    Column("event_id", LargeBinary, nullable=False),
)

policy_acceptances = Table(
    "policy_acceptances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pack", Text, nullable=False),
    Column("rule", Text),  # None: the whole pack
    Column("fingerprint", Text, nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("at", Time, nullable=False),
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

# --- enrichment -----------------------------------------------------------------------------------------------

vendor_calls = Table(
    "vendor_calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("call_key", LargeBinary, nullable=False, index=True),  # HMAC of connector and query
    Column("lead_id", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),
    Column("outcome", Text),
    Column("cost_minor", Integer, nullable=False),
    Column("currency", Text),
)

vendor_results = Table(
    "vendor_results",
    metadata,
    Column("call_key", LargeBinary, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # match, no_match: nothing else is kept
    Column("subject_id", Text, index=True),  # whose erasure takes the row along; None: about a company alone
    Column("observations", LargeBinary, nullable=False),  # sealed under the data key of the cache
    Column("expires_at", Time, nullable=False, index=True),
)

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("scope", Text, primary_key=True),  # a vendor, a source, a text that comes again and again
    Column("period_seconds", Integer, primary_key=True),
    Column("window_start", Time, nullable=False),  # for period 0: when the block ends, or the row was made
    Column("used", Integer, nullable=False),
    Column("blocked_until", Time),
    Index("ix_rate_windows_over", "period_seconds", "window_start"),
)

rate_slots = Table(  # calls under way per vendor; a slot frees itself when its lease ends
    "rate_slots",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("expires_at", Time, nullable=False),
)

# --- figures --------------------------------------------------------------------------------------------------

verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("kind", Text, primary_key=True),  # email, phone
    Column("verdict", Text, primary_key=True),
    Column("reason", Text, primary_key=True),  # a code of gateway.verification.reasons, or empty
    Column("given", BigInteger, nullable=False),
)

# --- release --------------------------------------------------------------------------------------------------

destinations = Table(
    "destinations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("purposes", Json, nullable=False),
    Column("role", Text, nullable=False),  # processor, controller
    Column("country", Text),
    Column("contract", Text),
    Column("transfer", Text),
    Column("sealed", LargeBinary, nullable=False),  # url, map, settings, secrets: under the deployment's own key
    Column("created_at", Time, nullable=False),
    Column("disabled_at", Time),
    Column("disabled_reason", Text),  # of gateway.release.kit.destination.Disabled
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

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("claimed_at", Time, nullable=False),
    Column("deadline", Time, nullable=False),
    Column("ended_at", Time),
    Column("outcome", Text),  # delivered, retry, failed, gone, lost
    Column("http_status", Integer),
    Column("detail", Text),
    Column("event_id", LargeBinary, nullable=False),
    Index(  # the few that are under way, among all that ever were
        "ix_delivery_attempts_open",
        "deadline",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# --- work -----------------------------------------------------------------------------------------------------

work_items = Table(  # the local engine's queue; on PostgreSQL the queue is PgQueuer's
    "work_items",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("ids", Json, nullable=False),
    Column("run_at", Time, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False),  # waiting
    Column("deaths", Integer, nullable=False),  # processes that died while it ran
    Index("ix_work_items_due", "status", "run_at"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("ids", Json, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),  # class and place, never a message with data
    Column("at", Time, nullable=False),
    Column("replayed_at", Time),
)

# --- audit ----------------------------------------------------------------------------------------------------

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("type", Integer, nullable=False),
    Column("lead_id", Text, index=True),  # the log's own row knows no names; this only speeds look-ups
    Column("at", Time, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)

audit_payloads = Table(
    "audit_payloads",
    metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("ciphertext", LargeBinary, nullable=False),
)

audit_waiting = Table(  # entries the sequencer has not taken yet
    "audit_waiting",
    metadata,
    Column("event_id", LargeBinary, primary_key=True),
)

audit_sequence = Table(
    "audit_sequence",
    metadata,
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", LargeBinary, nullable=False, unique=True),
)

audit_tree = Table(  # the compact range after each batch
    "audit_tree",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("fence", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("range", LargeBinary, nullable=False),
    Column("at", Time, nullable=False),
)

audit_nodes = Table(  # hashes of completed tiles: level 8, 16, …
    "audit_nodes",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("at", Time, nullable=False),
)

audit_lease = Table(
    "audit_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Time, nullable=False),
)

audit_log_keys = Table(  # data keys of entries that belong to no subject: the log's own evidence key, by period
    "audit_log_keys",
    metadata,
    Column("dek_id", LargeBinary, primary_key=True),
    Column("kek_generation", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
