"""What one process tells the others of its commits on PostgreSQL: NOTIFY with the insert, LISTEN on a connection kept.

The telling is part of the statement that inserts, so that it costs no round trip, is told with the commit or not at
all, and once for all rows and for all units of a group.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy import Table

from gateway.storage.engine.schema import TOLD

AGAIN_SECONDS: Final = 1.0
_CHANNEL: Final = "rows_leadgate_"

log = structlog.get_logger(__name__)

Listening = Callable[[], AbstractAsyncContextManager[tuple[Any, asyncio.Event]]]
"""Gives a connection of its own, and the event that it has ended."""


def channel(schema: str) -> str:
    """Name the channel of a schema: there is one list of channels per database."""
    return f"{_CHANNEL}{schema}"


def telling(table: Table, insert: str) -> str:
    """Give the statement that inserts, and where the table is one that is told of, tells its name."""
    if not table.info.get(TOLD):
        return insert
    return f"WITH told AS ({insert}) SELECT pg_notify('{_CHANNEL}' || current_schema(), '{table.name}')"


async def hear(listening: Listening, schema: str, heard: Callable[[str | None], None]) -> NoReturn:
    """Listen until cancelled, again and again where the connection is lost.

    Args:
        listening: gives the connection.
        schema: whose tables.
        heard: is called with the name of each table in which rows were inserted, and with None for whatever was missed
            before it listened.
    """

    def told(_connection: object, _pid: int, _channel: str, name: str) -> None:
        heard(name)

    while True:
        try:
            async with listening() as (driver, ended):
                await driver.add_listener(channel(schema), told)
                heard(None)
                await ended.wait()
        except Exception as error:  # noqa: BLE001 - meanwhile whoever waits for news looks by itself; so it listens again
            log.warning("store.not_listening", error=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)
