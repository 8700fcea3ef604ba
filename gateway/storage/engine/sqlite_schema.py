"""The schema on SQLite: it is the file itself, and who may write to the file owns it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from gateway.storage.engine.sqlite_file import Translated, engine_of, path_of

T = TypeVar("T")


async def in_one_transaction(url: str, fn: Callable[[Connection], T], *, schema: str | None) -> T:  # noqa: ARG001 - a file has one schema
    """Open the file, run a function in one immediate transaction, close; for migrations."""

    def run() -> T:
        engine = engine_of(path_of(url))
        try:
            with Translated(), engine.begin() as connection:
                return fn(connection)
        finally:
            engine.dispose()

    return await asyncio.to_thread(run)


def lock_migrations(connection: Connection) -> None:
    """Wait for nobody: an immediate transaction is the lock."""


def install_queue(connection: Connection) -> None:
    """Make nothing: the queue is one of our own tables."""


async def owns_schema(url: str, *, schema: str | None) -> bool:  # noqa: ARG001 - as above
    """Say that migrating is ours to do."""
    return True


async def prepare_schema(url: str, *, schema: str | None) -> None:  # noqa: ARG001 - as above
    """Make the file, for its owner alone; SQLite gives its log and index the file's own mode."""
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)


async def upgrade_queue(url: str, *, schema: str | None) -> None:
    """Change nothing, as above."""
