"""A queue library's own tables, made by its own installer inside our revision."""

from alembic import op

from gateway.storage.engine.opening import SchemaMaker


def install_queue() -> None:
    """Install what the store's queue needs besides our tables, in the migration's transaction and schema."""
    config = op.get_context().config
    if config is None:
        raise RuntimeError("Revisions run through `gateway.storage.migrations.migrate`")
    maker: SchemaMaker = config.attributes["maker"]
    maker.install_queue(op.get_bind())
