"""`leadgate db`: the database."""

import asyncio

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.settings import Settings, load

app = typer.Typer(no_args_is_help=True)


@app.callback()
def db() -> None:
    """Look after the database."""


@app.command()
def upgrade(*, as_json: Json = False) -> None:
    """Bring the database to this version's schema, as its owner; all of it or nothing."""
    revision = asyncio.run(_upgrade(load()))
    if as_json:
        output.print_json({"revision": revision})
    else:
        output.say(f"The database is at revision {revision}.")


async def _upgrade(settings: Settings) -> str:
    from gateway.storage.engine.sqlite_file import lock_data_dir  # noqa: PLC0415 - as above
    from gateway.storage.migrations.migrate import upgrade as run  # noqa: PLC0415 - Alembic is loaded for this command alone

    if not settings.one_process:
        return await run(settings.url, schema=settings.database_schema)
    lock = lock_data_dir(settings.data_dir)
    try:
        return await run(settings.url)
    finally:
        lock.release()
