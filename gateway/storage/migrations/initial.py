"""Writes the initial revision from the tables, as long as nothing is released: run it after a change to them."""

from pathlib import Path
from typing import Final, Literal

from alembic.autogenerate.api import AutogenContext, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import JSON, create_engine
from sqlalchemy.types import Integer, TypeEngine

from gateway.storage.engine.schema import Time, metadata
from gateway.storage.migrations.compare import OPTIONS

TARGET: Final = Path(__file__).parent / "versions" / "r0001_initial.py"

_HEAD: Final = '''"""The first schema, written from the tables by `python -m gateway.storage.migrations.initial`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gateway.storage.migrations.queue import install_queue

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement per table
    """Create every table, and PgQueuer's on PostgreSQL."""
'''
_TAIL: Final = '''
    install_queue()


def downgrade() -> None:
    """Refuse: what a newer version wrote an older one cannot read; restore the backup instead."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
'''


def render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Spell the types of both dialects out, so that the revision needs none of our code."""
    if kind != "type" or not isinstance(item, TypeEngine):
        return False
    if isinstance(item, Time):
        return "sa.BigInteger()"
    if isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, Integer) and "sqlite" in item._variant_mapping:  # noqa: SLF001 - there is no public way to read it
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def source() -> str:
    """Give the revision's text, not yet formatted."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, "render_item": render})
        script = produce_migrations(context, metadata)
        if script.upgrade_ops is None:
            raise RuntimeError("Alembic found no operations")
        body = render_python_code(script.upgrade_ops, render_item=render, migration_context=context)
    kept = [line for line in body.splitlines() if not line.strip().startswith(("#", "info="))]
    return _HEAD + "\n".join(kept).rstrip() + "\n" + _TAIL


if __name__ == "__main__":
    TARGET.write_text(source())
