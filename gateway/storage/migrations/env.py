"""What Alembic runs: the revisions, on the connection and in the transaction that `migrate` opened."""

from alembic import context

from gateway.storage.migrations.compare import OPTIONS

context.configure(connection=context.config.attributes["connection"], **OPTIONS)
context.run_migrations()
