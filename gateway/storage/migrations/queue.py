"""PgQueuer's own tables, made by its own installer inside our revision; on SQLite there is nothing to do."""

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from sqlalchemy import text

from gateway.storage.engine.postgres_statements import queue_settings, raw_connection


def install_queue() -> None:
    """Run PgQueuer's installer in the migration's transaction and schema."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    script = QueryBuilderEnvironment(queue_settings(schema)).build_install_query()
    # Many statements with dollar quotes: only the driver's own `execute` takes them in one go.
    raw_connection(connection).run_async(lambda driver: driver.execute(script))
