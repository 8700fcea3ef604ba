"""The wrapped keys: a subject's two, and the log's own."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from gateway.storage.engine.schema import Time, metadata

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

audit_log_keys = Table(  # data keys of entries that belong to no subject: the log's own evidence key, by period
    "audit_log_keys",
    metadata,
    Column("dek_id", LargeBinary, primary_key=True),
    Column("kek_generation", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
