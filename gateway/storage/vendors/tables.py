"""What is kept about vendors: slots, paid calls, answers."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from gateway.storage.engine.schema import Time, metadata

rate_slots = Table(  # calls under way per vendor; a slot frees itself when its lease ends
    "rate_slots",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("expires_at", Time, nullable=False),
)

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
