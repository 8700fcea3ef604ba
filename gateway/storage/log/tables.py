"""The log's tables: entries, their sealed payloads, the sequence, the tree and who may sequence."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from gateway.storage.engine.schema import TOLD, Time, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("event_id", LargeBinary, primary_key=True),
    Column("type", Integer, nullable=False),
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
    info={TOLD: True},  # the sequencer waits for them
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
    info={TOLD: True},  # what was decided under them is due
)

audit_lease = Table(
    "audit_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", Time, nullable=False),
)
