"""The attempts at a delivery; the delivery itself is part of its lead."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from gateway.storage.engine.schema import Time, metadata

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
