"""Who leads are about, and what people and the law say about them."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from gateway.storage.engine.schema import Json, Time, metadata

subjects = Table(
    "subjects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alias_of", Text, index=True),
    Column("created_at", Time, nullable=False),
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

contact_withdrawals = Table(  # taken back by contact point, whoever comes with it, by then or later
    "contact_withdrawals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mac", LargeBinary, nullable=False, index=True),  # as the contact point stands on the suppression list
    Column("kind", Text, nullable=False),  # email_canonical, phone_e164
    Column("key_generation", Integer, nullable=False),
    Column("purpose", Text),  # None: all
    Column("channel", Text),  # None: all
    Column("at", Time, nullable=False),
    Column("event_id", LargeBinary, nullable=False),
)

policy_acceptances = Table(
    "policy_acceptances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pack", Text, nullable=False),
    Column("rule", Text),  # None: the whole pack
    Column("fingerprint", Text, nullable=False),
    Column("accepted_by", LargeBinary, nullable=False),  # a name, sealed under the deployment's own key
    Column("at", Time, nullable=False),
)
