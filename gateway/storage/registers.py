"""What an operator sets up: who may send, what they show, and where leads go."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from gateway.storage.engine.schema import Json, Time, metadata

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # form, api
    Column("purposes", Json, nullable=False),
    Column("notice_id", Text),
    Column("provenance", Text),  # where its people come from, a `consent.terms.SourceKind`; None: nobody knows
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

destinations = Table(
    "destinations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("purposes", Json, nullable=False),
    Column("role", Text, nullable=False),  # processor, controller
    Column("country", Text),
    Column("transfer", Text),
    Column("sealed", LargeBinary, nullable=False),  # url, map, contract, secrets: under the deployment's own key
    Column("created_at", Time, nullable=False),
    Column("disabled_at", Time),
    Column("disabled_reason", Text),  # of gateway.release.kit.destination.Disabled
)
