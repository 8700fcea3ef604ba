"""The history of the schema (Alembic), one for both stores; run it with `gateway.storage.migrations.migrate`."""
