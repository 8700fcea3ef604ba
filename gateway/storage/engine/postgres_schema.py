"""The schema on PostgreSQL: who owns it, making it, the lock of migrations, PgQueuer's own upgrades."""

from collections.abc import Callable
from typing import Final, TypeVar

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from gateway.errors import StoreUnavailable
from gateway.storage.engine.postgres import engine_of, parse
from gateway.storage.engine.postgres_errors import ERRORS, translate
from gateway.storage.engine.postgres_statements import queue_settings, raw_connection

T = TypeVar("T")

_OWNED: Final = text(
    "SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace "
    "WHERE nspname = coalesce(CAST(:wanted AS text), current_schema())"
)
_MAY_CREATE: Final = text("SELECT has_database_privilege(current_database(), 'CREATE')")


async def in_one_transaction(url: str, fn: Callable[[Connection], T], *, schema: str | None) -> T:
    """Connect, run a function in one transaction without time limits, close; for migrations."""
    engine = engine_of(url, schema=schema, pool=1, statement_seconds=None)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(fn)
    except ERRORS as error:
        raise translate(error) from None
    finally:
        await engine.dispose()


def lock_migrations(connection: Connection) -> None:
    """Wait until no other process migrates this schema; the lock ends with the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/migrate', 0))"))


def install_queue(connection: Connection) -> None:
    """Run PgQueuer's installer."""
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    script = QueryBuilderEnvironment(queue_settings(schema)).build_install_query()
    # Many statements with dollar quotes: only the driver's own `execute` takes them in one go.
    raw_connection(connection).run_async(lambda driver: driver.execute(script))


async def owns_schema(url: str, *, schema: str | None) -> bool:
    """Say whether the role owns the schema, or may make it where it is missing."""
    wanted = parse(url, schema)[1]

    def ask(connection: Connection) -> bool:
        owned = connection.execute(_OWNED, {"wanted": wanted}).scalar()
        return bool(connection.execute(_MAY_CREATE).scalar_one() if owned is None else owned)

    return await in_one_transaction(url, ask, schema=schema)


async def prepare_schema(url: str, *, schema: str | None) -> None:
    """Make the schema that is asked for where it is missing; without one there is nothing to do."""
    wanted = parse(url, schema)[1]

    def make(connection: Connection) -> None:
        # Asked first: IF NOT EXISTS needs the right to create schemas even where there is nothing to create.
        if wanted and connection.execute(_OWNED, {"wanted": wanted}).scalar() is None:
            connection.execute(CreateSchema(wanted, if_not_exists=True))

    await in_one_transaction(url, make, schema=schema)


async def upgrade_queue(url: str, *, schema: str | None) -> None:
    """Let an installed PgQueuer that is newer than the schema bring its own tables along; else change nothing."""
    engine = engine_of(url, schema=schema, pool=1, statement_seconds=None)
    try:
        async with engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            if driver is None:
                raise StoreUnavailable("The connection was lost before PgQueuer's tables were looked at")
            found = await driver.fetchval("SELECT current_schema()")
            environment = QueryBuilderEnvironment(queue_settings(found))
            await Queries(AsyncpgDriver(driver), environment).upgrade()
    except ERRORS as error:
        raise translate(error) from None
    finally:
        await engine.dispose()
