"""What is kept about vendors: slots, paid calls, answers; and about mail servers that are asked for mailboxes."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

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
    Column("cost_micros", BigInteger, nullable=False),
    Column("currency", Text),
)

spends = Table(  # what calls may cost and did, by pot: a day, a vendor's day, a list
    "spends",
    metadata,
    Column("scope", Text, primary_key=True),  # day, vendor:NAME, list:ID
    Column("day", Text, primary_key=True),  # in UTC; empty for a list
    Column("currency", Text, primary_key=True),
    Column("reserved_micros", BigInteger, nullable=False),  # for calls that have not ended, or never will
    Column("spent_micros", BigInteger, nullable=False),
)

vendor_records = Table(  # whose record a vendor's is, where the vendor lists those that it has erased
    "vendor_records",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # a keyed HMAC of connector and the vendor's id of the record
    Column("subject_id", Text, primary_key=True, index=True),
    Column("connector", Text, nullable=False),
)

erasure_feeds = Table(  # the vendors' lists of erased records: when each was read
    "erasure_feeds",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("tried_at", Time, nullable=False),
    Column("read_at", Time),  # to its end
    Column("records", BigInteger),  # listed then
    Column("wrong", Text),  # why the last try came to nothing
)

vendor_results = Table(
    "vendor_results",
    metadata,
    Column("call_key", LargeBinary, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # match, no_match, partial: nothing else is kept
    Column("subject_id", Text, index=True),  # whose erasure takes the row along; None: about a company alone
    Column(
        "observations", LargeBinary, nullable=False
    ),  # the whole answer, sealed: under its person's profile key, else the deployment's
    Column("expires_at", Time, nullable=False, index=True),
)

mail_pauses = Table(  # groups of mail servers that are left alone, since they have refused us
    "mail_pauses",
    metadata,
    Column("name", Text, primary_key=True),  # a well-known operator, a keyed code of another name, or * for all
    Column("refused_at", Time, nullable=False),
    Column("until", Time, nullable=False),
    Column("times", Integer, nullable=False),  # refusals in a row
    Column("why", Text, nullable=False),  # the reply without names, or its codes alone
)

catch_alls = Table(  # what domains do with an invented address: one answered probe per domain and day
    "catch_alls",
    metadata,
    Column("domain_mac", LargeBinary, primary_key=True),  # a keyed HMAC: a domain may bear a person's name
    Column("found", Text, nullable=False),  # yes, no, unclear
    Column("expires_at", Time, nullable=False, index=True),
)
